"""The outcome of one slice, whose latencies stay arrays on their way from the driver into a record."""

from __future__ import annotations

import statistics
from array import array
from base64 import b64decode
from collections.abc import Iterable
from typing import TYPE_CHECKING

import msgspec
import numpy as np

if TYPE_CHECKING:
    Numbers = array[int]
else:
    Numbers = array  # it takes no type argument before Python 3.12


def numbers(values: Iterable[int] | bytes = ()) -> Numbers:
    """Return an array of 64-bit integers, from integers or from the bytes of such an array."""
    return array("q", values)


def packed(value: Numbers) -> bytes:
    """Return an array as bytes, for JSON (an `enc_hook` of msgspec, which makes base64 of them)."""
    return value.tobytes()


def unpacked(_kind: type, value: str) -> Numbers:
    """Return the array that was made base64 by `packed` (a `dec_hook` of msgspec)."""
    return numbers(b64decode(value))


class Slice(msgspec.Struct, frozen=True):
    """The outcome of one slice; all times in ns.

    `latencies` are the timed round trips, `elapsed` the time in which they came back, with the window full
    from its first moment to its last. `exchanged` also counts the untimed messages before and after, and the
    CPU times (None where the server is not ours) and `busy` cover all of those. `thought` was spent spinning
    between messages and is no part of the client's CPU time; nor is `reckoned`, spent afterwards to work out
    the latencies, and no part of `busy` either. `flown` is the time all messages together were in flight
    between the first moment and the last, those included whose reply came after it. `answered` has the number
    of timed replies of each connection, none where there is only one. `received` are the moments of the timed
    replies on the monotonic clock, kept only where asked for. `lost` is the time that other programs had a
    core while the client polled on it, or a server of one thread was ready to run there. `pushed` counts the
    messages that came and were no replies. `twice` of them said the
    same as an earlier reply. `read` counts the one-way messages that the server read in
    `elapsed`; they have no latencies.
    """

    latencies: Numbers
    elapsed: int
    exchanged: int = 0
    busy: int = 0
    server_cpu: int | None = None
    client_cpu: int = 0
    thought: int = 0
    flown: int = 0
    reckoned: int = 0
    answered: Numbers = msgspec.field(default_factory=numbers)
    received: Numbers = msgspec.field(default_factory=numbers)
    lost: int = 0
    pushed: int = 0
    read: int = 0
    twice: int = 0

    @property
    def timed(self) -> int:
        """How many messages `elapsed` is of."""
        return self.read or len(self.latencies)

    @property
    def rate(self) -> float:
        """Throughput in msg/s."""
        return self.timed * 1e9 / self.elapsed

    @property
    def median(self) -> float:
        """The median latency in ns, 0 without any."""
        count = len(self.latencies)
        if not count:
            return 0.0
        low, high = (count - 1) // 2, count // 2
        middle: list[int] = np.partition(self.latencies, (low, high))[low : high + 1].tolist()
        return statistics.median(middle)


DISTURBED = 0.05
"""A slice is disturbed that lost a larger share of its time to other programs: on a quiet machine 19 of 20
lose less than 1 %, and one that meets a turn of another program 3 ms, a quarter of it (docs/method.md)."""


def is_disturbed(one: Slice) -> bool:
    """Whether other programs took so much of a slice that its rate says more about them."""
    return one.lost > DISTURBED * one.busy
