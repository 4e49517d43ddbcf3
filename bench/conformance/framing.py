"""The contract's requirements about frames: control frames, fragments, and what TCP makes of either."""

from __future__ import annotations

import contextlib
import time
from typing import cast

from ..machine.launcher import Server
from ..websocket import frames
from ..websocket.handshake import upgrade
from ..websocket.http_messages import authority
from ..websocket.tls import Stream
from .check import MULTIBYTE, Requirement, comes_back, connect, dial, need, types_of

BURST = 100
"""Messages of one segment; with 100 bytes each they also fit into one record of TLS."""

FIRST_BYTE_S = 0.005
"""The pause after the first byte, so that it arrives alone."""

MASK = b"\x1b\x2d\x3c\x4f"


class ByteByByte:
    """A connection that sends each byte in a segment of its own."""

    def __init__(self, sock: Stream) -> None:
        self._sock = sock
        self.recv = sock.recv

    def sendall(self, data: bytes) -> None:
        """Send one byte after the other until the peer closes; its answer can still be read then."""
        with contextlib.suppress(OSError):
            for at in range(len(data)):
                self._sock.sendall(data[at : at + 1])
                if at == 0:
                    time.sleep(FIRST_BYTE_S)


def _ping(server: Server) -> None:
    with connect(server) as peer:
        for payload in (b"", b"are you there", bytes(range(125))):
            peer.send(frames.PING, payload)
            frame = peer.receive()
            need(frame.opcode == frames.PONG, f"answered a ping with {frames.OPCODES[frame.opcode]}")
            need(frame.payload == payload, "the pong's payload is not the ping's")


def _ping_between(server: Server) -> None:
    """Control frames are handled in the middle of a fragmented message, RFC 6455 section 5.4."""
    with connect(server) as peer:
        peer.send(frames.TEXT, b"before ", final=False)
        peer.send(frames.PING, b"between")
        frame = peer.receive()
        need(frame.opcode == frames.PONG, f"answered a ping with {frames.OPCODES[frame.opcode]}")
        need(frame.payload == b"between", "the pong's payload is not the ping's")
        peer.send(frames.CONTINUATION, b"and after")
        comes_back(server, peer, frames.TEXT, b"before and after")


def _fragments(server: Server) -> None:
    payloads = {frames.TEXT: MULTIBYTE.encode() * 3, frames.BINARY: bytes(range(200))}
    for opcode in types_of(server):
        payload = payloads[opcode]
        with connect(server) as peer:
            peer.send(opcode, payload[:10], final=False)
            peer.send(frames.CONTINUATION, b"", final=False)
            peer.send(frames.CONTINUATION, payload[10:13], final=False)
            peer.send(frames.CONTINUATION, payload[13:])
            comes_back(server, peer, opcode, payload)


def _segment(server: Server) -> None:
    payloads = [b"%03d" % number + b"." * 97 for number in range(BURST)]
    with connect(server) as peer:
        peer.sock.sendall(b"".join(frames.client_frame(frames.TEXT, one, MASK) for one in payloads))
        for payload in payloads:
            comes_back(server, peer, frames.TEXT, payload)


def _byte_by_byte(server: Server) -> None:
    access, payload = server.spec.access, b"drop by drop " * 16
    with dial(server) as sock:
        upgrade(
            cast("Stream", ByteByByte(sock)),  # it has what the handshake uses of one
            server.path,
            authority(server.host, server.port, tls=server.spec.tls),
            subprotocols=access.subprotocols,
            headers=access.headers,
        )
    with connect(server) as peer:
        ByteByByte(peer.sock).sendall(frames.client_frame(frames.TEXT, payload, MASK))
        comes_back(server, peer, frames.TEXT, payload)


PING = Requirement("ping", "a ping is answered with its payload", _ping, "ping")
PING_BETWEEN = Requirement(
    "ping-between", "a ping between two fragments is answered at once", _ping_between, "ping"
)
STREAM_REQUIREMENTS = (
    Requirement("fragments", "a fragmented message is reassembled", _fragments, "fragments"),
    Requirement(
        "segment", f"{BURST} messages in one segment come back intact and in order", _segment, "order"
    ),
    Requirement(
        "byte-by-byte",
        "a handshake and a message that come byte by byte are answered",
        _byte_by_byte,
        "negotiation",
    ),
)
