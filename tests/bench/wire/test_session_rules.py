"""What is asked of server and instrument: replies with a prefix or any, and messages in fragments."""

from collections.abc import Callable
from typing import Any

import pytest
from wsbench.demand.workload import Workload
from wsbench.measuring.recorder import ReplyError
from wsbench.targets.reply import Reply
from wsbench.websocket import frames
from wsbench.websocket.frames import server_frame

BAD = 20  # the index of the reply that goes wrong
SHAPES = {
    "depth 1": Workload(words=True),
    "depth 8": Workload(depth=8),
    "3 connections, depth 2": Workload(connections=3, depth=2, words=True),
    "3 fragments, depth 2": Workload(size=300, fragments=3, depth=2),
}
WORKLOADS = pytest.mark.parametrize("workload", SHAPES.values(), ids=SHAPES)


def _rsv(opcode: int, small: bytes) -> bytes:
    return server_frame(opcode, small, rsv=frames.RSV1)


@pytest.mark.parametrize("deflate", [False, True])
def test_a_prefix(scripted: Any, exchange: Any, deflate: bool, deflating: Callable):
    """Replies bear the prefix, and one without is wrong, whether or not they are compressed."""

    def prefixed(number: int, opcode: int, payload: bytes, compress: Callable) -> bytes:
        payload = payload if number == BAD else b"Msg is " + payload
        return _rsv(opcode, compress(payload)) if deflate else server_frame(opcode, payload)

    def plainly(link: Any) -> None:
        for number, (opcode, payload) in enumerate(link.messages()):
            link.sock.sendall(prefixed(number, opcode, payload, lambda _: b""))

    server = scripted(deflating(prefixed) if deflate else plainly, raw=deflate)
    rule = Reply("prefix", "Msg is ")
    assert len(exchange(server, Workload(depth=2), 10, deflate=deflate, reply=rule).latencies) >= 10
    with pytest.raises(ReplyError, match="reply 21: 64 bytes came back for 71"):
        exchange(server, Workload(depth=2), deflate=deflate, reply=rule)


ODD = [
    lambda op, x: server_frame(op, b""),
    lambda op, x: server_frame(frames.BINARY, x * 2),
    lambda op, x: (
        server_frame(op, x[:1], final=False) + server_frame(0, b"", final=False) + server_frame(0, x)
    ),
    lambda op, x: server_frame(frames.PING, b"") + server_frame(op, bytes(100_000)),
]


def _odd(number: int, opcode: int, payload: bytes, _compress: Callable) -> bytes:
    return ODD[number % len(ODD)](opcode, payload)


@WORKLOADS
@pytest.mark.parametrize("deflate", [False, True])
def test_any_reply_counts(
    scripted: Any, exchange: Any, deflate: bool, workload: Workload, deflating: Callable
):
    """Empty, doubled, of another type, in fragments, far longer: one message is one reply."""

    def plainly(link: Any) -> None:
        number = 0
        for message in link.messages():
            if link.first & 0x80:
                link.sock.sendall(_odd(number, frames.TEXT, message[1], lambda _: b""))
                number += 1

    server = scripted(deflating(_odd) if deflate else plainly, raw=deflate)
    found = exchange(server, workload, deflate=deflate, reply=Reply("any"))
    assert 60 <= len(found.latencies) < 60 + workload.window


def test_any_compressed_reply_counts(scripted: Any, exchange: Any, deflating: Callable):
    """It is not inflated: garbage is a reply too."""
    server = scripted(deflating(lambda _n, op, _x, _c: _rsv(op, b"\xff" * 9)), raw=True)
    assert len(exchange(server, Workload(), deflate=True, reply=Reply("any")).latencies) == 60


def test_any_reply_is_one_reply(scripted: Any, exchange: Any):
    """Two messages to one are told, and so is a frame that does not end."""

    def twice(link: Any) -> None:
        for message in link.messages():
            link.sock.sendall(server_frame(*message) * 2)

    with pytest.raises(ReplyError, match="reply 2 came to no message: one was doubled"):
        exchange(scripted(twice), Workload(), reply=Reply("any"))

    def endless(link: Any) -> None:
        link.frame()
        link.sock.sendall(frames.header(frames.TEXT, 2**40))
        while True:
            link.sock.sendall(bytes(2**20))

    with pytest.raises(ReplyError, match="reply 1: a frame of 1,099,511,627,776 bytes"):
        exchange(scripted(endless), Workload(), reply=Reply("any"))


def test_rsv1_without_deflate_is_no_reply(scripted: Any, exchange: Any):
    """Nobody agreed on it, whatever reply will do."""

    def behave(link: Any) -> None:
        for message in link.messages():
            link.sock.sendall(server_frame(*message, rsv=frames.RSV1))

    for rule in (Reply(), Reply("any")):
        with pytest.raises(ReplyError, match="reply 1: no server frame: it begins with c1"):
            exchange(scripted(behave), Workload(), reply=rule)


@pytest.mark.parametrize("pieces", [2, 7, 100])
@pytest.mark.parametrize("size", [0, 5, 64, 70_000])
def test_messages_in_fragments(scripted: Any, exchange: Any, pieces: int, size: int):
    """Each message is as many frames; the server puts them together and the reply is whole."""
    counts: list[int] = []

    def behave(link: Any) -> None:
        whole, opcode, count = b"", 0, 0
        for kind, piece in link.messages():
            assert bool(kind) == (count == 0)
            whole, opcode, count = whole + piece, kind or opcode, count + 1
            if link.first & 0x80:
                counts.append(count)
                link.sock.sendall(server_frame(opcode, whole))
                whole, opcode, count = b"", 0, 0

    workload = Workload(size, text=False, depth=2, fragments=pieces)
    assert len(exchange(scripted(behave), workload, 12).latencies) >= 12
    assert set(counts) == {pieces}


def test_replies_stay_in_fragments(scripted: Any, exchange: Any):
    """A server that hands on frames as they come is right too."""

    def behave(link: Any) -> None:
        for kind, piece in link.messages():
            link.sock.sendall(server_frame(kind, piece, final=bool(link.first & 0x80)))

    assert len(exchange(scripted(behave), Workload(300, depth=3, fragments=4)).latencies) >= 60
