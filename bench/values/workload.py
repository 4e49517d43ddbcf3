"""What is sent: the workload of a cell, and its payloads as a pure function of a seed."""

from __future__ import annotations

import random
import string
from typing import Literal

import msgspec

VARIANTS = 8
"""How many different payloads take turns in one cell."""

LARGE = 1024 * 1024
"""From this many bytes on, two payloads take turns: eight would only fill memory."""

Goal = Literal["latency", "throughput"]


THINK_US = 50
"""Long enough for a server to finish what it does after a reply and go to sleep (docs/method.md)."""


class Workload(msgspec.Struct, frozen=True):
    """One row of demand: payload `size` in bytes, `connections`, and `depth` messages in flight on each.

    With one message in flight the next one leaves `think_us` µs after the last reply; with more, at once.
    """

    size: int = 64
    text: bool = True
    connections: int = 1
    depth: int = 1
    think_us: int = THINK_US

    @property
    def think_ns(self) -> int:
        """The think time in ns; 0 where the window is kept full."""
        return self.think_us * 1000 if self.window == 1 else 0

    @property
    def window(self) -> int:
        """Messages in flight over all connections."""
        return self.connections * self.depth

    @property
    def goal(self) -> Goal:
        """One message at a time measures latency; more measure throughput."""
        return "latency" if self.window == 1 else "throughput"

    @property
    def kind(self) -> str:
        """`text` or `binary`."""
        return "text" if self.text else "binary"

    def __str__(self) -> str:
        """Read like `64 B text, 16 connections, depth 1`."""
        plural = "" if self.connections == 1 else "s"
        think = "" if self.window > 1 or self.think_us == THINK_US else f", think time {self.think_us} µs"
        return (
            f"{self.size:,} B {self.kind}, {self.connections} connection{plural}, depth {self.depth}{think}"
        )


def payloads(workload: Workload, seed: int) -> tuple[bytes, ...]:
    """Return the payloads that take turns, each of exactly `workload.size` bytes; text is ASCII."""
    rng = random.Random(f"payloads:{seed}")
    count = VARIANTS if workload.size < LARGE else 2
    if not workload.text:
        return tuple(rng.randbytes(workload.size) for _ in range(count))
    alphabet = (string.ascii_letters + string.digits + " .").encode()  # 64 characters: 6 bits of each byte
    table = bytes(alphabet[byte % 64] for byte in range(256))
    return tuple(rng.randbytes(workload.size).translate(table) for _ in range(count))
