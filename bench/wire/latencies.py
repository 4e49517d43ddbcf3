"""From the moments of a closed loop to latencies: one pass over arrays instead of a step per message.

What is kept while messages fly is little: which connection replied when, and how many replies that were. In a
closed loop the moment of a reply is also the moment at which the next message leaves, so that each message's
beginning and end can be told afterwards from the order of its connection's events.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..records.slices import Slice, numbers

Array = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Events:
    """What happened in one slice of a closed loop, in the order of time.

    Connection `numbers[i]` got `counts[i]` replies at `moments[i]` (ns). `begun[c]` is when connection c sent
    its first `depth` messages. The clock ran from event number `first - 1` to event number `last - 1`; until
    then every reply was followed by a message, and by none after.
    """

    numbers: Array
    moments: Array
    counts: Array
    begun: Array
    depth: int
    first: int
    last: int


def messages_of(events: Events) -> tuple[Array, Array, Array, Array]:
    """Return of every message: its connection, when it was sent and answered, and the event of its answer.

    They are in the order of connections, and in that of time on each.
    """
    numbers, counts = events.numbers, events.counts
    order = np.argsort(numbers, kind="stable")
    answering = np.repeat(order, counts[order])
    connections = len(events.begun)
    senders = np.concatenate([np.arange(connections), numbers[: events.last]])
    moments = np.concatenate([events.begun, events.moments[: events.last]])
    sizes = np.concatenate([np.full(connections, events.depth), counts[: events.last]])
    by_sender = np.argsort(senders, kind="stable")
    sent = np.repeat(moments[by_sender], sizes[by_sender])
    return numbers[answering], sent, events.moments[answering], answering


def slice_of(events: Events, *, keep: bool = False) -> Slice:
    """Return the slice; with `keep` with the moments of the timed replies."""
    number, sent, received, answering = messages_of(events)
    start, stop = int(events.moments[events.first - 1]), int(events.moments[events.last - 1])
    timed = (answering >= events.first) & (answering < events.last)
    flown = np.minimum(received, stop) - np.maximum(sent, start)
    connections = len(events.begun)
    answered = np.bincount(number[timed], minlength=connections) if connections > 1 else np.empty(0, int)
    return Slice(
        latencies=numbers((received - sent)[timed].tobytes()),
        elapsed=stop - start,
        exchanged=int(events.counts.sum()),
        flown=int(flown[flown > 0].sum()),
        answered=numbers(answered.astype(np.int64).tobytes()),
        received=numbers(received[timed].tobytes() if keep else ()),
    )
