"""What many connections cost a server: memory for each, and how fast they are opened."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from ..records.run import ConnectionCost
from ..stats.estimate import Estimate, estimate_log, trimmed


def slope(steps: Sequence[tuple[int, int]]) -> float | None:
    """Return resident bytes per connection: least squares over the steps with a connection at least.

    The first connection is no part of it, for with it a server loads and makes what all of them share. None
    where there are fewer than two such steps.
    """
    with_some = [step for step in steps if step[0]]
    if len({connections for connections, _ in with_some}) < 2:
        return None
    return statistics.linear_regression(*zip(*with_some, strict=True)).slope


def connect_rate(crowd: ConnectionCost) -> float:
    """Return how many connections a second were opened."""
    return crowd.connections * 1e9 / crowd.connect_ns


def held_per_connection(crowd: ConnectionCost) -> float | None:
    """Return the bytes a closed connection left behind: negative where the server has fewer than before."""
    if crowd.held is None or not crowd.steps or crowd.steps[0][0]:
        return None
    return (crowd.held - crowd.steps[0][1]) / crowd.connections


def crowd_estimates(crowds: Sequence[ConnectionCost]) -> dict[str, Estimate]:
    """Return what the crowds of a cell, one per round, come to; what a round lacks is left out.

    Memory may shrink, so there is no logarithm of it.
    """
    if not crowds:
        return {}
    memory = {
        "rss_per_connection": [slope(one.steps) for one in crowds],
        "held_per_connection": [held_per_connection(one) for one in crowds],
    }
    known = {name: [value for value in rounds if value is not None] for name, rounds in memory.items()}
    found = {name: trimmed(rounds).estimate() for name, rounds in known.items() if len(rounds) == len(crowds)}
    return {"connect_rate": estimate_log([connect_rate(one) for one in crowds]), **found}
