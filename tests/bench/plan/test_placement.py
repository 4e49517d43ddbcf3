"""Cells of many connections: their processes, their steps, and what a connection costs."""

from __future__ import annotations

import msgspec
import pytest
from wsbench.demand.workload import Wait, Workload
from wsbench.errors import UsageError
from wsbench.plan.network import PROFILES
from wsbench.plan.placement import (
    MANY_CONNECTIONS,
    Place,
    decide_wait,
    is_wide,
    most_open,
    places_of,
    stands_apart,
    steps_of,
)
from wsbench.plan.run import Cell, Plan

PLAN = Plan((), (), rounds=1, seed=1)
ONE, MANY = Workload(), Workload(connections=MANY_CONNECTIONS)


@pytest.mark.parametrize(
    ("asked", "own_core", "decided"),
    [
        (None, True, "poll"),
        (None, False, "sleep"),
        ("poll", True, "poll"),
        ("sleep", True, "sleep"),
        ("sleep", False, "sleep"),
    ],
)
def test_wire_polls_where_it_has_a_core(asked: Wait | None, own_core: bool, decided: Wait) -> None:
    """Unless it is told otherwise; what was decided stays."""
    plan = decide_wait(msgspec.structs.replace(PLAN, client_wait=asked), own_core=own_core)
    assert plan.client_wait == decided
    assert decide_wait(plan, own_core=own_core) == plan


def test_wire_does_not_poll_on_the_servers_core() -> None:
    """It would be what is measured."""
    with pytest.raises(UsageError, match="--client-wait poll: wire shares the server's core"):
        decide_wait(msgspec.structs.replace(PLAN, client_wait="poll"), own_core=False)


def test_wire_sleeps_where_its_core_carries_packets() -> None:
    """Polling, it would hold them up: it does not, and may not be told to."""
    plan = msgspec.structs.replace(PLAN, network=PROFILES["wan"])
    assert decide_wait(plan, own_core=True).client_wait == "sleep"
    with pytest.raises(UsageError, match="--client-wait poll: with --network that core carries the packets"):
        decide_wait(msgspec.structs.replace(plan, client_wait="poll"), own_core=True)


@pytest.mark.parametrize(
    ("total", "steps"),
    [
        (1, (1,)),
        (9, (1, 9)),
        (10, (1, 10)),
        (300, (1, 10, 100, 300)),
        (1_000, (1, 10, 100, 1_000)),
        (10_001, (1, 10, 100, 1_000, 10_000, 10_001)),
    ],
)
def test_steps_are_powers_of_ten_and_the_total(total: int, steps: tuple[int, ...]) -> None:
    """Each once, in order."""
    assert steps_of(total) == steps


@pytest.mark.parametrize(
    ("workload", "apart"),
    [
        (ONE, False),
        (Workload(connections=16, depth=100), False),
        (MANY, True),
        (Workload(idle=1), True),
        (Workload(slow_readers=1), True),
    ],
)
def test_who_stands_apart(workload: Workload, apart: bool) -> None:
    """Many connections, or any that nobody measures."""
    assert stands_apart(workload) == apart


@pytest.mark.parametrize(
    ("workload", "wide"), [(Workload(connections=999), False), (Workload(connections=500, depth=2), True)]
)
def test_a_wide_window_is_one_of_a_thousand(workload: Workload, wide: bool) -> None:
    """However it is made up; connections that nobody measures are no part of it."""
    assert is_wide(workload) == wide
    assert not is_wide(Workload(idle=10_000))


def test_a_crowd_has_processes_of_its_own() -> None:
    """The others share those of their server, and of their client."""
    cells = [Cell("a", "wire", ONE), Cell("b", "wire", ONE), Cell("a", "wire", MANY), Cell("b", "wire", MANY)]
    assert places_of(cells) == (
        Place("a", "wire"),
        Place("b", "wire"),
        Place("a, cell 2", "wire, cell 2"),
        Place("b, cell 3", "wire, cell 3"),
    )


@pytest.mark.parametrize(
    ("workloads", "most"),
    [
        ((), 0),
        ((Workload(connections=40), Workload(connections=50)), 180),  # the driver's, of both servers
        ((MANY, Workload(connections=300, idle=7)), 307),
    ],
)
def test_the_most_that_one_process_holds(workloads: tuple[Workload, ...], most: int) -> None:
    """A process that is shared holds the connections of all its cells."""
    assert most_open([Cell(server, "wire", one) for one in workloads for server in "ab"]) == most
