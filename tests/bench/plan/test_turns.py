"""The order of turns and starts, and what varies between rounds: functions of the seed."""

import re
from collections import Counter
from itertools import pairwise

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from wsbench.demand.workload import Workload
from wsbench.plan.margins import Comparison, Gates
from wsbench.plan.run import Pace, Plan, cells_of
from wsbench.plan.turns import blocks, round_environment, shuffled, spread_over, turns_of
from wsbench.targets.spec_parser import read_specs

LATENCY, WIDE = Workload(), Workload(connections=16)


SERVERS_USED = read_specs(["tornado", "stdlib", "tcp"])


CELLS = cells_of(SERVERS_USED, ["wire", "ws4py"], [LATENCY, WIDE])


PLAN = Plan(SERVERS_USED, CELLS, rounds=2, seed=5, pace=Pace(latency_turns=10, throughput_turns=3))


SEEDS = st.integers(0, 2**32)


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


def test_references_have_fewer_turns_where_others_are_compared():
    """Yardstick and floor have their share, of pairs and of the second copy everybody has all."""
    servers = read_specs(["a=tornado", "b=tornado", "stdlib", "tcp"])
    cells = cells_of(servers, ["wire"], [LATENCY, WIDE])
    pace = Pace(latency_turns=40, throughput_turns=16, reference_share=0.125)
    run = Plan(servers, cells, rounds=1, seed=5, pace=pace)
    assert {turns_of(run, index) for index in range(len(cells))} == {40, 16}
    gate = msgspec.structs.replace(run, comparison=Comparison((("a", "b"),), Gates(), (1,)))
    counts = {(cell.server, cell.workload): turns_of(gate, index) for index, cell in enumerate(cells)}
    assert {one: counts[one, LATENCY] for one in ("a", "b", "stdlib", "tcp")} == {
        "a": 40,
        "b": 40,
        "stdlib": 5,
        "tcp": 5,
    }
    assert (counts["a", WIDE], counts["stdlib", WIDE]) == (16, 2)
    dealt = Counter(index for block in blocks(gate, 0) for index in block)
    assert dealt == {index: turns_of(gate, index) for index in range(len(cells))}
    compared = msgspec.structs.replace(gate, comparison=Comparison((("stdlib", "b"),), Gates(), (1,)))
    assert turns_of(compared, [cell.server for cell in cells].index("stdlib")) == 40


def test_libraries_have_fewer_turns_beside_the_instrument():
    """Alone they have all."""
    pace = Pace(latency_turns=10, throughput_turns=4, library_share=0.5)
    both = msgspec.structs.replace(PLAN, pace=pace)
    for index, cell in enumerate(CELLS):
        full = 10 if cell.workload.goal == "latency" else 4
        assert turns_of(both, index) == (full if cell.client == "wire" else full // 2)
    alone = msgspec.structs.replace(both, cells=tuple(cell for cell in CELLS if cell.client == "ws4py"))
    assert {turns_of(alone, index) for index in range(len(alone.cells))} == {10, 4}


@given(st.integers(1, 200), st.integers(1, 200))
def test_few_places_among_many_are_spread_evenly(few: int, many: int):
    """In order, within bounds, each once where there is room, and the same distance apart but for one."""
    few, many = sorted((few, many))
    found = spread_over(few, many)
    assert found == sorted(set(found))
    assert 0 <= found[0] <= found[-1] < many
    gaps = {after - before for before, after in pairwise(found)}
    assert max(gaps, default=0) - min(gaps, default=0) <= 1
