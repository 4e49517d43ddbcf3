"""Several servers at rates take turns: whose round comes when, what is stored, and who is left out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from load_runs import plan_of
from load_stand import RESPONSE
from loads import round_of, step_of
from runs import environment
from wsbench.plan.load import LoadPlan
from wsbench.records.common import Closing, Failure, Status
from wsbench.records.events import Stepped
from wsbench.records.load import LoadRound, LoadStep
from wsbench.storage.results import read_any
from wsbench.workflow import measure
from wsbench.workflow.load import turns as load_turns


class Turns:
    """Stands for the runner: measures one round at a time, and ends as it is told."""

    taken: list[tuple[str, int]] = []  # noqa: RUF012  # each test has its own
    ends: dict[tuple[str, int], Status] = {}  # noqa: RUF012

    def __init__(
        self,
        plan: LoadPlan,
        on_event: Callable[[Any], None],
        save: Callable[[LoadStep | LoadRound | Closing], None],
    ) -> None:
        self.plan, self.on_event, self.save = plan, on_event, save
        self.before: tuple[LoadRound, ...] = ()
        self.tried: dict[str, object] = {}

    def go_on(self, before: tuple[LoadRound, ...], _vet: object) -> None:
        """Take the rounds that are there."""
        self.before = before

    def run(self) -> Closing:
        """Measure the one round that is missing."""
        number, label = self.plan.rounds - 1, self.plan.server.label
        assert len(self.before) == number
        assert bool(self.tried) == bool(number)  # nobody is tried twice
        self.tried[label] = object()
        self.taken.append((label, number))
        status = self.ends.get((label, number), "complete")
        steps = [step_of(number, rate, 0.045, response=RESPONSE) for rate in self.plan.rates]
        if status == "complete":
            for place, step in enumerate(steps):
                self.save(LoadStep(place, step))
                self.on_event(Stepped(step, place + 1, len(steps)))
            self.save(round_of(steps))
        failures = (Failure(0, "it died"),) if status == "failed" else ()
        closing = Closing("2026-01-02T03:06:05+00:00", status, failures)
        self.save(closing)
        return closing


@pytest.fixture
def turns(monkeypatch: pytest.MonkeyPatch) -> type[Turns]:
    """Have no server."""
    made = type("Made", (Turns,), {"taken": [], "ends": {}})
    monkeypatch.setattr(load_turns, "LoadRunner", made)
    monkeypatch.setattr(measure, "describe", lambda _cores: environment())
    return made


PLANS = [plan_of(name, rates=(300.0,), rounds=3) for name in ("tornado", "aiohttp")]


def test_each_round_another_server_is_first(
    turns: type[Turns], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each is stored by itself, whole, and told as it goes."""
    runs = load_turns.measure_in_turns(PLANS, label="load", out=tmp_path, quiet=False)
    assert turns.taken == [
        *(("tornado", 0), ("aiohttp", 0), ("aiohttp", 1), ("tornado", 1), ("tornado", 2), ("aiohttp", 2)),
    ]
    stored = [read_any(file) for file in sorted(tmp_path.glob("*.jsonl"))]
    assert {run.header.plan.server.label: len(run.rounds) for run in stored} == {"tornado": 3, "aiohttp": 3}
    assert all(run.closing and run.closing.status == "complete" for run in (*stored, *runs))
    assert "tornado, round 1:       300 msg/s: 300 answered, p50 45.0 µs" in capsys.readouterr().err


def test_who_fails_is_left_out_and_the_others_go_on(turns: type[Turns], tmp_path: Path) -> None:
    """Its file says how it ended."""
    turns.ends["tornado", 1] = "failed"
    first, second = load_turns.measure_in_turns(PLANS, label="load", out=tmp_path, quiet=True)
    assert (len(first.rounds), len(second.rounds)) == (1, 3)
    assert first.closing and (first.closing.status, first.closing.failures[0].reason) == ("failed", "it died")
    assert ("tornado", 2) not in turns.taken


def test_stopping_it_stops_all(turns: type[Turns], tmp_path: Path) -> None:
    """Those that had their turn are interrupted as well: they lack rounds."""
    turns.ends["aiohttp", 1] = "interrupted"
    runs = load_turns.measure_in_turns(PLANS, label="load", out=tmp_path, quiet=True)
    assert [one.closing and one.closing.status for one in runs] == ["interrupted", "interrupted"]
    assert [len(one.rounds) for one in runs] == [1, 1]
    assert turns.taken[-1] == ("aiohttp", 1)


def test_who_never_had_a_turn_was_interrupted_as_well(turns: type[Turns], tmp_path: Path) -> None:
    """And has no file."""
    turns.ends["tornado", 0] = "interrupted"
    runs = load_turns.measure_in_turns(PLANS, label="load", out=tmp_path, quiet=True)
    assert [one.closing and one.closing.status for one in runs] == ["interrupted", "interrupted"]
    assert turns.taken == [("tornado", 0)]
