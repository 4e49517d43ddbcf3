"""What wire sends and expects, prebuilt: rings of masked frames and of the replies to them."""

from __future__ import annotations

import os
from collections.abc import Sequence

from ..values import frames
from ..values.workload import Workload


class Script:
    """The messages of one cell in a ring, and the replies that must come back.

    All messages are of one size, and so are all replies; any run of `depth` messages is one slice of the
    prebuilt ring, and any run of replies too. Masks are random (RFC 6455 section 5.3).
    """

    def __init__(self, workload: Workload, payloads: Sequence[bytes], *, plain: bool) -> None:
        self.plain = plain
        self.size = workload.size
        self.opcode = frames.TEXT if workload.text else frames.BINARY
        self.period = len(payloads)
        self._payloads = tuple(payloads)
        sent = [frames.client_frame(self.opcode, payload, os.urandom(4)) for payload in payloads]
        back = sent if plain else [frames.server_frame(self.opcode, payload) for payload in payloads]
        self.message_size, self.reply_size = len(sent[0]), len(back[0])
        self.window_bytes = workload.window * self.message_size
        turns = workload.depth // self.period + 2
        self._messages = b"".join(sent) * turns
        self._replies = b"".join(back) * turns
        self._singles = tuple(sent)

    def messages(self, first: int, count: int) -> bytes:
        """Return the bytes of `count` messages from number `first` on."""
        at = first % self.period
        if count == 1:
            return self._singles[at]
        return self._messages[at * self.message_size : (at + count) * self.message_size]

    def replies(self, first: int, size: int) -> bytes:
        """Return `size` bytes of the replies from number `first` on; fewer if that is past the ring."""
        at = first % self.period * self.reply_size
        return self._replies[at : at + size]

    def payload(self, index: int) -> bytes:
        """Return the payload of message number `index`."""
        return self._payloads[index % self.period]
