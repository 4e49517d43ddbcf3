"""What all verbs that measure share: what they say meanwhile, and what they ask for before."""

from __future__ import annotations

import pytest
from wsbench.commands import measure
from wsbench.errors import UsageError
from wsbench.plan.build_load import ROUNDS
from wsbench.plan.build_run import make_plan
from wsbench.plan.profiles import GATE, PROFILES, Profile
from wsbench.plan.run import Plan
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


@pytest.mark.parametrize(("rounds", "said"), [(5, True), (6, False), (10, True)])
def test_a_number_of_rounds_that_wastes_one_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, rounds: int, said: bool
) -> None:
    """Before anything is measured; the plan stays as it was asked for."""
    plans: list[Plan] = []

    def stop(plan: Plan, *, own_core: bool) -> Plan:
        plans.append(plan)
        raise UsageError(str(own_core))

    monkeypatch.setattr(measure, "decide_wait", stop)
    with pytest.raises(UsageError):
        measure.measure(make_plan(Words(rounds=rounds), seed=1), label="", out=None, quiet=False)
    assert plans[0].rounds == rounds
    assert ("a fifth is trimmed" in capsys.readouterr().err) == said


@pytest.mark.parametrize("profile", PROFILES.values())
def test_no_profile_wastes_a_round(profile: Profile) -> None:
    """Twenty per cent of five is a whole round."""
    assert profile.rounds % 5
    assert GATE.rounds % 5
    assert all(rounds % 5 for rounds in ROUNDS.values())
