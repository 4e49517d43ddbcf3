"""What of a run of counts can't be counted or drawn is told."""

from pathlib import Path

import msgspec
import pytest
from count_runs import count_run_of
from wsbench import output
from wsbench.environments.interpreters import ours
from wsbench.errors import UsageError
from wsbench.workflow import count


def test_python_functions_need_trampolines_in_every_server(monkeypatch: pytest.MonkeyPatch):
    """Other instruments do without; where none is left that is said, with what to do."""
    plan = msgspec.structs.replace(count_run_of({"tornado": 1.0}).header.plan, instruments=("bare", "python"))
    for trampolines in (True, False):
        one = msgspec.structs.replace(ours(), number="3.11.7", free=False, trampolines=trampolines)
        monkeypatch.setattr(count, "ask", lambda _path, one=one: one)
        assert bool(count._lacking(plan)) is not trampolines
    assert count._lacking(msgspec.structs.replace(plan, instruments=("bare",))) == {}
    missing = count._lacking(plan)
    assert count._without(plan, missing).instruments == ("bare",)
    alone = msgspec.structs.replace(plan, instruments=("python",))
    with pytest.raises(UsageError, match=r"tornado runs on Python 3\.11\.7, that needs 3\.12 or newer"):
        count._without(alone, missing)


def test_nothing_is_drawn_of_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """No file, and a line that says so."""
    told: list[str] = []
    monkeypatch.setattr(output, "lose", told.append)
    count.draw(count_run_of({"tornado": 1.0}), tmp_path / "x.svg")
    assert told == [f"{tmp_path / 'x.svg'} is not written: nothing was counted that could be drawn"]
    assert not (tmp_path / "x.svg").exists()
