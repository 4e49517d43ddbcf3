"""Connections that wait while others are served: a way of the server, or a pause that one round met."""

from __future__ import annotations

import msgspec
import pytest
from runs import run_of
from wsbench.demand.workload import Workload
from wsbench.facts.facts import Facts
from wsbench.records.run import Fairness, Run

WIDE = Workload(connections=16)


def starving(rounds: int, workload: Workload = WIDE) -> Run:
    """Return a run of eight rounds, in some of which three connections got no reply in a slice."""
    run = run_of({"tornado": 800.0}, workloads=[workload])
    unfair = Fairness(jain=0.8, slowest=0.0, starved=3)
    lines = tuple(
        msgspec.structs.replace(
            one, cells=tuple(msgspec.structs.replace(cell, fairness=unfair) for cell in one.cells)
        )
        if one.number < rounds
        else one
        for one in run.rounds
    )
    return msgspec.structs.replace(run, rounds=lines)


@pytest.mark.parametrize(("rounds", "starved"), [(0, False), (1, False), (3, False), (5, True), (8, True)])
def test_what_happens_in_most_rounds_is_what_the_server_does(rounds: int, starved: bool) -> None:
    """A single round may have met a pause: it is told, and judged all the same."""
    facts = Facts(starving(rounds))
    assert facts.starvation(0) == ("3 of 16 got no reply in a slice" if starved else "")
    assert facts.void(0) == (f"tornado starved connections: {facts.starvation(0)}" if starved else "")
    assert any("served some connections while others waited" in one.text for one in facts.notices) == (
        rounds > 0
    )


def test_one_connection_starves_nobody() -> None:
    """There is nobody it could wait for."""
    assert Facts(starving(8, Workload())).starvation(0) == ""


def test_time_in_flight_that_goes_unanswered_is_starvation_too() -> None:
    """Rate times mean round trip falls short of what was in flight, though everybody got something."""
    run = run_of({"tornado": 800.0}, workloads=[WIDE])
    lines = tuple(
        msgspec.structs.replace(
            one, cells=tuple(msgspec.structs.replace(cell, mean_ns=cell.mean_ns * 0.7) for cell in one.cells)
        )
        for one in run.rounds
    )
    found = Facts(msgspec.structs.replace(run, rounds=lines)).starvation(0)
    assert found == "30% of all time in flight went unanswered"
