"""The order of a round's turns and starts, and what varies between rounds: functions of the seed."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence

from ..targets.catalogue import INSTRUMENT
from .run import Plan


def blocks(plan: Plan, number: int) -> list[list[int]]:
    """Return round `number`'s turns: blocks of cell indices, each block in a freshly shuffled order.

    Every latency cell has one turn in every block; fewer turns are spread evenly over the blocks, so that the
    n-th turns of two cells with as many always lie in the same block, milliseconds apart. Nobody has two
    turns in a row across the border of blocks, where a third is there to go between: a server that runs right
    after itself finds its caches warm, and is some percent cheaper (docs/method.md).
    """
    rng = random.Random(f"blocks:{plan.seed}:{number}")
    counts = [turns_of(plan, index) for index in range(len(plan.cells))]
    count = max(counts)
    spread = {few: Counter(spread_over(few, count)) for few in set(counts)}
    found: list[list[int]] = []
    for block in range(count):
        turns = [index for index, few in enumerate(counts) for _ in range(spread[few][block])]
        rng.shuffle(turns)
        if found and len(set(turns)) > 2 and turns[0] == found[-1][-1]:
            place = rng.choice([at for at, index in enumerate(turns) if index != turns[0]])
            turns[0], turns[place] = turns[place], turns[0]
        found.append(turns)
    return found


def turns_of(plan: Plan, index: int) -> int:
    """Return how many turns a cell has in a round: fewer where it decides nothing."""
    pace, cell = plan.pace, plan.cells[index]
    count = pace.latency_turns if cell.workload.goal == "latency" else pace.throughput_turns
    share = 1.0 if _decides(plan, cell.server) else pace.reference_share
    if cell.client != INSTRUMENT and any(one.client == INSTRUMENT for one in plan.cells):
        share *= pace.library_share
    return max(1, round(count * share))


def _decides(plan: Plan, server: str) -> bool:
    """Whether a server is held against another one, or is in a run that compares none."""
    if plan.comparison is None or not plan.spec_of(server).in_every_run:
        return True
    return server == plan.comparison.null or any(server in pair for pair in plan.comparison.pairs)


def spread_over(few: int, many: int) -> list[int]:
    """Return at which of `many` places each of `few` turns stands, evenly and in order."""
    return [(2 * turn + 1) * many // (2 * few) for turn in range(few)]


def shuffled(labels: Sequence[str], plan: Plan, number: int) -> list[str]:
    """Return the order in which round `number` starts its processes."""
    order = list(labels)
    random.Random(f"start:{plan.seed}:{number}").shuffle(order)
    return order


def round_environment(plan: Plan, number: int) -> dict[str, str]:
    """Return the environment variables that vary the memory layout from round to round."""
    return varied_environment(plan.seed, number)


def varied_environment(seed: int, number: int) -> dict[str, str]:
    """Return the environment variables that vary the memory layout in round `number` of a seed."""
    rng = random.Random(f"environment:{seed}:{number}")
    return {
        "PYTHONHASHSEED": str(rng.randrange(1, 2**32)),
        "WSBENCH_PADDING": "x" * rng.randrange(4096),
    }


def base_first(plan: Plan, number: int, base: int, copy: int) -> list[bool]:
    """Return, for the n-th turns of two cells in a round, whether that of `base` was the earlier one."""
    order = [index for block in blocks(plan, number) for index in block]
    places = [[place for place, index in enumerate(order) if index == cell] for cell in (base, copy)]
    return [one < other for one, other in zip(*places, strict=True)]
