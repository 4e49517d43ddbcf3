"""`check` without measuring: which sessions count, and what is measured to be held against them."""

from __future__ import annotations

import msgspec
import pytest
from runs import run_of
from wsbench.commands.check import as_in, contestants_of, with_settings_of
from wsbench.demand.workload import Wait, Workload
from wsbench.errors import UsageError
from wsbench.plan.network import PROFILES
from wsbench.planning.run import make_session
from wsbench.planning.workloads import Words
from wsbench.records.run import Run
from wsbench.targets.spec import ServerSpec
from wsbench.workflow.rebuild import rebuilt

US = {"tornado": 60.0, "stdlib": 40.0, "tcp": 30.0}


def test_what_was_pinned_then_is_as_it_is_today_now() -> None:
    """Neither the version, checkout, environment or delay of the baseline is asked of today's server.

    What it runs on and how is: loop, interpreter, TLS, how many cores, though not which they were.
    """
    run = run_of(US)
    asked = {"loop": "uvloop", "python": "3.12", "tls": True, "deflate": True, "cores": "1"}
    changes = {
        "version": "1.0",
        "source": "git:main",
        "executable": "/p",
        "pins": ("a==1",),
        "busy_ns": 9,
        "pinned": "7",
        **asked,
    }
    pinned = [msgspec.structs.replace(one, **changes) for one in run.header.plan.servers]
    (spec,) = contestants_of(pinned, ())
    assert spec == ServerSpec("tornado", "tornado", **asked)


def test_yardstick_and_floor_are_not_judged() -> None:
    """They are in every run to measure by; somebody else's name gets one line with those there are."""
    plan = run_of(US).header.plan
    assert [spec.label for spec in contestants_of(plan.servers, ())] == ["tornado"]
    with pytest.raises(UsageError, match="unknown server in the baseline 'stdlib'"):
        contestants_of(plan.servers, ["stdlib"])
    with pytest.raises(UsageError, match="no server to judge"):
        contestants_of(run_of({"stdlib": 40.0}).header.plan.servers, ())


def test_wire_measures_the_baselines_workloads() -> None:
    """Wire if it drove there, else whoever did, else whom the user names; the payload is what it was."""
    workloads = (Workload(size=16_384, text=False, think_us=0), Workload(size=16_384, connections=16))
    plan = run_of(US, workloads=workloads).header.plan
    again = make_session(Words(), contestants_of(plan.servers, ()), as_in(plan, Words()), seed=1)
    assert {cell.workload for cell in again.cells} == set(workloads)
    assert {cell.client for cell in again.cells} == {"wire"}
    by_ws4py = run_of({"tornado": 60.0}, client="ws4py").header.plan
    assert as_in(by_ws4py, Words()).clients == ("ws4py",)
    assert as_in(by_ws4py, Words(clients=("wire",))).clients == ("wire",)


def test_somebody_elses_server_can_not_be_rebuilt() -> None:
    """A URL is theirs to start: what is stored is all there is."""
    run = run_of({"theirs=ws://localhost:1/echo": 60.0})
    assert rebuilt(run, run.header.plan.servers, "") == ([], "theirs: it was not ours to start")


def with_libraries(run: Run, **libraries: str) -> Run:
    """Return a run whose servers had loaded something of these distributions."""
    rounds = [
        msgspec.structs.replace(
            one,
            servers={
                label: msgspec.structs.replace(proof, libraries=libraries)
                for label, proof in one.servers.items()
            },
        )
        for one in run.rounds
    ]
    return msgspec.structs.replace(run, rounds=tuple(rounds))


def rebuilt_where(
    monkeypatch: pytest.MonkeyPatch, run: Run, python: str = "", **obstacles: str
) -> tuple[list[ServerSpec], str]:
    """Return what becomes of a baseline where it can't be run `here`, or `made` anew, for these reasons."""

    def obstacle(_run: Run, _stored: object, base: ServerSpec) -> str:
        return obstacles.get("made" if base.pins else "here", "")

    monkeypatch.setattr("wsbench.workflow.rebuild._obstacle", obstacle)
    return rebuilt(run, contestants_of(run.header.plan.servers, ()), python)


