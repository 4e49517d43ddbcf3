"""Bytes on the wire: what an open loop says is what the server has read and sent."""

from collections.abc import Callable
from time import perf_counter_ns
from typing import Any

import numpy as np
import pytest
from wsbench.demand.workload import Workload, payloads
from wsbench.targets.reply import Reply
from wsbench.websocket import frames
from wsbench.websocket.frames import server_frame
from wsbench.wire.open_loop import drive_open
from wsbench.wire.session import WireSession
from wsbench.wire.timeline import Order

COUNT = 30
MASK = 4


def whole(opcode: int, payload: bytes) -> bytes:
    """Answer in one frame."""
    return server_frame(opcode, payload)


def in_pieces(opcode: int, payload: bytes) -> bytes:
    """Answer in two frames with a ping between them, which is no data."""
    rest = server_frame(frames.CONTINUATION, payload[10:])
    return server_frame(opcode, payload[:10], final=False) + server_frame(frames.PING, b"?") + rest


@pytest.mark.parametrize(
    ("workload", "reply"),
    [
        (Workload(), Reply()),
        (Workload(), Reply("any")),
        (Workload(10, messages=('{"id": {n}}', '{"id": {n}, "more": 1}')), Reply("same-bytes")),
    ],
    ids=["known", "any", "templates"],
)
@pytest.mark.parametrize("answer", [whole, in_pieces])
def test_frames_are_counted(scripted: Callable, workload: Workload, reply: Reply, answer: Callable):
    """Headers, masks and payloads of data, however it is cut into frames."""
    read: list[int] = []
    sent: list[int] = []

    def behave(link: Any) -> None:
        for opcode, payload in link.messages():
            reply = answer(opcode, payload)
            read.append(len(server_frame(opcode, payload)) + MASK)
            sent.append(len(reply) - len(server_frame(frames.PING, b"?")) * (answer is in_pieces))
            link.sock.sendall(reply)

    server, due = scripted(behave), np.arange(COUNT, dtype=np.int64) * 1_000_000
    made = workload.encoded or payloads(workload, 1)
    session = WireSession(server.address, workload, made, plain=False, timeout=20, reply=reply)
    session.open()
    found = drive_open(session, due, perf_counter_ns(), Order((0, int(due[-1])), 20_000_000_000))
    assert found.answered.all()
    session.close()
    assert found.bytes_within(0, found.stopped + 1) == (sum(read), sum(sent))
