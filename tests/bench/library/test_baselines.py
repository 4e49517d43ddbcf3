"""Baselines of tests, on real services: stored, held against, and replaced."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import wsbench
from count_runs import count_run_of
from msgspec.structs import replace
from wsbench.library.baselines import Asked, held_against
from wsbench.library.regression import _judged
from wsbench.library.standing import Standing
from wsbench.records.count import CountRun

ECHO = Path(__file__).parents[1] / "server_that_echoes.py"
WORD = f"service=cmd:{sys.executable} -S {ECHO} {{port}}"

pytestmark = pytest.mark.usefixtures("nobody_left", "nobody_asks")


def test_counts_are_stored_held_against_and_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """5 % more is a regression, the same is none; counts are made up here, and real in the examples."""
    lines: list[str] = []
    standing = Standing(tmp_path, tmp_path, {}, False, False, "", lines.append)
    instructions = 100_000.0

    def counted(*_words: object, **_options: object) -> CountRun:
        return count_run_of({"service": instructions})

    def held(*, save: bool = False, **options: object) -> wsbench.Result:
        asked = Asked("service=tornado", tmp_path, options, standing=standing._replace(save=save))
        return held_against(asked, "count", [])

    monkeypatch.setattr("wsbench.library.baselines.measure_counts", counted)
    monkeypatch.setattr("wsbench.workflow.count.measure_counts", counted)
    assert held().verdict == ""
    (first,) = tmp_path.glob("*.jsonl")
    assert str(first) in lines[0]
    same = held()
    assert (same.verdict, same.exit_code) == ("NO REGRESSION", 0)
    instructions = 105_000.0
    (change,) = (more := held()).changes
    assert (more.verdict, more.exit_code) == ("REGRESSED", 1)
    assert (change.base, change.change) == ("service of the baseline", pytest.approx(0.05))
    with pytest.raises(wsbench.UsageError, match="of other messages: pytest --wsbench-save"):
        held(size=100)
    held(save=True)
    (second,) = tmp_path.glob("*.jsonl")
    assert second != first
    assert held().verdict == "NO REGRESSION"
    assert len(lines) == 2


def test_a_service_that_cannot_be_counted_has_the_last_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a baseline would be stored, and where it is held against one."""
    good = count_run_of({"service": 100_000.0})
    dead = count_run_of({"service": 100_000.0}, failures={0: "instructions: service ended"})
    said = ("Traceback", "1", "2", "3", "4", "ERROR: no such app")
    failures = tuple(replace(one, stderr=said) for one in dead.closing.failures)
    dead = replace(dead, closing=replace(dead.closing, failures=failures))
    runs = [dead, good, dead]
    for module in ("library.baselines", "workflow.count"):
        monkeypatch.setattr(f"wsbench.{module}.measure_counts", lambda *_words, **_options: runs.pop(0))

    def held() -> wsbench.Result:
        return held_against(Asked("service=tornado", tmp_path), "count", [])

    words = "instructions: service ended | 1 | 2 | 3 | 4 | ERROR: no such app"
    with pytest.raises(wsbench.UsageError) as raised:
        held()
    assert str(raised.value) == f"no baseline is stored: the service could not be counted: {words}"
    held()
    with pytest.raises(AssertionError) as failed:
        _judged(held())
    assert str(failed.value).splitlines()[0] == f"the service can't be judged: service: {words}"


def test_times_are_sessions(tmp_path: Path) -> None:
    """The first is stored; against one, only a tripwire can be held."""
    options = {"rounds": 1, "connections": 1, "keep_awake": False}
    stored = wsbench.assert_no_regression(WORD, baseline=tmp_path, by="time", margin=900, **options)  # type: ignore[arg-type]
    assert not stored.changes
    with pytest.warns(UserWarning, match="INCONCLUSIVE"):
        result = wsbench.assert_no_regression(WORD, baseline=tmp_path, by="time", margin=900, **options)  # type: ignore[arg-type]
    assert len([*tmp_path.glob("*-baseline.jsonl")]) == 1
    assert {one.base for one in result.changes} == {"service of the baseline"}


def test_what_cannot_be_measured_is_no_baseline(tmp_path: Path) -> None:
    """It is not stored, and its last words are told."""
    dead = f"service=cmd:{sys.executable} -c 'raise SystemExit(\"no such thing\")' {{port}}"
    with pytest.raises(wsbench.UsageError, match=r"no baseline is stored.* \| no such thing"):
        wsbench.assert_no_regression(dead, baseline=tmp_path, by="time", rounds=1)
    assert not [*tmp_path.glob("*.jsonl")]
