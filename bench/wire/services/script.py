"""Messages of the user's: of different sizes, and made as they leave where something is filled in."""

from __future__ import annotations

import itertools
import os
import time
import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from ...demand.workload import Workload
from ...targets.reply import MATCHED, Reply
from ...targets.templates import filled, is_constant
from ...websocket import frames
from ..script import Script


def is_service(workload: Workload, reply: Reply, first: str, skip: int) -> bool:
    """Whether messages are made as they leave, or replies known by more than their bytes."""
    sizes = {len(one) for one in workload.encoded}
    if len(sizes) > 1 or not all(map(is_constant, workload.messages)):
        return True
    return bool(first or skip) or reply.rule in {"same-bytes", *MATCHED}


MS = 1_000_000


class ServiceScript(Script):
    """The messages of one cell, of whatever sizes."""

    def __init__(self, workload: Workload, payloads: Sequence[bytes], **options: Any) -> None:
        super().__init__(workload, payloads, **options)
        self.depth = workload.depth
        self._count = 0
        texts = workload.messages or [""] * self.period
        self._made = [None if is_constant(text) else text for text in texts]
        self._encoding = workload.encoding

    def next_message(self, index: int) -> tuple[bytes, bytes]:
        """Return the frame of message number `index` of a connection, and its payload."""
        at = index % self.period
        text = self._made[at]
        if text is None:
            return self._singles[at], self._payloads[at]
        self._count += 1
        values = {"n": str(self._count), "uuid": str(uuid.uuid4()), "timestamp": str(time.time_ns() // MS)}
        payload = filled(text, values).encode(self._encoding)
        if self.bits is not None:
            return self._message(payload, 1), payload
        return frames.client_frame(self.opcode, payload, os.urandom(4)), payload

    def messages(self, first: int, count: int) -> bytes:
        """Return the bytes of `count` messages from number `first` on, made now."""
        return b"".join(self.next_message(number)[0] for number in range(first, first + count))


ASKED_BYTES = 16_384
"""What a slow reader sends at a time, in bytes: one message of ours, or several of the user's."""


def asked_of(workload: Workload) -> Iterator[bytes]:
    """Yield what a slow reader sends: the user's messages where there are some, else a large one of ours."""
    if not workload.messages:
        yield from itertools.repeat(
            frames.client_frame(frames.BINARY, os.urandom(ASKED_BYTES), os.urandom(4))
        )
    script = ServiceScript(workload, workload.encoded, plain=False)
    count = max(1, ASKED_BYTES // script.message_size)
    for number in itertools.count(0, count):
        yield script.messages(number, count)
