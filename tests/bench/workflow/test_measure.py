"""What all verbs that measure share: what they say meanwhile, and what they ask for before."""

from __future__ import annotations

import os
from functools import partial

import msgspec
import pytest
from msgspec.structs import replace
from wsbench.errors import UsageError
from wsbench.machine import cpus
from wsbench.plan.load import LoadPlan
from wsbench.plan.run import Plan
from wsbench.plan.storable import storable
from wsbench.planning.load import LoadWords, make_load_plan
from wsbench.planning.profiles import GATE, PROFILES, Profile
from wsbench.planning.run import make_plan
from wsbench.planning.stages import USUAL
from wsbench.planning.workloads import Words
from wsbench.standalone.open_files import FilesError
from wsbench.targets.catalogue import YARDSTICK
from wsbench.workflow import measure, room


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
    asked: list[tuple[int, str]] = []

    def refuse(connections: int, whose: str) -> None:
        asked.append((connections, whose))
        raise FilesError("raise it")

    monkeypatch.setattr(room, "room_for", refuse)
    plan = make_plan(Words(servers=(YARDSTICK,), clients=("wire",), connections=(50, 2_000)), seed=1)
    with pytest.raises(UsageError, match=r"^raise it$"):
        measure.measure(plan, label="", out=None, quiet=True)
    assert asked == [(2_000, "the server and in the client, each")]


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
    assert USUAL % 5


PLANS = (
    make_plan(Words(servers=(YARDSTICK,), clients=("wire",)), seed=1),
    make_load_plan(LoadWords(target=YARDSTICK, rates=(100.0,)), seed=1),
)


@pytest.mark.parametrize("made", PLANS, ids=["run", "load"])
@pytest.mark.parametrize(
    ("wish", "given"),
    [("", ""), ("1", "7"), ("2", "5,7"), ("7", "0,1,2,3,4,5,7"), ("3,3", "3"), ("2,5", "2,5"), ("7,7", "7")],
)
def test_a_stored_wish_for_cores_is_the_same_wish(
    monkeypatch: pytest.MonkeyPatch, made: Plan | LoadPlan, wish: str, given: str
) -> None:
    """A plan that is read from its file gets the same cores once more: what was given is stored beside."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    for name, choice in (("choose_cores", cpus.choose_cores), ("cores_for", cpus.cores_for)):
        monkeypatch.setattr(measure, name, partial(choice, siblings=str))
    plan = made.with_servers([replace(one, cores=wish) for one in made.servers])
    for _ in range(2):
        plan = measure.prepare(plan, quiet=True)
        assert {(one.cores, one.pinned) for one in plan.servers} == {(wish, given)}
        plan = msgspec.json.decode(msgspec.json.encode(storable(plan)), type=type(plan))
