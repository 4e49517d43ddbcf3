"""What all verbs that measure share: what they say meanwhile, and what they ask for before."""

from __future__ import annotations

import pytest
from wsbench.commands import measure
from wsbench.errors import UsageError
from wsbench.plan.build_run import make_plan
from wsbench.plan.workloads import Words
from wsbench.standalone.open_files import FilesError
from wsbench.targets.catalogue import YARDSTICK


@pytest.mark.parametrize(("quiet", "heard"), [(False, "one\ntwo\n"), (True, "")])
def test_what_takes_time_is_told_unless_it_must_be_quiet(
    capsys: pytest.CaptureFixture[str], quiet: bool, heard: str
) -> None:
    """It goes to standard error: standard output is the report's."""
    say = measure.printer(quiet=quiet)
    say("one")
    say("two")
    assert capsys.readouterr() == ("", heard)


def test_files_that_may_not_be_open_are_a_usage_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything starts: it is one line, and asks for what one process of the run needs."""
    asked: list[int] = []

    def refuse(connections: int) -> None:
        asked.append(connections)
        raise FilesError("raise it")

    monkeypatch.setattr(measure, "room_for", refuse)
    plan = make_plan(Words(servers=(YARDSTICK,), clients=("wire",), connections=(50, 2_000)), seed=1)
    with pytest.raises(UsageError, match=r"^raise it$"):
        measure.measure(plan, label="", out=None, quiet=True)
    assert asked == [2_000]
