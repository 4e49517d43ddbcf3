"""Time stamps of system calls as one per message, and what became of messages that got no reply."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...records.rates.errors import NO_REPLY
from ..connection import WireConnection
from ..open_connection import OpenLoopConnection
from ..timeline import UNANSWERED, Codes, Times
from .gap import Gap

Lives = Sequence[Sequence[OpenLoopConnection]]
"""For each place the connections that it had, one after the other, and the gaps between them."""


def mean_sizes(wires: Sequence[WireConnection]) -> tuple[float, float]:
    """Return how many bytes a message has as frames in the mean, and a reply."""
    messages, replies = sum(one.sent for one in wires), sum(one.done for one in wires)
    return (
        sum(one.sent_bytes for one in wires) / max(1, messages),
        sum(one.received_bytes for one in wires) / max(1, replies),
    )


def stamps_of(lives: Lives, count: int, begin: int, stopped: int) -> tuple[Times, Times, Codes, list[str]]:
    """Return when each of `count` messages was sent and answered, as what it failed, and the kinds there are.

    Moments are in ns after `begin`. A failed message has the number of its kind, or the negative one where it
    was never sent; 0 is the first kind, `NO_REPLY`.
    """
    sent = np.full(count, stopped, dtype=np.int64)
    received = np.full(count, UNANSWERED, dtype=np.int64)
    why = np.zeros(count, dtype=np.int16)
    kinds = {NO_REPLY: 0}
    for number, place in enumerate(lives):
        into = [each[number :: len(lives)] for each in (sent, received, why)]
        for one in place:
            at = one.before
            for array, moments, sizes in ((into[0], one.sent, one.sizes), (into[1], one.received, one.runs)):
                each = np.repeat(np.array(moments, dtype=np.int64) - begin, sizes)
                array[at : at + len(each)] = each
            at += sum(one.runs)
            for kind, size in one.failures:
                code = kinds.setdefault(kind, len(kinds))
                into[2][at : at + size] = -code if isinstance(one, Gap) else code
                at += size
    return sent, received, why, [*kinds]
