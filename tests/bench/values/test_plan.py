"""Plans: cells, and the order of turns as a pure function of the seed."""

import re
from collections import Counter
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from wsbench.values.catalogue import CLIENTS, INSTRUMENT, SERVERS
from wsbench.values.grammar import read_spec, read_specs
from wsbench.values.plan import (
    PROFILES,
    Pace,
    Plan,
    blocks,
    cannot_drive,
    cells_of,
    looks_of,
    round_environment,
    shuffled,
)
from wsbench.values.spec import ServerSpec
from wsbench.values.workload import Workload

LATENCY, WIDE = Workload(), Workload(connections=16)
SERVERS_USED = read_specs(["tornado", "stdlib", "tcp"])
CELLS = cells_of(SERVERS_USED, ["wire", "ws4py"], [LATENCY, WIDE])
PLAN = Plan(SERVERS_USED, CELLS, rounds=2, seed=5, pace=Pace(latency_turns=10, throughput_turns=3))
SEEDS = st.integers(0, 2**32)


def test_only_wire_drives_the_floor():
    """Every other pair of server and client is a cell, once for each workload."""
    assert len(CELLS) == len(set(CELLS)) == 2 * (3 + 2)
    assert {cell.client for cell in CELLS if cell.server == "tcp"} == {"wire"}


def test_floor_is_told_by_name_not_by_label():
    """The floor under another label is still driven by wire only; a labelled server is a full one."""
    servers = read_specs(["ground=tcp", "tcp=tornado"])
    found = {(cell.server, cell.client) for cell in cells_of(servers, ["wire", "aiohttp"], [LATENCY])}
    assert found == {("ground", "wire"), ("tcp", "wire"), ("tcp", "aiohttp")}


FLOOR_LINE = "tcp speaks plain TCP, so only wire can drive it: add --client wire"
FRAGMENTS = Workload(fragments=2)


@pytest.mark.parametrize(
    ("client", "server", "workload", "line"),
    [
        *((client, "tornado", LATENCY, "") for client in CLIENTS),
        *((client, "tornado@tls", LATENCY, "") for client in CLIENTS),
        *((client, "tcp", LATENCY, FLOOR_LINE) for client in CLIENTS if client != "wire"),
        *((client, "tcp", FRAGMENTS, FLOOR_LINE) for client in CLIENTS if client != "wire"),
        *(
            (client, "tornado", FRAGMENTS, f"{client} can't send fragments: add --client wire")
            for client in CLIENTS
            if client != "wire"
        ),
        ("wire", "tcp", LATENCY, ""),
        ("wire", "tcp", FRAGMENTS, ""),
        ("wire", "tornado@tls@deflate", FRAGMENTS, ""),
        ("wire", "tornado", Workload(words=True), ""),
        ("websockets", "aiohttp@deflate@tls", LATENCY, ""),
        ("ws4py", "tornado@deflate", LATENCY, "ws4py has no permessage-deflate"),
        ("picows", "tornado@deflate", WIDE, "picows has no permessage-deflate"),
        ("picows", "wss://host/", WIDE, ""),
    ],
)
def test_who_can_drive_whom(client: str, server: str, workload: Workload, line: str):
    """The floor and fragments are wire's alone; deflate is for those that have it; everybody has TLS."""
    (spec,) = read_spec(server)
    assert cannot_drive(client, spec, workload) == line
    assert bool(cells_of([spec], [client], [workload])) == (not line)


@pytest.mark.parametrize(
    ("ability", "changes", "line"),
    [
        ("tls", {"tls": True}, "poor can't connect over TLS"),
        ("deflate", {"deflate": True}, "poor has no permessage-deflate"),
    ],
)
def test_an_ability_is_asked_for_only_where_it_is_needed(
    monkeypatch: pytest.MonkeyPatch, ability: str, changes: dict[str, bool], line: str
):
    """A client that can do all but one thing drives whoever does not ask for that."""
    able = tuple(one for one in ("tls", "deflate") if one != ability)
    poor = msgspec.structs.replace(CLIENTS["ws4py"], word="poor", can=able)
    monkeypatch.setitem(CLIENTS, "poor", poor)
    plain = ServerSpec("tornado", "tornado")
    assert cannot_drive("poor", plain, LATENCY) == ""
    assert cannot_drive("poor", msgspec.structs.replace(plain, **changes), LATENCY) == line
    others = {one: True for one in ("tls", "deflate") if one != ability}
    assert cannot_drive("poor", msgspec.structs.replace(plain, **others), LATENCY) == ""


@given(
    st.sampled_from([*CLIENTS]),
    st.builds(
        ServerSpec, st.just("x"), st.sampled_from(["", *SERVERS]), tls=st.booleans(), deflate=st.booleans()
    ),
    st.builds(Workload, fragments=st.integers(1, 3), depth=st.integers(1, 3)),
)
def test_the_instrument_drives_whatever_anybody_drives(client: str, server: ServerSpec, workload: Workload):
    """So `add --client wire` is always good advice; and what it can't drive, nobody can."""
    if not cannot_drive(client, server, workload):
        assert not cannot_drive(INSTRUMENT, server, workload)


@given(SEEDS, st.integers(0, 50))
def test_blocks_are_a_function_of_seed_and_round(seed: int, number: int):
    """Asking twice gives the same turns."""
    plan = msgspec.structs.replace(PLAN, seed=seed)
    assert blocks(plan, number) == blocks(plan, number)


