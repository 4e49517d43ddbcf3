"""Baselines of tests, on real services: stored, held against, and replaced."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest
import wsbench
from wsbench.library.baselines import Asked, held_against
from wsbench.library.standing import Standing

ECHO = Path(__file__).parents[1] / "server_that_echoes.py"
WORD = f"service=cmd:{sys.executable} -S {ECHO} {{port}}"

pytestmark = pytest.mark.usefixtures("nobody_left", "nobody_asks")


@pytest.mark.skipif(not shutil.which("vgdb"), reason="instructions need valgrind")
def test_counts_are_stored_held_against_and_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """More work is seen in the change; one round decides nothing."""
    lines: list[str] = []
    standing = Standing(tmp_path, tmp_path, {}, False, False, "", lines.append)

    def held(*, save: bool = False) -> wsbench.Result:
        asked = Asked(WORD, tmp_path, {"rounds": 1}, standing=standing._replace(save=save))
        return held_against(asked, "count", [])

    assert held().verdict == ""
    (first,) = tmp_path.glob("*.jsonl")
    assert str(first) in lines[0]
    monkeypatch.setenv("MORE", "50")
    result = held()
    (change,) = result.changes
    assert (change.base, change.verdict, result.exit_code) == ("service of the baseline", "INCONCLUSIVE", 0)
    assert 0.05 < (change.change or 0.0) < 0.5
    with pytest.raises(wsbench.UsageError, match="of other messages: pytest --wsbench-save"):
        wsbench.assert_no_regression(WORD, baseline=tmp_path, size=100)
    held(save=True)
    (second,) = tmp_path.glob("*.jsonl")
    assert second != first
    assert len(lines) == 2


def test_times_are_sessions(tmp_path: Path) -> None:
    """The first is stored; against one, only a tripwire can be held."""
    options = {"rounds": 1, "connections": 1, "keep_awake": False}
    for _ in range(2):
        result = wsbench.assert_no_regression(WORD, baseline=tmp_path, by="time", margin=900, **options)  # type: ignore[arg-type]
    assert len([*tmp_path.glob("*-baseline.jsonl")]) == 1
    assert {one.base for one in result.changes} == {"service of the baseline"}


def test_what_cannot_be_measured_is_no_baseline(tmp_path: Path) -> None:
    """It is not stored."""
    dead = f"service=cmd:{sys.executable} -c 'raise SystemExit(1)' {{port}}"
    with pytest.raises(wsbench.UsageError, match="no baseline is stored"):
        wsbench.assert_no_regression(dead, baseline=tmp_path, by="time", rounds=1)
    assert not [*tmp_path.glob("*.jsonl")]
