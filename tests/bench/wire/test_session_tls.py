"""The instrument under TLS, blocking and polling: nothing waits unseen, silence ends, wrong is wrong."""

import contextlib
import ssl
from collections.abc import Callable
from typing import Any

import pytest
from wsbench.demand.workload import Workload
from wsbench.measuring.recorder import ReplyError
from wsbench.websocket import frames
from wsbench.websocket.frames import server_frame
from wsbench.wire.session import WireSession

SHAPES = {
    "depth 1": Workload(),
    "depth 8": Workload(depth=8),
    "3 connections, depth 2": Workload(connections=3, depth=2),
    "64 KiB": Workload(65_536, False),
    "1 MiB": Workload(2**20),
    "1 MiB, 2 connections, depth 3": Workload(2**20, False, 2, 3),
}
WORKLOADS = pytest.mark.parametrize("workload", SHAPES.values(), ids=SHAPES)
SMALL = pytest.mark.parametrize("workload", list(SHAPES.values())[:3], ids=list(SHAPES)[:3])


def _by_frame(link: Any) -> None:
    for message in link.messages():
        link.sock.sendall(server_frame(*message))


def _by_byte(link: Any) -> None:
    """Each byte of the first 40 is a record of its own."""
    for message in link.messages():
        data = server_frame(*message)
        for byte in data[:40]:
            link.sock.sendall(bytes([byte]))
        link.sock.sendall(data[40:])


def _together(link: Any) -> None:
    kept = b""
    for message in link.messages():
        kept += server_frame(*message)
        if not link.data and not link.sock.pending():
            link.sock.sendall(kept)
            kept = b""


def _pinging(link: Any) -> None:
    """More pings than the buffer of a connection holds: they wait inside TLS."""
    for message in link.messages():
        link.sock.sendall(server_frame(frames.PONG, bytes(125)) * 300 + server_frame(*message))


@WORKLOADS
@pytest.mark.parametrize("behave", [_by_frame, _by_byte, _together, _pinging], ids=lambda one: one.__name__)
def test_wire_under_tls(scripted: Any, exchange: Any, tls: Any, behave: Callable, workload: Workload):
    """However replies are cut into records, each counts once; large ones both ways do not deadlock."""
    count = 60 if workload.size < 1_000 else 8
    found = exchange(scripted(behave, tls=tls.server), workload, count, tls=tls.client)
    assert len(found.latencies) >= count
    assert all(latency > 0 for latency in found.latencies)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_wire_tells_version_and_cipher(scripted: Any, tls: Any, version: ssl.TLSVersion):
    """What is stored of TLS is what was spoken."""
    server = scripted(_by_frame, tls=tls.server)
    tls.client.maximum_version = version
    session = WireSession(server.address, Workload(), [b"x"], plain=False, timeout=5, tls=tls.client)
    with contextlib.closing(session):
        spoken = session.open().tls.split(" ")
    assert (spoken[0].replace(".", "_"), len(spoken)) == (version.name, 2)


@SMALL
def test_silence_under_tls_is_a_timeout(scripted: Any, exchange: Any, tls: Any, workload: Workload):
    """Neither mode waits for ever, nor tries for ever."""

    def behave(link: Any) -> None:
        for number, message in enumerate(link.messages()):
            if number < 20:
                link.sock.sendall(server_frame(*message))

    with pytest.raises(TimeoutError, match=r"no reply within 0.3 s"):
        exchange(scripted(behave, tls=tls.server), workload, tls=tls.client, timeout=0.3)


@SMALL
def test_a_wrong_reply_under_tls_is_told(scripted: Any, exchange: Any, tls: Any, workload: Workload):
    """Replies are compared under TLS as they are without."""

    def behave(link: Any) -> None:
        for number, (opcode, payload) in enumerate(link.messages()):
            link.sock.sendall(server_frame(opcode, payload[:-1] + b"!" if number == 20 else payload))

    with pytest.raises(ReplyError, match="reply 21: byte 63 of 64 came back as 0x21"):
        exchange(scripted(behave, tls=tls.server), workload, tls=tls.client)


@SMALL
def test_the_end_under_tls_is_told(scripted: Any, exchange: Any, tls: Any, workload: Workload):
    """A server that leaves in the middle raises ConnectionError."""

    def behave(link: Any) -> None:
        for number, message in enumerate(link.messages()):
            link.sock.sendall(server_frame(*message)[: 5 if number == 20 else None])
            if number == 20:
                return

    with pytest.raises(ConnectionError, match=r"closed the connection after 20 replies|reset|Broken pipe"):
        exchange(scripted(behave, tls=tls.server), workload, tls=tls.client)


def test_the_floor_under_tls(scripted: Any, exchange: Any, tls: Any):
    """Plain bytes go through TLS too."""

    def mirror(link: Any) -> None:
        while data := link.sock.recv(30_000):
            link.sock.sendall(data)

    server = scripted(mirror, raw=True, tls=tls.server)
    assert len(exchange(server, Workload(depth=4), plain=True, tls=tls.client).latencies) >= 60
