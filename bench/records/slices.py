"""What one slice of exchanges came to."""

from __future__ import annotations

import msgspec


class Slice(msgspec.Struct, frozen=True):
    """The outcome of one slice; all times in ns.

    `latencies` are the timed round trips, `elapsed` the time in which they came back, with the window full
    from its first moment to its last. `exchanged` also counts the untimed messages before and after, and the
    CPU times (None where the server is not ours) and `busy` cover all of those. `thought` was spent spinning
    between messages and is no part of the client's CPU time; nor is `reckoned`, spent afterwards to work out
    the latencies, and no part of `busy` either. `flown` is the time all messages together were in flight
    between the first moment and the last, those included whose reply came after it. `answered` has the number
    of timed replies of each connection, [] where there is only one. `received` are the moments of the timed
    replies on the monotonic clock, kept only where asked for.
    """

    latencies: list[int]
    elapsed: int
    exchanged: int = 0
    busy: int = 0
    server_cpu: int | None = None
    client_cpu: int = 0
    thought: int = 0
    flown: int = 0
    reckoned: int = 0
    answered: list[int] = []
    received: list[int] = []

    @property
    def rate(self) -> float:
        """Throughput in msg/s."""
        return len(self.latencies) * 1e9 / self.elapsed
