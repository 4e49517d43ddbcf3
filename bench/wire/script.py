"""What wire sends and expects, prebuilt: rings of masked frames and of the replies to them."""

from __future__ import annotations

import os
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from ..demand.workload import Workload
from ..measuring.recorder import ECHO
from ..targets.reply import Reply
from ..websocket import frames
from ..websocket.permessage_deflate import BITS, Deflater


def message(opcode: int, payload: bytes, *, pieces: int = 1, rsv: int = 0) -> bytes:
    """Return a client's message in frames of nearly equal size, each under a random mask of its own.

    Type and reserved bits stand in the first frame alone (RFC 6455 section 5.4, RFC 7692 section 6.1). More
    pieces than bytes make empty frames.
    """
    edges = [len(payload) * piece // pieces for piece in range(pieces + 1)]
    return b"".join(
        frames.client_frame(
            frames.CONTINUATION if piece else opcode,
            payload[edges[piece] : edges[piece + 1]],
            os.urandom(4),
            final=piece == pieces - 1,
            rsv=0 if piece else rsv,
        )
        for piece in range(pieces)
    )


def first_message(workload: Workload, first: str) -> bytes:
    """Return what is sent once when a connection is open, "" for nothing; it is of the messages' kind."""
    return message(frames.TEXT if workload.text else frames.BINARY, first.encode()) if first else b""


class Script:
    """The messages of one cell in a ring, and the replies that must come back.

    All messages are of one size, and so are all replies; any run of `depth` messages is one slice of the
    prebuilt ring, and any run of replies too. Masks are random (RFC 6455 section 5.3). With `bits`, which is
    for the kinds below, each message is compressed on its own, with a window of so many bits.
    """

    def __init__(
        self,
        workload: Workload,
        payloads: Sequence[bytes],
        *,
        plain: bool,
        reply: Reply = ECHO,
        bits: int | None = None,
    ) -> None:
        self.plain, self.reply, self.bits = plain, reply, bits
        self._workload, self._payloads = workload, payloads
        self._deflater = None if bits is None else Deflater(bits, takeover=False)
        self.opcode = frames.TEXT if workload.text else frames.BINARY
        self.period = len(payloads)
        self._expected = tuple(reply.expected(payload) for payload in payloads)
        sent = [self._message(payload, workload.fragments) for payload in payloads]
        back = sent if plain else [frames.server_frame(self.opcode, one or b"") for one in self._expected]
        self.message_size, self.reply_size = max(map(len, sent)), max(map(len, back))
        self._turns = workload.depth // self.period + 2
        self._messages = b"".join(sent) * self._turns
        self._replies = self._messages if plain else self._ring(back)
        self._singles = tuple(sent)

    def narrowed(self, bits: int) -> Script:
        """Return the same for a connection whose client may compress with a window of so many bits."""
        if self.bits in {None, bits}:
            return self
        return type(self)(self._workload, self._payloads, plain=self.plain, reply=self.reply, bits=bits)

    def _message(self, payload: bytes, pieces: int) -> bytes:
        if self._deflater is None:
            return message(self.opcode, payload, pieces=pieces)
        return message(self.opcode, self._deflater.deflate(payload), pieces=pieces, rsv=frames.RSV1)

    def _ring(self, back: Sequence[bytes]) -> bytes:
        return b"".join(back) * self._turns

    def messages(self, first: int, count: int) -> bytes:
        """Return the bytes of `count` messages from number `first` on."""
        at = first % self.period
        if count == 1:
            return self._singles[at]
        return self._messages[at * self.message_size : (at + count) * self.message_size]

    def size_of(self, count: int) -> int:
        """Return how many bytes the first `count` messages of a connection have."""
        return count * self.message_size

    def replies(self, first: int, size: int) -> bytes:
        """Return `size` bytes of the replies from number `first` on; fewer if that is past the ring."""
        at = first % self.period * self.reply_size
        return self._replies[at : at + size]

    def matches(self, first: int, data: bytes) -> bool:
        """Whether the replies from number `first` on begin with `data`, at most `depth` of them."""
        return self._replies.startswith(data, first % self.period * self.reply_size)

    def expected(self, index: int) -> bytes | None:
        """Return the payload that must come back to message number `index`, None where any will do."""
        return self._expected[index % self.period]


class DeflateScript(Script):
    """Compressed messages, so of different sizes; what comes back is known inflated alone.

    Over plain TCP it is what was sent.
    """

    def __init__(
        self,
        workload: Workload,
        payloads: Sequence[bytes],
        *,
        plain: bool,
        reply: Reply = ECHO,
        bits: int = BITS,
    ) -> None:
        super().__init__(workload, payloads, plain=plain, reply=reply, bits=bits)
        self._edges = [0, *accumulate([len(one) for one in self._singles] * self._turns)]

    def _ring(self, back: Sequence[bytes]) -> bytes:
        del back
        return b""

    def messages(self, first: int, count: int) -> bytes:
        """Return the bytes of `count` messages from number `first` on."""
        at = first % self.period
        if count == 1:
            return self._singles[at]
        return self._messages[self._edges[at] : self._edges[at + count]]

    def replies(self, first: int, size: int) -> bytes:
        """Return `size` bytes of what must come back over plain TCP from number `first` on."""
        at = self._edges[first % self.period]
        return self._replies[at : at + size]

    def size_of(self, count: int) -> int:
        """Return how many bytes the first `count` messages of a connection have."""
        turns, rest = divmod(count, self.period)
        return turns * self._edges[self.period] + self._edges[rest]

    def whole(self, first: int, size: int) -> tuple[int, int]:
        """Return how many messages from number `first` on fit into `size` bytes, and the bytes they take."""
        at = first % self.period
        begin = self._edges[at]
        last = bisect_right(self._edges, begin + size, lo=at) - 1
        return last - at, self._edges[last] - begin
