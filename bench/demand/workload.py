"""What is sent: the workload of a cell, and its payloads as a pure function of a seed."""

from __future__ import annotations

import math
import random
import string
from typing import Literal

import msgspec

VARIANTS = 8
"""How many different payloads take turns in one cell."""

LARGE = 1024 * 1024
"""From this many bytes on, two payloads take turns: eight would only fill memory."""

Goal = Literal["latency", "throughput"]
Encoding = Literal["utf-8", "latin-1"]
Arrivals = Literal["uniform", "poisson"]
"""Whether messages of an open loop are due at even distances, or at random as those of many people."""
Wait = Literal["poll", "sleep"]
"""How wire waits for replies: on the processor without a pause, or asleep until the system wakes it."""


THINK_US = 50
"""Long enough for a server to finish what it does after a reply and go to sleep (docs/method.md)."""

TIMEOUT_S = 5.0
"""How long connecting or an answer may take unless said otherwise, in s."""


ONE_WAY_WINDOW, ONE_WAY_BYTES = 512, 1_048_576
"""Messages on their way at a time where nothing comes back: as many, but no more bytes, over all connections.
The pings among them are fewer than one in a hundred then."""


class Workload(msgspec.Struct, frozen=True):
    """One row of demand: payload `size` in bytes, `connections`, and `depth` messages in flight on each.

    With one message in flight the next one leaves `think_us` µs after the last reply; with more, at once.
    A message is sent in `fragments` frames (RFC 6455 section 5.4). The payload is random, or of `words` that
    deflate makes smaller. Beside those that are measured there are `idle` connections, which say nothing, and
    `slow_readers`, which ask for more than they read. Instead of all that `messages` of the user's may be
    sent, one after the other; `size` is that of the longest. In a file that is no UTF-8 each character stands
    for a byte (`encoding`). `typed` are those of them, as they were typed, that name a file or a variable, ""
    for the others. Where nothing comes back, traffic is `one_way`: messages are sent as fast as they are
    read, and `depth` is how many may be on their way.
    """

    size: int = 64
    text: bool = True
    connections: int = 1
    depth: int = 1
    think_us: int = THINK_US
    fragments: int = 1
    words: bool = False
    idle: int = 0
    slow_readers: int = 0
    messages: tuple[str, ...] = ()
    encoding: Encoding = "utf-8"
    typed: tuple[str, ...] = ()
    one_way: bool = False

    @property
    def encoded(self) -> tuple[bytes, ...]:
        """The messages of the user's as bytes, placeholders as they are."""
        return tuple(one.encode(self.encoding) for one in self.messages)

    @property
    def others(self) -> int:
        """Connections beside those that are measured."""
        return self.idle + self.slow_readers

    @property
    def think_ns(self) -> int:
        """The think time in ns; 0 where the window is kept full."""
        return self.think_us * 1000 if self.goal == "latency" else 0

    @property
    def window(self) -> int:
        """Messages in flight over all connections."""
        return self.connections * self.depth

    @property
    def goal(self) -> Goal:
        """One message at a time measures latency, more of them throughput; so do those without replies."""
        return "latency" if self.window == 1 and not self.one_way else "throughput"

    @property
    def kind(self) -> str:
        """`text` or `binary`."""
        return "text" if self.text else "binary"

    @property
    def what(self) -> str:
        """What is sent, read like `64 B text`, `40 B text of yours` or `64 B text in 4 fragments`."""
        many = f", {len(self.messages)} in turn" if self.messages[1:] else ""
        which = f" of yours{many}" if self.messages else " of words" if self.words else ""
        pieces = f" in {self.fragments} fragments" if self.fragments > 1 else ""
        return f"{self.size:,} B {self.kind}{which}{pieces}{', one way' if self.one_way else ''}"

    def __str__(self) -> str:
        """Read like `64 B text, 16 connections, depth 1`."""
        plural = "" if self.connections == 1 else "s"
        usual = self.goal == "throughput" or self.think_us == THINK_US
        think = "" if usual else f", think time {self.think_us} µs"
        beside = f", {self.idle:,} idle others" if self.idle else ""
        if self.slow_readers:
            beside += f", {self.slow_readers:,} slow reader{'' if self.slow_readers == 1 else 's'} beside"
        return f"{self.what}, {self.connections:,} connection{plural}, depth {self.depth}{think}{beside}"


def depth_of(size: int, connections: int) -> int:
    """Return how many one-way messages are on their way on each connection, unless somebody says it."""
    return max(2, math.ceil(min(ONE_WAY_WINDOW, ONE_WAY_BYTES // (size + 1)) / connections))


def payloads(workload: Workload, seed: int, span: int = 0) -> tuple[bytes, ...]:
    """Return the payloads that take turns, each of exactly `workload.size` bytes; text is ASCII.

    Together they have at least `span` bytes: with more than deflate looks back on, none meets itself again.
    """
    if workload.messages:
        return workload.encoded
    rng = random.Random(f"payloads:{seed}")
    count = VARIANTS if workload.size < LARGE else 2
    if workload.size:
        count = max(count, span // workload.size + 1)
    return tuple(_payload(workload, rng) for _ in range(count))


def _payload(workload: Workload, rng: random.Random) -> bytes:
    if workload.words:
        chosen = rng.choices(WORDS, k=workload.size // 4 + 1)  # none is shorter than 3 letters and a space
        return " ".join(chosen).encode()[: workload.size]
    data = rng.randbytes(workload.size)
    return data.translate(_LETTERS) if workload.text else data


_LETTERS = bytes((string.ascii_letters + string.digits + " .").encode()[byte % 64] for byte in range(256))
"""64 characters: 6 bits of each byte."""

_VOCABULARY = (
    "able about after again answer before between bring carry change city close country course cover"
    " different does earth every example father figure food found friend good great group hand head help"
    " high home hour house idea kind land large learn letter light line list live long look made many"
    " mean measure might mind mountain move music name near never next night number often open order"
    " page paper part people picture place plain plant point press question quick rain reach read ready"
    " river round school second sentence serve side small song sound special stand start state still"
    " story study table talk tell thing think thought thousand time together travel tree true turn"
    " under until voice wait walk watch water week white whole wind wonder word work world write year"
)
WORDS = tuple(_VOCABULARY.split())
"""Common English words: deflate makes them two fifths to a third as long."""
