"""Time stamps of system calls as one per message, and what became of messages that got no reply."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...demand.lanes import Lanes
from ...records.rates.errors import NO_REPLY
from ..connection import WireConnection
from ..open_connection import OpenLoopConnection
from ..timeline import UNANSWERED, Codes, Times
from .gap import Gap

Lives = Sequence[Sequence[OpenLoopConnection]]
"""For each place the connections that it had, one after the other, and the gaps between them."""


Stamped = tuple[Times, Times, Codes, list[str]]
"""When messages were sent and answered, as what they failed, and the kinds there are."""


def mean_sizes(wires: Sequence[WireConnection]) -> tuple[float, float]:
    """Return how many bytes a message has as frames in the mean, and a reply."""
    carried = [one.carried for one in wires]
    messages, replies = sum(count for count, _ in carried), sum(one.done for one in wires)
    return (
        sum(size for _, size in carried) / max(1, messages),
        sum(one.received_bytes for one in wires) / max(1, replies),
    )


def stamps_of(lives: Lives, lanes: Lanes, begin: int, stopped: int) -> Stamped:
    """Return when each message was sent and answered, as what it failed, and the kinds there are.

    Moments are in ns after `begin`. A failed message has the number of its kind, or the negative one where it
    was never sent; 0 is the first kind, `NO_REPLY`.
    """
    count = lanes.messages
    sent = np.full(count, stopped, dtype=np.int64)
    received = np.full(count, UNANSWERED, dtype=np.int64)
    why = np.zeros(count, dtype=np.int16)
    kinds = {NO_REPLY: 0}
    for number, place in enumerate(lives):
        mine = lanes.numbers(number, 0, count)
        for one in place:
            at = one.before
            for array, moments, sizes in ((sent, one.sent, one.sizes), (received, one.received, one.runs)):
                each = np.repeat(np.array(moments, dtype=np.int64) - begin, sizes)
                array[mine[at : at + len(each)]] = each
            at += sum(one.runs)
            for kind, size in one.failures:
                code = kinds.setdefault(kind, len(kinds))
                why[mine[at : at + size]] = -code if isinstance(one, Gap) else code
                at += size
    return sent, received, why, [*kinds]
