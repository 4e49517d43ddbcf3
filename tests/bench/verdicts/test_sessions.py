"""Which stored runs may be held against a new one."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from runs import run_of
from stored_sessions import P50_ONLY, WIDE, judged, session, sessions
from wsbench.demand.workload import Wait, Workload
from wsbench.plan.run import Pace
from wsbench.records.run import Run
from wsbench.verdicts.judgement import Unmatched
from wsbench.verdicts.sessions import unlike


@pytest.mark.parametrize(
    "odd",
    [
        {"cpu": "Other CPU"},
        {"codes": {"tornado": "aa", "stdlib": "other"}},
        {"codes": {"tornado": "aa"}},  # an unknown yardstick
        {"codes": {"tornado": "other", "stdlib": "bb"}},
        {"codes": {"stdlib": "bb"}},
    ],
)
def test_sessions_of_another_kind_are_left_out(odd: dict[str, Any]) -> None:
    """Other machines, yardsticks and servers don't count as a fifth session, nor move the other five."""
    stranger = session(3.0, **odd)
    assert "4 of the 5" in judged([stranger, *sessions()[1:]], session(), P50_ONLY).rule
    with_it, without = (judged([*more, *sessions()], session(), P50_ONLY) for more in ([stranger], []))
    assert (with_it.verdicts, with_it.rule) == (without.verdicts, without.rule)
    (told,) = [notice.text for notice in with_it.notices if notice not in without.notices]
    assert told.startswith("the session of 2026-01-02T03:04:05+00:00 is left out: ")


@pytest.mark.parametrize(
    ("odd", "why"),
    [
        ({"cpu": "Other CPU"}, "another machine: processor Some CPU, now Other CPU"),
        ({"variables": {"PYTHON_JIT": "1"}}, "other settings: PYTHON_JIT unknown, now 1"),
        ({"codes": {"stdlib": "other"}}, "other code under the same version"),
        ({"rounds": 7}, "7 rounds, and theirs had 8"),
    ],
)
def test_the_rule_says_why_it_is_a_tripwire(odd: dict[str, Any], why: str) -> None:
    """Five sessions predict nothing for another machine, or through another yardstick."""
    judgement = judged(sessions(), session(1.2, **odd), P50_ONLY)
    assert (judgement.word, why in judgement.rule) == ("INCONCLUSIVE", True)


def header_of(run: Run, **changes: Any) -> Run:
    """Return a run with another header."""
    return msgspec.structs.replace(run, header=msgspec.structs.replace(run.header, **changes))


def test_another_wsbench_and_another_pace_are_told_apart() -> None:
    """Each by its name, with the fields of a pace that differ, then and now."""
    base = session()
    pace = Pace(throughput_turns=8, latency_slice_ns=5_000_000)
    for now, why in (
        (header_of(base, wsbench="0.2.0"), "measured by wsbench 0.1.0, now 0.2.0"),
        (
            header_of(base, plan=msgspec.structs.replace(base.header.plan, pace=pace)),
            "measured at another pace: latency slice 3 ms, now 5 ms; throughput turns 10, now 8",
        ),
    ):
        assert unlike(base, now) == why
        assert why in judged([base], now, P50_ONLY).rule


@pytest.mark.parametrize(
    ("odd", "why"),
    [
        ({"cpu": "X"}, "another machine: processor X, now Some CPU"),
        ({"codes": {"tornado": "other", "stdlib": "bb"}}, "tornado: other code under the same version"),
        ({"workloads": [WIDE]}, f"tornado by wire, {Workload()} is not in it"),
        ({"floor": 90.0}, "tornado was faster than plain TCP: the run can't be right"),
        ({"failures": {"tornado": "it died"}}, "it died"),
    ],
)
def test_a_session_that_is_left_out_is_told_with_its_reason(odd: dict[str, Any], why: str) -> None:
    """In a notice of the judgement, with the session's date."""
    stranger = session(started="2026-01-01T00:00:00+00:00", **odd)
    texts = {notice.text for notice in judged([stranger, *sessions()], session(), P50_ONLY).notices}
    assert f"the session of 2026-01-01T00:00:00+00:00 is left out: {why}" in texts


@pytest.mark.parametrize("then", ["sleep", None])
def test_a_client_that_waited_otherwise_predicts_nothing(then: Wait | None) -> None:
    """Files of versions before say nothing: there it slept."""
    now = session(1.2)
    plan = msgspec.structs.replace(now.header.plan, client_wait="poll")
    polled = msgspec.structs.replace(now, header=msgspec.structs.replace(now.header, plan=plan))
    slept = [
        msgspec.structs.replace(
            one,
            header=msgspec.structs.replace(
                one.header, plan=msgspec.structs.replace(one.header.plan, client_wait=then)
            ),
        )
        for one in sessions()
    ]
    judgement = judged(slept, polled, P50_ONLY)
    assert judgement.word == "INCONCLUSIVE"
    assert "wire sleeps between replies in one of them and polls in the other" in judgement.rule


@pytest.mark.parametrize(
    "odd", [{"workloads": [WIDE]}, {"failures": {"tornado": "it died"}}, {"floor": 90.0}]
)
def test_an_older_session_without_sound_numbers_is_left_out(odd: dict[str, Any]) -> None:
    """One of another workload, with a failure or a failed control, voids nothing and predicts nothing."""
    judgement = judged([session(**odd), *sessions()], session(), P50_ONLY)
    assert judgement.word == "NO REGRESSION"
    assert "5 stored sessions" in judgement.rule


def test_what_only_one_run_has_is_told() -> None:
    """A cell that the other run lacks is not judged, and is named, whichever run it is in."""
    more, less = session(workloads=[Workload(), WIDE]), session()
    for then, now, what in ((less, more, "added"), (more, less, "lost")):
        judgement = judged([then], now, P50_ONLY)
        assert {str(one.workload) for one in judgement.gated} == {str(Workload())}
        assert judgement.unmatched == (Unmatched(f"tornado by wire, {WIDE}", what),)
        assert not judgement.whole


def test_a_server_under_another_label_is_renamed() -> None:
    """It is the same in all else; nobody reads one lost and one added of that, nor judges by names."""
    label = {"mine=tornado": 60.0, "stdlib": 40.0, "tornado": 60.0}
    then = run_of(label)
    now = run_of({"yours=tornado": 60.0, "stdlib": 40.0, "tornado": 60.0})
    cell = f"by wire, {Workload()}"
    (one,) = judged([then], now, P50_ONLY).unmatched
    assert one == Unmatched(f"mine {cell}", "renamed", f"yours {cell}")
    assert str(one) == f"mine {cell}: renamed to yours {cell}, so not judged"


def test_another_client_predicts_nothing() -> None:
    """Of a round trip the client's part is in the ratio to the yardstick too: another version may move it."""
    base = session()
    rounds = tuple(
        msgspec.structs.replace(
            one, clients={"wire": msgspec.structs.replace(one.clients["wire"], version="0")}
        )
        for one in base.rounds
    )
    older = msgspec.structs.replace(base, rounds=rounds)
    assert "1 of the 5 sessions" in judged([older] * 5 + [base], session(), P50_ONLY).rule
    assert "the client wire was 0" in judged([older], session(), P50_ONLY).rule
