"""`compare` at rates: what is said of both servers, and the exit code; of runs made by hand, and of one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from loads import load_run_of, round_of, step_of
from wsbench.commands import compare_load
from wsbench.commands.compare_load import compare_load_and_report
from wsbench.errors import UsageError
from wsbench.plan.load import LoadPlan
from wsbench.planning.load import LoadWords
from wsbench.planning.workloads import Words
from wsbench.records.load import LoadRun
from wsbench.storage.results import read_any
from wsbench.workflow.publish import Wishes

Compare = Callable[..., int]


@pytest.fixture
def compare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Compare:
    """Return what compares servers of which the first has a p99 of 2 ms, the other so many times as much."""

    def found(*slo: str, slower: float = 1.0, null: bool = False, **words: object) -> int:
        def measured(plans: list[LoadPlan], **_: object) -> list[LoadRun]:
            return [
                load_run_of(
                    plan,
                    [round_of([step_of(number, 2_000, times)]) for number in range(plan.rounds)],
                )
                for plan, times in zip(plans, (1.0, slower), strict=True)
            ]

        monkeypatch.setattr(compare_load, "measure_in_turns", measured)
        asked = Words(servers=("tornado", "aiohttp"), **words)  # type: ignore[arg-type]
        pace = LoadWords("", rates=(2_000.0,), slo=slo)
        wishes = Wishes(out=tmp_path, quiet=True)
        return compare_load_and_report(asked, pace, wishes, seed=1, null=null, by=["time"])

    return found


@pytest.mark.parametrize(
    ("slower", "slo", "code"),
    [
        (1.0, "p99=5ms", 0),
        (1.5, "p99=5ms", 1),  # it became slower
        (1.0, "p99=1ms", 1),  # no slower, and still too slow
        (0.4, "p99=1ms", 0),  # the base misses what the candidate keeps
    ],
)
def test_the_exit_code_is_that_of_the_verdict_and_of_what_the_candidate_misses(
    compare: Compare, capsys: pytest.CaptureFixture[str], slower: float, slo: str, code: int
):
    """What came of the thresholds is said of both."""
    assert compare(slo, slower=slower) == code
    said = " ".join(capsys.readouterr().out.split())
    assert "note: tornado: M" in said
    assert "note: aiohttp: M" in said
    assert "pairs of rounds" in said


def test_what_does_not_go_together(compare: Compare):
    """It is told before anything is measured."""
    with pytest.raises(UsageError, match="leave them out with --rate"):
        compare(null=True)
    with pytest.raises(UsageError, match="--depth: with --rate"):
        compare(depths=(4,))


def test_two_servers_in_turns(tmp_path: Path):
    """Each has a file with all its rounds, from which the comparison can be made again."""
    words = Words(servers=("stdlib", "other=stdlib"), connections=(2,), rounds=1, keep_awake=False)
    pace = LoadWords("", stages=("300ms:0-200", "300ms:200@4"))
    wishes = Wishes(out=tmp_path, quiet=True)
    compare_load_and_report(words, pace, wishes, seed=1, null=False, by=["time"])
    runs = [read_any(path) for path in sorted(tmp_path.glob("*.jsonl"))]
    assert {run.header.plan.server.label for run in runs} == {"stdlib", "other"}
    assert {run.header.plan.beside for run in runs} == {("stdlib", "other")}
    assert [[step.stage for step in run.rounds[0].steps][-2:] for run in runs] == [[0, 1]] * 2
    assert [[step.scheduled for step in run.rounds[0].steps][-2:] for run in runs] == [[30, 60]] * 2
