"""Compressed replies in every shape, and the floor under compressed messages."""

import zlib
from collections.abc import Callable
from typing import Any

import pytest
from wsbench.demand.workload import Workload, payloads
from wsbench.measuring.recorder import ReplyError
from wsbench.websocket import frames
from wsbench.websocket.frames import server_frame
from wsbench.websocket.permessage_deflate import TAIL
from wsbench.wire.session import WireSession

SHAPES = {
    "depth 1": Workload(words=True),
    "depth 8": Workload(depth=8),
    "3 connections, depth 2": Workload(connections=3, depth=2, words=True),
    "3 fragments, depth 2": Workload(size=300, fragments=3, depth=2),
}
WORKLOADS = pytest.mark.parametrize("workload", SHAPES.values(), ids=SHAPES)


def _whole(_n: int, opcode: int, payload: bytes, compress: Callable) -> bytes:
    return server_frame(opcode, compress(payload), rsv=frames.RSV1)


def _fragmented(_n: int, opcode: int, payload: bytes, compress: Callable) -> bytes:
    """Three pieces, with a ping and a pong between them."""
    small = compress(payload)
    return (
        server_frame(opcode, small[:5], final=False, rsv=frames.RSV1)
        + server_frame(frames.PING, b"are you there")
        + server_frame(frames.CONTINUATION, small[5:9], final=False)
        + server_frame(frames.PONG, b"")
        + server_frame(frames.CONTINUATION, small[9:])
    )


def _mixed(number: int, opcode: int, payload: bytes, compress: Callable) -> bytes:
    """Every third is compressed, the others are not."""
    return server_frame(opcode, payload) if number % 3 else _whole(number, opcode, payload, compress)


def _alone(_n: int, opcode: int, payload: bytes, _compress: Callable) -> bytes:
    """Each in a context of its own, as after server_no_context_takeover."""
    up = zlib.compressobj(wbits=-9)
    small = (up.compress(payload) + up.flush(zlib.Z_SYNC_FLUSH)).removesuffix(TAIL)
    return server_frame(opcode, small, rsv=frames.RSV1)


RIGHT = [_whole, _fragmented, _mixed, _alone]


@WORKLOADS
@pytest.mark.parametrize("together", [False, True])
@pytest.mark.parametrize("answers", RIGHT, ids=lambda one: one.__name__)
def test_right_replies(
    scripted: Any, exchange: Any, answers: Callable, together: bool, workload: Workload, deflating: Callable
):
    """Compressed, not compressed, in fragments or many at once: each counts once, inflated."""
    server = scripted(deflating(answers, together=together), raw=True)
    found = exchange(server, workload, deflate=True)
    assert 60 <= len(found.latencies) < 60 + workload.window
    assert all(latency > 0 for latency in found.latencies)


@WORKLOADS
def test_replies_byte_by_byte(scripted: Any, exchange: Any, workload: Workload, deflating: Callable):
    """A compressed reply that comes in many reads is one reply."""

    def dribbling(link: Any) -> None:
        whole, link.sock = link.sock, Dribble(link.sock)
        deflating(_whole)(link)
        link.sock = whole

    exchange(scripted(dribbling, raw=True), workload, 20, deflate=True)


class Dribble:
    """A socket that sends byte by byte."""

    def __init__(self, sock: Any) -> None:
        self.sock = sock
        self.recv = sock.recv

    def sendall(self, data: bytes) -> None:
        """Send each byte on its own."""
        for byte in data:
            self.sock.sendall(bytes([byte]))


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535, 65_536, 2**20])
@pytest.mark.parametrize("words", [True, False])
def test_every_size(scripted: Any, exchange: Any, size: int, words: bool, deflating: Callable):
    """Every length encoding comes back, and random bytes that deflate only makes longer."""
    server = scripted(deflating(_whole, together=True), raw=True)
    workload = Workload(size, words, 2, 2, words=words)
    assert len(exchange(server, workload, 8, deflate=True).latencies) >= 8


def test_more_payloads_than_deflate_looks_back_on(scripted: Any, exchange: Any, deflating: Callable):
    """33,000 messages of a byte each are one round of the ring, and it starts again."""
    server = scripted(deflating(_whole, together=True), raw=True)
    found = exchange(server, Workload(1, depth=64), 33_000, deflate=True, span=32_768)
    assert len(found.latencies) >= 33_000


def _flipped(payload: bytes) -> bytes:
    return payload[:7] + bytes([payload[7] ^ 1]) + payload[8:]


def _mirror(link: Any) -> None:
    while data := link.sock.recv(30_000):
        link.sock.sendall(data)


FLOORS = [*SHAPES.values(), Workload(2**20, words=True), Workload(2**20, False, 2, 3)]


@pytest.mark.parametrize("workload", FLOORS, ids=str)
def test_the_floor_of_compressed_messages(scripted: Any, exchange: Any, workload: Workload):
    """Over plain TCP the compressed frames come back as they are, each of its own size."""
    server = scripted(_mirror, raw=True)
    assert len(exchange(server, workload, 12, plain=True, deflate=True).latencies) >= 12


@pytest.mark.parametrize(
    ("spoil", "why"),
    [(_flipped, "reply 1: byte 7 of"), (lambda data: data + data[:1], "reply 2: byte 1 of")],
)
def test_the_floor_of_compressed_messages_is_compared(
    scripted: Any, exchange: Any, spoil: Callable, why: str
):
    """Altered and extra bytes over plain TCP are found."""

    def behave(link: Any) -> None:
        while data := link.sock.recv(30_000):
            link.sock.sendall(spoil(data))

    with pytest.raises(ReplyError, match=why):
        exchange(scripted(behave, raw=True), Workload(), plain=True, deflate=True)


def test_payloads_of_a_deflate_cell_are_what_the_driver_passes():
    """The ring holds as many payloads as there are, and no reply is written out twice."""
    workload = Workload(64, words=True)
    data = payloads(workload, 1, 32_768)
    session = WireSession(("127.0.0.1", 1, "/"), workload, data, plain=False, timeout=5, deflate=True)
    assert session.script.period == 513
    assert session.script.expected(513) == data[0]


@pytest.mark.parametrize("messages", [(), ("{n} of some words, some words and words", "words")])
@pytest.mark.parametrize("bits", [8, 9, 12])
def test_a_smaller_window_is_kept_to(
    scripted: Any, exchange: Any, bits: int, messages: tuple[str, ...]
) -> None:
    """What is sent inflates with the window that the server chose, though it would not without a care."""

    def behave(link: Any) -> None:
        link.accept(
            headers=f"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits={bits}\r\n"
        )
        assert "Extensions: permessage-deflate; client_max_window_bits" in link.request
        for opcode, payload in link.messages():
            assert link.first & 0x40
            whole = zlib.decompressobj(-max(9, bits)).decompress(payload + TAIL)
            assert bits > 8 or payload[:1] == b"\x00"  # a block that is stored, for there is no such window
            link.sock.sendall(server_frame(opcode, whole))

    workload = Workload(size=6_000, words=True, depth=2, messages=messages)
    assert exchange(scripted(behave, raw=True), workload, 10, deflate=True).exchanged >= 10
