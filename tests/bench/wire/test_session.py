"""The instrument against scripted servers: right replies in every shape TCP allows."""

import contextlib
from collections.abc import Callable
from typing import Any

import pytest
from wsbench.demand.workload import Workload, payloads
from wsbench.records.common import Handshake
from wsbench.websocket import frames
from wsbench.websocket.frames import server_frame
from wsbench.wire.session import WireSession

SHAPES = {
    "depth 1": Workload(),
    "depth 8": Workload(depth=8),
    "3 connections, depth 2": Workload(connections=3, depth=2),
}
WORKLOADS = pytest.mark.parametrize("workload", SHAPES.values(), ids=SHAPES)


def _by_byte(link: Any) -> None:
    for message in link.messages():
        for byte in server_frame(*message):
            link.sock.sendall(bytes([byte]))


def _across(link: Any) -> None:
    """Each segment ends in the middle of a frame: two halves of neighbours go together."""
    kept = b""
    for message in link.messages():
        wire = server_frame(*message)
        link.sock.sendall(kept + wire[:40])
        kept = wire[40:]
        if not link.data:  # the client waits for all it has sent
            link.sock.sendall(kept)
            kept = b""


def _together(link: Any) -> None:
    """All replies to what has come in leave in one segment."""
    kept = b""
    for message in link.messages():
        kept += server_frame(*message)
        if not link.data:
            link.sock.sendall(kept)
            kept = b""


def _fragmented(link: Any) -> None:
    for opcode, payload in link.messages():
        link.sock.sendall(server_frame(opcode, payload[:10], final=False))
        link.sock.sendall(server_frame(frames.CONTINUATION, b"", final=False))
        link.sock.sendall(server_frame(frames.CONTINUATION, payload[10:]))


def _pinging(link: Any) -> None:
    """Send a ping before each reply, one inside a fragmented reply, and an unasked pong."""
    sent = []
    for number, (opcode, payload) in enumerate(link.messages()):
        sent += [b"before %d" % number, b"inside %d" % number]
        link.sock.sendall(
            server_frame(frames.PING, sent[-2])
            + server_frame(opcode, payload[:3], final=False)
            + server_frame(frames.PING, sent[-1])
            + server_frame(frames.PONG, b"nobody asked")
            + server_frame(frames.CONTINUATION, payload[3:])
        )
    assert link.pongs == sent


RIGHT = [_by_byte, _across, _together, _fragmented, _pinging]


@WORKLOADS
@pytest.mark.parametrize("behave", RIGHT, ids=lambda behave: behave.__name__)
def test_right_replies_in_any_shape(scripted: Any, exchange: Any, behave: Callable, workload: Workload):
    """However replies are cut, joined, fragmented or mixed with pings, each counts once."""
    found = exchange(scripted(behave), workload)
    assert 60 <= len(found.latencies) < 60 + workload.window  # a batch is counted whole
    assert workload.window + 60 <= found.exchanged < 60 + 4 * workload.window
    assert all(latency > 0 for latency in found.latencies)


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535, 65_536])
@pytest.mark.parametrize("text", [True, False])
def test_every_size(scripted: Any, exchange: Any, size: int, text: bool):
    """Text and binary of every length encoding come back at depth 4."""
    assert len(exchange(scripted(_together), Workload(size, text, 2, 4), 20).latencies) >= 20


def test_a_ping_with_the_handshake(scripted: Any, exchange: Any):
    """What the server sends in one segment with its 101 is not lost."""

    def behave(link: Any) -> None:
        link.accept(server_frame(frames.PING, b"early"))
        _together(link)
        assert link.pongs == [b"early"]

    assert len(exchange(scripted(behave, raw=True), Workload()).latencies) == 60


def test_many_pings_do_not_fill_the_buffer(scripted: Any, exchange: Any):
    """A buffer full of whole frames is no overlong reply."""

    def behave(link: Any) -> None:
        for message in link.messages():
            link.sock.sendall(server_frame(frames.PONG, bytes(100)) * 700 + server_frame(*message))

    assert len(exchange(scripted(behave), Workload(), 5).latencies) == 5


def _mirror(link: Any) -> None:
    """Plain TCP echo that reads no more than it has sent back: its buffers fill up."""
    while data := link.sock.recv(30_000):
        link.sock.sendall(data)


@pytest.mark.parametrize(
    "workload", [*SHAPES.values(), Workload(2**20), Workload(2**20, False, 2, 3)], ids=str
)
def test_the_floor(scripted: Any, exchange: Any, workload: Workload):
    """Over plain TCP the frames come back as they are; 1 MiB both ways at once does not deadlock."""
    assert len(exchange(scripted(_mirror, raw=True), workload, 12, plain=True).latencies) >= 12


@pytest.mark.parametrize("workload", [Workload(2**20), Workload(2**20, False, 2, 3)], ids=str)
def test_large_frames(scripted: Any, exchange: Any, workload: Workload):
    """1 MiB messages come back over WebSocket too, in many reads."""
    assert len(exchange(scripted(_together), workload, 8).latencies) >= 8


def test_slices_follow_each_other(scripted: Any):
    """A session runs slice after slice; numbers of replies go on counting."""
    workload = Workload(depth=3)
    session = WireSession(
        scripted(_together).address, workload, payloads(workload, 1), plain=False, timeout=5
    )
    with contextlib.closing(session):
        assert session.open() == Handshake()
        assert all(len(session.run(3, count).latencies) >= count for count in (1, 2, 50))
        assert session.connections[0].sent == session.connections[0].done >= 53 + 9
        assert not session.connections[0].stamps


def test_closing_says_goodbye(scripted: Any, exchange: Any):
    """Every connection ends with a closing handshake."""
    closed = []

    def behave(link: Any) -> None:
        _together(link)
        closed.append(link)

    server = scripted(behave)
    exchange(server, Workload(connections=3))
    server.stop()
    assert len(closed) == 3