STORED = with_libraries(run_of(US), tornado="6.4", certifi="2024.1")


def test_unchanged_code_runs_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is made where nothing has changed."""
    assert rebuilt_where(monkeypatch, STORED) == ([ServerSpec("tornado-baseline", "tornado")], "")


def test_changed_code_is_made_anew_of_the_versions_it_had(monkeypatch: pytest.MonkeyPatch) -> None:
    """All that it had loaded is pinned, not its library alone."""
    (base,), why = rebuilt_where(monkeypatch, STORED, here="version 6.4, now 6.5")
    assert why == ""
    assert (base.label, base.name, base.version) == ("tornado-baseline", "tornado", "1.0")
    assert base.pins == ("certifi==2024.1", "tornado==6.4")


def test_why_neither_way_goes_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """One line has both reasons; a baseline that stored no versions has one way only."""
    gone, changed = "there is no tornado 6.4", "version 6.4, now 6.5"
    found = rebuilt_where(monkeypatch, STORED, here=changed, made=gone)
    assert found == ([], f"tornado: {changed}; rebuilt, {gone}")
    assert rebuilt_where(monkeypatch, run_of(US), here=changed, made=gone) == ([], f"tornado: {changed}")


def test_an_interpreter_that_was_named_is_the_only_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """It holds the baseline's code or it does not: then it was named in vain."""
    (base,), _ = rebuilt_where(monkeypatch, STORED, "/there/python")
    assert (base.executable, base.pins) == ("/there/python", ())
    with pytest.raises(UsageError, match=r"^/there/python does not hold the baseline's code; tornado: no, "):
        rebuilt_where(monkeypatch, STORED, "/there/python", here="no, it is other code")


def test_a_baseline_over_tls_is_checked_over_tls() -> None:
    """How a server was measured is asked of today's too, and of the one that is made anew."""
    plan = run_of({"tornado@tls": 60.0, "stdlib": 40.0}).header.plan
    (spec,) = contestants_of(plan.servers, ())
    assert (spec.label, spec.tls) == ("tornado@tls", True)


@pytest.mark.parametrize(
    ("then", "said", "asked"),
    [
        ("poll", None, None),  # decided anew: there may be one core only
        ("sleep", None, "sleep"),
        (None, None, None),
        ("poll", "sleep", "sleep"),
        ("sleep", "poll", "poll"),
    ],
)
def test_wire_waits_as_it_did_then_where_that_can_be(
    then: Wait | None, said: Wait | None, asked: Wait | None
) -> None:
    """Unless the user says otherwise."""
    plan = msgspec.structs.replace(run_of({"tornado": 60.0}).header.plan, client_wait=then)
    assert with_settings_of(plan, Words(client_wait=said)).client_wait == asked


def test_a_baseline_through_a_network_is_checked_through_it() -> None:
    """It would be measured otherwise, and not be judged."""
    plan = msgspec.structs.replace(run_of(US).header.plan, network=PROFILES["wan"])
    words = with_settings_of(plan, Words())
    assert make_session(words, plan.servers[:1], as_in(plan, words), 1).network == PROFILES["wan"]


def test_messages_of_the_baseline_are_sent_again() -> None:
    """Typed out they are given again; one too many is not left out in silence."""
    own = Workload(5, messages=("5 B, sha256 2cf24dba5fb0a30e",))
    plan = run_of(US, workloads=(own,)).header.plan
    given = Words(messages=("hello",), typed=("",))
    assert as_in(plan, given).workloads == (Workload(5, messages=("hello",)),)
    assert with_settings_of(plan, given).messages == ()
    with pytest.raises(UsageError, match="it was typed out, so it is not stored; give it again with --mess"):
        as_in(plan, Words())
    with pytest.raises(UsageError, match=r"^--message: the baseline has no messages of yours; leave it out$"):
        as_in(run_of(US).header.plan, given)
