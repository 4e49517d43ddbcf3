"""From words to a plan: what is sent, and who drives whom."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest
from wsbench.demand.workload import Workload
from wsbench.errors import UsageError
from wsbench.plan.margins import Gates
from wsbench.plan.network import PROFILES as NETWORKS
from wsbench.planning.count import make_count_comparison
from wsbench.planning.load import LoadWords, make_load_plan
from wsbench.planning.profiles import PROFILES
from wsbench.planning.run import make_comparison, make_plan
from wsbench.planning.workloads import Words
from wsbench.targets.spec import Axes

LATENCY = Words(connections=(1,))


def workloads_of(**words: object) -> list[Workload]:
    """Return the workloads of a run of one message at a time, without doubles, in order."""
    plan = make_plan(msgspec.structs.replace(LATENCY, clients=("wire",), **words), seed=1)
    return list(dict.fromkeys(cell.workload for cell in plan.cells))


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ({}, [Workload()]),
        ({"kinds": ("text",)}, [Workload()]),
        ({"kinds": ("binary",)}, [Workload(text=False)]),
        ({"kinds": ("text", "binary")}, [Workload(), Workload(text=False)]),
        ({"fragments": (1, 3)}, [Workload(), Workload(fragments=3)]),
        ({"payloads": ("words",)}, [Workload(words=True)]),
        ({"payloads": ("random", "words")}, [Workload(), Workload(words=True)]),
        ({"think_us": 0}, [Workload(think_us=0)]),
        ({"idle": (0, 50)}, [Workload(), Workload(idle=50)]),
        ({"slow_readers": (2,)}, [Workload(slow_readers=2)]),
        ({"sizes": (1, 2)}, [Workload(1), Workload(2)]),
        ({"sizes": (1, 1)}, [Workload(1)]),
    ],
)
def test_what_is_sent_is_what_was_said(words: dict[str, object], found: list[Workload]) -> None:
    """Size, kind, content, fragments and think time each reach the workload; nothing is measured twice."""
    assert workloads_of(**words) == found


def test_what_is_sent_is_crossed() -> None:
    """Two of each are all combinations, once."""
    crossed = workloads_of(
        sizes=(8, 9), kinds=("text", "binary"), payloads=("random", "words"), fragments=(1, 2), depths=(1, 2)
    )
    assert len(crossed) == len(set(crossed)) == 2**5


@pytest.mark.parametrize(
    "words",
    [
        {"kinds": ("binary",)},
        {"fragments": (2,)},
        {"payloads": ("words",)},
        {"think_us": 0},
        {"sizes": (9,)},
    ],
)
def test_one_of_them_alone_keeps_the_shapes_of_the_profile(words: dict[str, object]) -> None:
    """It changes what is sent in every cell, not over how many connections and how deep."""
    plan = make_plan(Words(clients=("wire",), **words), seed=1)  # type: ignore[arg-type]
    found = {cell.workload for cell in plan.cells}
    assert {(one.connections, one.depth) for one in found} == {(1, 1), (16, 1), (1, 32)}
    assert not found & set(PROFILES["default"].workloads)


@pytest.mark.parametrize("words", [{"idle": (5,)}, {"slow_readers": (5,)}])
def test_others_alone_are_beside_one_message_at_a_time(words: dict[str, tuple[int]]) -> None:
    """A round trip is what one wants to know then; wire drives it, and plain TCP takes part."""
    plan = make_plan(Words(**words), seed=1)  # type: ignore[arg-type]
    assert {(one.workload.connections, one.workload.depth) for one in plan.cells} == {(1, 1)}
    assert {one.client for one in plan.cells} == {"wire"}
    assert "tcp" in {one.server for one in plan.cells}
    crossed = make_plan(Words(connections=(1, 9), idle=(5, 6)), seed=1)
    assert len({one.workload for one in crossed.cells}) == 4


def test_throughput_is_left_to_wire() -> None:
    """A client library would be what is measured, unless it is named; a thousand connections: few turns."""
    plan = make_plan(Words(connections=(1, 16, 1_000)), seed=1)
    clients = {(one.client, one.workload.connections) for one in plan.cells}
    assert clients == {("wire", 1), ("websockets", 1), ("ws4py", 1), ("wire", 16), ("wire", 1_000)}
    thorough = make_plan(Words(profile="thorough", connections=(16, 1_000)), seed=1)
    assert {one.client for one in thorough.cells if one.workload.connections == 16} > {"wire", "websockets"}
    assert {one.client for one in thorough.cells if one.workload.connections == 1_000} == {"wire"}
    assert plan.pace.throughput_turns == 5
    named = make_plan(Words(connections=(1_000,), clients=("websockets",)), seed=1)
    assert {one.client for one in named.cells} == {"websockets"}
    assert make_plan(Words(connections=(999,)), seed=1).pace == PROFILES["default"].pace


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (Words(clients=("ws4py",), idle=(5,)), "ws4py holds no connections beside those it measures: add"),
        (Words(idle=(-1,)), "--idle -1: at least 0"),
        (Words(slow_readers=(-1,)), "--slow-readers -1: at least 0"),
        (
            Words(sizes=(1,), connections=(9,), idle=(999_992,)),
            "1 B text, 9 connections, depth 1, 999,992 idle others: at most 1,000,000 connections of all",
        ),
        (Words(servers=("tcp",), clients=("ws4py",)), "tcp speaks plain TCP, so only wire can drive it"),
        (
            Words(clients=("websockets",), fragments=(2,)),
            "websockets can't send fragments: add --client wire",
        ),
        (
            Words(servers=("tornado@deflate",), clients=("ws4py",)),
            "ws4py has no permessage-deflate",
        ),
        (Words(clients=("picows",), axes=Axes(deflate=True)), "picows has no permessage-deflate"),
        (
            Words(servers=("tornado",), clients=("wire", "aiohttp"), fragments=(2,)),
            "aiohttp can't send fragments: add --client wire",
        ),
        (
            Words(servers=("tornado@deflate", "aiohttp@deflate"), clients=("wire", "ws4py")),
            "ws4py has no permessage-deflate",
        ),
        (
            Words(servers=("tornado", "aiohttp@deflate"), clients=("ws4py",)),
            "ws4py has no permessage-deflate",
        ),
    ],
)
def test_a_server_or_client_that_would_not_take_part_gets_one_line(words: Words, line: str) -> None:
    """Whoever was named and has no cell is told, not left out in silence."""
    with pytest.raises(UsageError) as caught:
        make_plan(words, seed=1)
    assert str(caught.value).startswith(line)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("words", "cells"),
    [
        (Words(servers=("tornado", "tcp"), clients=("ws4py",)), {("tornado", "ws4py"), ("stdlib", "ws4py")}),
        (
            Words(servers=("tornado@deflate", "aiohttp"), clients=("wire", "ws4py")),
            {("tornado@deflate", "wire"), ("aiohttp", "wire"), ("aiohttp", "ws4py")},
        ),
        (
            Words(servers=("tornado",), fragments=(2,)),
            {("tornado", "wire")},
        ),
        (
            Words(servers=("tornado",), clients=("wire", "ws4py"), fragments=(1, 2)),
            {("tornado", "wire"), ("tornado", "ws4py")},
        ),
    ],
)
def test_pairs_that_can_not_be_are_left_out_of_a_run_that_can(
    words: Words, cells: set[tuple[str, str]]
) -> None:
    """Somebody drives each server that was named, and each client that was named drives somebody.

    The floor may stay out beside others, and so may clients that only the profile named.
    """
    plan = make_plan(words, seed=1)
    assert cells <= {(cell.server, cell.client) for cell in plan.cells}
    named = {server for server, _ in cells}
    assert cells >= {(cell.server, cell.client) for cell in plan.cells if cell.server in named}


PAIR = ("tornado", "mine=ws://h/x")


@pytest.mark.parametrize(
    "make",
    [
        lambda network: make_plan(Words(servers=PAIR, network=network), 1),
        lambda network: make_load_plan(LoadWords("mine=ws://h/x", network=network), 1),
        lambda network: make_comparison(
            Words(servers=("tornado", "mine=ws://h/x"), network=network), Gates(), 1
        ),
    ],
)
def test_no_network_lies_before_a_server_that_runs_already(make: Callable) -> None:
    """Wsbench can't put one there: one line says so."""
    with pytest.raises(UsageError, match=r"^--network: mine runs already, .*; name a server that is started"):
        make(NETWORKS["wan"])
    assert make(None).network is None


def test_nothing_is_counted_through_a_network() -> None:
    """Counts do not depend on it."""
    words = Words(servers=("tornado", "aiohttp"), network=NETWORKS["lan"])
    with pytest.raises(UsageError, match=r"^--network: counts are of one connection in lockstep"):
        make_count_comparison(words, Gates(), 1)
    assert make_comparison(words, Gates(), 1).network == NETWORKS["lan"]