@given(SEEDS, st.integers(1, 60), st.integers(1, 60))
def test_turns_are_dealt_out_exactly(seed: int, latency: int, throughput: int):
    """A latency cell has one turn in every block, a throughput cell exactly its turns, one a block."""
    pace = Pace(latency_turns=max(latency, throughput), throughput_turns=min(latency, throughput))
    found = blocks(msgspec.structs.replace(PLAN, seed=seed, pace=pace), 0)
    assert len(found) == pace.latency_turns
    assert all(max(Counter(block).values()) == 1 for block in found)
    turns = Counter(index for block in found for index in block)
    wanted = {"latency": pace.latency_turns, "throughput": pace.throughput_turns}
    assert turns == {index: wanted[cell.workload.goal] for index, cell in enumerate(CELLS)}


@given(SEEDS, st.integers(3, 10), st.integers(0, 3))
def test_nobody_follows_itself_across_a_border(seed: int, count: int, number: int):
    """With three cells or more in a block, its first turn is not that of the last one before it."""
    pace = Pace(latency_turns=60, throughput_turns=7)
    found = blocks(msgspec.structs.replace(PLAN, cells=CELLS[:count], seed=seed, pace=pace), number)
    assert all(before[-1] != after[0] for before, after in pairwise(found) if len(after) > 2)
    assert all(set(range(min(count, 5))) <= set(block) for block in found)


def test_of_two_cells_either_may_follow_itself():
    """There is no third to go between: orders stay free, or the first turn would tell all others."""
    plan = msgspec.structs.replace(PLAN, cells=CELLS[:2], pace=Pace(latency_turns=400))
    repeated = sum(before[-1] == after[0] for before, after in pairwise(blocks(plan, 0)))
    assert 140 < repeated < 260


@pytest.mark.parametrize(
    ("rounds", "looks"), [(1, (1,)), (11, (11,)), (12, (6, 12)), (13, (6, 13)), (16, (8, 16))]
)
def test_a_comparison_is_looked_at_twice_where_half_is_enough(rounds: int, looks: tuple[int, ...]):
    """From 12 rounds on there is a look half-way; the last one is always at the end."""
    assert looks_of(rounds) == looks


def test_a_cell_reads_like_a_sentence():
    """It is what patterns of margins are matched with."""
    assert str(CELLS[0]) == "tornado by wire, 64 B text, 1 connection, depth 1"


def test_nth_turns_of_throughput_cells_share_a_block():
    """All throughput cells have their turns in the same blocks, spread over the round."""
    wide = {index for index, cell in enumerate(CELLS) if cell.workload == WIDE}
    where = [at for at, block in enumerate(blocks(PLAN, 0)) if wide & set(block)]
    assert all(wide <= set(blocks(PLAN, 0)[at]) for at in where)
    assert where == [1, 5, 8]


def test_without_latency_cells_blocks_are_throughput_turns():
    """A plan of throughput alone has as many blocks as turns, each with every cell."""
    cells = cells_of(SERVERS_USED, ["wire"], [WIDE])
    found = blocks(msgspec.structs.replace(PLAN, cells=cells), 0)
    assert [sorted(block) for block in found] == [[0, 1, 2]] * 3


def test_orders_differ():
    """Blocks of a round, rounds of a plan and seeds have orders of their own."""
    found = blocks(PLAN, 0)
    assert len({tuple(block) for block in found}) > 5
    assert found != blocks(PLAN, 1)
    assert found != blocks(msgspec.structs.replace(PLAN, seed=6), 0)


def test_every_order_of_two_cells_occurs():
    """Neither of two cells always goes first: each leads in a fair share of the blocks."""
    plan = msgspec.structs.replace(PLAN, cells=CELLS[:2], pace=Pace(latency_turns=400))
    firsts = Counter(block[0] for block in blocks(plan, 0))
    assert 140 < firsts[0] < 260


def test_start_order_is_a_permutation_of_seed_and_round():
    """The labels stay the same, their order is drawn anew in each round."""
    labels = [f"server {number}" for number in range(8)]
    orders = [shuffled(labels, PLAN, number) for number in range(5)]
    assert all(sorted(order) == labels for order in orders)
    assert shuffled(labels, PLAN, 3) == orders[3]
    assert all(one != other for one, other in pairwise(orders))


@given(SEEDS, st.integers(0, 50))
def test_round_environment_is_drawn_from_the_seed(seed: int, number: int):
    """A hash seed Python takes (never 0, which would turn hashing's chance off), and padding."""
    plan = msgspec.structs.replace(PLAN, seed=seed)
    found = round_environment(plan, number)
    assert found == round_environment(plan, number)
    assert 1 <= int(found["PYTHONHASHSEED"]) <= 4_294_967_295
    assert re.fullmatch("x{0,4095}", found["WSBENCH_PADDING"])


def test_round_environments_differ():
    """Each round lays memory out anew."""
    found = {tuple(round_environment(PLAN, number).items()) for number in range(20)}
    assert len(found) == 20


@pytest.mark.parametrize("name", PROFILES)
def test_profiles_name_what_exists(name: str):
    """A profile is made of servers and clients of the catalogue, and can be planned."""
    profile = PROFILES[name]
    assert set(profile.servers) <= set(SERVERS)
    assert set(profile.clients) <= set(CLIENTS)
    assert cells_of(read_specs(profile.servers), profile.clients, profile.workloads)
    assert profile.pace.throughput_turns <= profile.pace.latency_turns


def test_a_label_leads_to_its_server():
    """Who runs under it, and by which word the catalogue knows it; "" for somebody else's."""
    plan = Plan(read_specs(["x=tornado@uvloop", "y=ws://h/"]), (), rounds=1, seed=1)
    assert plan.spec_of("x").loop == "uvloop"
    assert (plan.name_of("x"), plan.name_of("y")) == ("tornado", "")
