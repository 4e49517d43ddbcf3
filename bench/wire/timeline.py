"""When messages were due, sent and answered, and what follows from that: pure functions of arrays."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..demand.lanes import Lanes
from ..records.rates.errors import NO_REPLY

SECOND_NS = 1_000_000_000

Times = NDArray[np.int64]
"""Moments in ns after the schedule's begin, or durations in ns, one a message."""

Reading = tuple[int, int | None]
"""Replies so far and what the meter showed, read at one moment."""

UNANSWERED = -1
"""What stands in `received` where no reply came."""

Codes = NDArray[np.int16]
"""What messages failed as, by the numbers of the kinds."""

Look = Callable[[Any, int], int]
"""From an open loop and a moment to when it is to be called next."""

SETTLED = 5
"""As many messages in a row must be answered as quickly as before a burst for it to be over."""


@dataclass(frozen=True, slots=True)
class Order:
    """How a schedule is driven; moments in ns after its begin.

    The meter is read at all `marks`; the last one is the schedule's end. The schedule is given up when a
    message has waited longer than `patience_ns`, or more than `bearable` of those due after the first mark
    have waited longer than `limit_ns`. With `yielding` the core is yielded to other processes while
    there is nothing to do: two processes that spin on one core would block each other for whole ticks. Who
    has a `look` at the loop says when the next one is. `lanes` say over which connections messages go, where
    their number changes on the way.
    """

    marks: tuple[int, ...]
    patience_ns: int
    yielding: bool = False
    limit_ns: int = 0
    bearable: int = 0
    look: Look | None = None
    lanes: Lanes | None = None

    def has_failed(self, due: Sequence[int], now: int, answered: int) -> bool:
        """Whether so many messages wait past the limit that the limit can't hold any more."""
        if not self.limit_ns:
            return False
        before = max(answered, bisect_left(due, self.marks[0]))
        return bisect_right(due, now - self.limit_ns) - before > self.bearable


@dataclass(frozen=True, slots=True)
class Stamps:
    """When each message was due, sent and answered, in the order in which they were due.

    `sent` is when it was handed to the kernel, whether or not that took it. All that was due before `stopped`
    is here, and what was not answered by then never was. `readings` were taken at the schedule's marks.

    `why` has for each message that failed the number of its kind among `kinds`, or the negative one where it
    was never sent; None stands for zeros. `reopened` are the moments at which lost connections were open
    again, `wrong` is when the first wrong reply came, and which, and `sizes` are the mean bytes of a message
    and of a reply as frames.
    """

    due: Times
    sent: Times
    received: Times
    stopped: int
    aborted: bool
    readings: tuple[Reading, ...]
    why: Codes | None = None
    kinds: Sequence[str] = (NO_REPLY,)
    reopened: tuple[int, ...] = ()
    wrong: tuple[tuple[int, str], ...] = ()
    sizes: tuple[float, float] = (0.0, 0.0)

    @property
    def answered(self) -> NDArray[np.bool_]:
        """Whether a reply came."""
        came: NDArray[np.bool_] = self.received != UNANSWERED
        return came

    @property
    def response(self) -> Times:
        """From when it was due to its reply; what has none has waited until now."""
        return np.where(self.answered, self.received, self.stopped) - self.due

    @property
    def service(self) -> Times:
        """From when it was sent to its reply; what has none has waited until now."""
        return np.where(self.answered, self.received, self.stopped) - self.sent

    @property
    def lateness(self) -> Times:
        """From when it was due to when it was sent."""
        return self.sent - self.due

    def due_within(self, begin: int, end: int) -> slice:
        """Return where the messages are that were due from `begin` on, and before `end`."""
        first, last = np.searchsorted(self.due, [begin, end])
        return slice(int(first), int(last))

    def answered_within(self, begin: int, end: int) -> int:
        """Return how many replies came from `begin` on, and before `end`."""
        return int(np.count_nonzero((self.received >= begin) & (self.received < end)))

    def errors_within(self, begin: int, end: int) -> dict[str, int]:
        """Return how many messages due from `begin` on, and before `end`, failed as what."""
        part = self.due_within(begin, end)
        failed = ~self.answered[part]
        codes = np.zeros(int(failed.sum()), np.int16) if self.why is None else np.abs(self.why[part][failed])
        counts = np.bincount(codes, minlength=len(self.kinds)).tolist()
        return {kind: count for kind, count in zip(self.kinds, counts, strict=True) if count}

    def bytes_within(self, begin: int, end: int) -> tuple[int, int]:
        """Return the bytes of the messages that were sent from `begin` on, and before `end`; of replies too.

        They are those of their frames. Where messages differ in size each counts as the mean of all.
        """
        left = (self.sent >= begin) & (self.sent < end)
        if self.why is not None:
            left &= self.why >= 0
        sent, received = self.sizes
        return round(np.count_nonzero(left) * sent), round(self.answered_within(begin, end) * received)

    def seconds(self, begin: int, end: int) -> Iterator[tuple[slice, int]]:
        """Yield for each second from `begin` on where its messages are, and how many replies came in it.

        There are those that began before `end` and before the schedule was given up.
        """
        came = np.sort(self.received[self.answered])
        for first in range(begin, min(end, self.stopped), SECOND_NS):
            last = min(first + SECOND_NS, end)
            before, until = np.searchsorted(came, [first, last])
            yield self.due_within(first, last), int(until - before)

    def starved(self, connections: int, begin: int, end: int) -> int:
        """Return how many connections were to answer messages due from `begin` to `end`, and did not once."""
        part = self.due_within(begin, end)
        number = np.arange(len(self.due))[part] % connections
        asked = np.bincount(number, minlength=connections)
        replies = np.bincount(number[self.answered[part]], minlength=connections)
        return int(np.count_nonzero((asked > 0) & (replies == 0)))


def recoveries(due: Times, response: Times, bursts: Sequence[int], end: int) -> tuple[int, ...]:
    """Return for each burst the ns until responses were again under twice what is usual without one.

    That is the median of the messages due before the first burst or, where there are none, in the later half
    of the time between two. A burst whose responses never settle lasts until the next one, or `end`.
    """
    edges = [*bursts, end]
    calm = due < edges[0]
    if not calm.any():
        for begin, until in zip(bursts, edges[1:], strict=True):
            calm |= (due >= (begin + until) // 2) & (due < until)
    if not bursts or not calm.any():
        return ()
    slow = response >= 2 * np.median(response[calm])
    return tuple(_recovery(due, slow, begin, until) for begin, until in zip(bursts, edges[1:], strict=True))


def _recovery(due: Times, slow: NDArray[np.bool_], begin: int, until: int) -> int:
    """Return how long it took from `begin` to the first of a few messages in a row that were not slow."""
    after = slice(*np.searchsorted(due, [begin + 1, until]).tolist())  # those of the burst are due at once
    quick = np.concatenate(([0], np.cumsum(~slow[after])))
    needed = min(SETTLED, len(quick) - 1)
    if not needed:
        return until - begin
    settled = np.flatnonzero(quick[needed:] - quick[:-needed] == needed)
    return int(due[after][settled[0]]) - begin if len(settled) else until - begin
