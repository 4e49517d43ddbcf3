"""What a server was doing while the slowest messages of a round were under way.

Its pauses and the moments of the replies are on one clock, so they can be laid over each other. A message
that met a pause need not have waited for it: some meet one by chance.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from .run import Slow
from .slices import Slice

Span = tuple[int, int]
"""Begin and end of a pause, on the clock of the moments at which replies came, in ns."""

MANY = 30_000
"""From so many messages a round on the slowest 1‰ are looked at: 30 of them, as for a percentile."""


class Pauses(msgspec.Struct, frozen=True):
    """The pauses of a server's process: its garbage collections, and when its event loop did not turn."""

    gc: tuple[Span, ...] = ()
    stalls: tuple[Span, ...] = ()

    def __add__(self, other: Pauses) -> Pauses:
        """Return those of both."""
        return Pauses(self.gc + other.gc, self.stalls + other.stalls)


def slow_of(slices: Sequence[Slice], pauses: Pauses) -> Slow | None:
    """Return what explains the slowest 1‰ of a round's messages, or 1 % of fewer than `MANY`.

    As many as took just as long are slow, too. A message was under way from before it was sent until its
    reply had come. None where the slices have no moments.
    """
    latencies = np.concatenate([one.latencies for one in slices])
    received = np.concatenate([one.received for one in slices])
    if not len(latencies) or len(latencies) != len(received):
        return None
    count = max(1, len(latencies) // (1000 if len(latencies) >= MANY else 100))
    beyond = np.partition(latencies, -count)[-count]
    slow = latencies >= beyond
    ended = received[slow]
    begun = ended - latencies[slow]
    collected = met(begun, ended, pauses.gc)
    stalled = met(begun, ended, pauses.stalls) & ~collected
    return Slow(
        messages=int(slow.sum()),
        beyond_ns=int(beyond),
        during_gc=int(collected.sum()),
        during_stall=int(stalled.sum()),
    )


def met(begun: NDArray[np.int64], ended: NDArray[np.int64], spans: Iterable[Span]) -> NDArray[np.bool_]:
    """Return which messages, each from `begun` to `ended`, have a moment in common with any of the spans."""
    starts, stops = merged(spans)
    if not len(starts):
        return np.zeros(len(begun), dtype=np.bool_)
    last = np.searchsorted(starts, ended, side="right") - 1  # of those that began before it was over
    return np.asarray((last >= 0) & (stops[last] >= begun))


def merged(spans: Iterable[Span]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return begins and ends of the same moments as spans that are apart, in order."""
    starts: list[int] = []
    stops: list[int] = []
    for start, stop in sorted(spans):
        if stops and start <= stops[-1]:
            stops[-1] = max(stops[-1], stop)
        else:
            starts.append(start)
            stops.append(stop)
    return np.asarray(starts, dtype=np.int64), np.asarray(stops, dtype=np.int64)
