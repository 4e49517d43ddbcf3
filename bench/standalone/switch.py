"""A switch with links to it whose packets take time, wait in line, and get lost: no clock, no socket.

A plain file beside server.py, which loads it by path for link.py. Times are in ns of any clock.
"""

from __future__ import annotations

import heapq
import random

MTU = 1500
WAITS_NS, WAITS_BYTES = 100_000_000, 64 * MTU
"""What may wait in line before a link with a rate: so many ns of it, and so many bytes at least."""

NOTHING = {"delay_ns": 0, "jitter_ns": 0, "loss": 0.0, "rate": 0}

Conditions = dict[str, float]
"""Of a link: its delay one way and what that varies by to either side, in ns, the share of packets that it
loses, and its rate in bit/s of IP packets, 0 for none of it."""


class Lane:
    """One direction of a link: who is lost, and when the others get to the other end, in the same order."""

    def __init__(self, conditions: Conditions, rng: random.Random) -> None:
        self.rng = rng
        self.free = self.last = 0.0
        self.lost = self.dropped = 0
        self.become(conditions)

    def become(self, conditions: Conditions) -> None:
        """Have other conditions from now on."""
        known = {**NOTHING, **conditions}
        self.delay, self.jitter = known["delay_ns"], known["jitter_ns"]
        self.loss = known["loss"]
        self.byte_ns = 8e9 / known["rate"] if known["rate"] else 0.0
        self.waits = max(WAITS_NS, WAITS_BYTES * self.byte_ns)

    def arrival(self, size: int, now: float) -> float | None:
        """Return when a packet arrives that comes `now` (ns), None where it does not.

        It is dropped where too many wait; a packet that is lost on the way has taken its time on the line.
        """
        if self.byte_ns:
            begin = max(now, self.free)
            if begin - now > self.waits:
                self.dropped += 1
                return None
            now = self.free = begin + size * self.byte_ns
        if self.loss and self.rng.random() < self.loss:
            self.lost += 1
            return None
        at = now + self.delay
        if self.jitter:
            at += self.rng.uniform(-self.jitter, self.jitter)
        self.last = max(self.last, at)
        return self.last


class Switch:
    """All links: takes packets, and gives those that are due with the number of the node they are for.

    `addresses` are those of the nodes, 4 bytes each, and `conditions` those of their links.
    """

    def __init__(self, addresses: list[bytes], conditions: list[Conditions], seed: int) -> None:
        rngs = random.Random(seed)
        self.numbers = {address: number for number, address in enumerate(addresses)}
        self.up = [Lane(one, random.Random(rngs.random())) for one in conditions]
        self.down = [Lane(one, random.Random(rngs.random())) for one in conditions]
        self.flying: list[tuple[float, int, bool, int, bytes]] = []
        self.taken = self.carried = 0

    def take(self, node: int, packet: bytes, now: float) -> None:
        """Take a packet that a node sends; what is no IPv4 for another node goes nowhere."""
        to = self.numbers.get(packet[16:20]) if packet[0] >> 4 == 4 else None
        at = None if to is None else self.up[node].arrival(len(packet), now)
        if to is not None and at is not None:
            self._fly(at, to, packet, landed=False)

    def _fly(self, at: float, to: int, packet: bytes, *, landed: bool) -> None:
        self.taken += 1  # who comes at the same time goes in the same order
        heapq.heappush(self.flying, (at, self.taken, landed, to, packet))

    def due(self, now: float) -> list[tuple[int, bytes]]:
        """Return who has arrived, in order."""
        arrived = []
        while self.flying and self.flying[0][0] <= now:
            at, _, landed, to, packet = heapq.heappop(self.flying)
            if not landed:
                down = self.down[to].arrival(len(packet), at)
                if down is None:
                    continue
                if down > at:
                    self._fly(down, to, packet, landed=True)
                    continue
            self.carried += 1
            arrived.append((to, packet))
        return arrived

    def wait(self, now: float) -> float | None:
        """Return in how many seconds the next packet gets somewhere, None where none is under way."""
        return max(0.0, self.flying[0][0] - now) / 1e9 if self.flying else None

    def counts(self) -> dict[str, int]:
        """Return how many packets were carried, lost on the way, and dropped where too many waited."""
        lanes = [*self.up, *self.down]
        lost, dropped = sum(one.lost for one in lanes), sum(one.dropped for one in lanes)
        return {"carried": self.carried, "lost": lost, "dropped": dropped}
