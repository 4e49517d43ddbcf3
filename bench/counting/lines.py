"""The two kinds of lines to a server, WebSocket and plain TCP: messages out, their replies compared."""

from __future__ import annotations

from typing import Protocol

from ..demand.workload import Workload
from ..machine.launcher import Server
from ..targets.reply import MATCHED
from ..websocket import frames
from ..websocket.handshake import open_socket
from ..websocket.permessage_deflate import OFFER, Deflater, read_answer
from ..websocket.raw_client import Peer
from ..websocket.tls import Stream
from .errors import CountError

MASK = bytes((0x37, 0xFA, 0x21, 0x3D))
"""The same for all frames (that of the example in RFC 6455 section 5.7), so that nothing varies with it."""


class Line(Protocol):
    """A connection to a server. What it raises besides `CountError`: `OSError`, `ValueError`."""

    sock: Stream

    def framed(self, payload: bytes) -> bytes:
        """Return the bytes of a message."""
        ...

    def take(self, number: int, payload: bytes, sent: bytes) -> None:
        """Read the reply to a message; raises `CountError` where it is not that to `payload`."""
        ...


def line_to(server: Server, workload: Workload, timeout: float) -> Line:
    """Return a new connection. Raises `HandshakeError`, and what connecting raises."""
    return (PlainLine if server.spec.is_floor else WebSocketLine)(server, workload, timeout)


class WebSocketLine:
    """A connection over WebSocket, with what the server's spec asks for."""

    def __init__(self, server: Server, workload: Workload, timeout: float) -> None:
        access, offer = server.spec.access, OFFER if server.spec.deflate else ""
        self.peer = Peer(
            (server.host, server.port, server.path),
            subprotocols=access.subprotocols,
            extensions=offer,
            timeout=timeout,
            tls=server.tls,
            headers=access.headers,
            via=access.connect_to,
        )
        self.sock = self.peer.sock
        self.reply = access.reply
        self.opcode, self.pieces = frames.TEXT if workload.text else frames.BINARY, workload.fragments
        self.deflater: Deflater | None = None
        if offer:
            agreed = read_answer(self.peer.response.headers.get("sec-websocket-extensions", ""), offer)
            self.deflater = Deflater(agreed.client_bits, takeover=False)
        if access.first:
            self.sock.sendall(self._frames(access.first.encode(), 1, 0))
        for _ in range(access.skip):
            self.peer.message()

    def framed(self, payload: bytes) -> bytes:
        """Return a message in frames of nearly equal size, compressed where that was agreed on."""
        if self.deflater:
            return self._frames(self.deflater.deflate(payload), self.pieces, frames.RSV1)
        return self._frames(payload, self.pieces, 0)

    def _frames(self, payload: bytes, pieces: int, rsv: int) -> bytes:
        edges = [len(payload) * piece // pieces for piece in range(pieces + 1)]
        return b"".join(
            frames.client_frame(
                frames.CONTINUATION if piece else self.opcode,
                payload[edges[piece] : edges[piece + 1]],
                MASK,
                final=piece == pieces - 1,
                rsv=0 if piece else rsv,
            )
            for piece in range(pieces)
        )

    def take(self, number: int, payload: bytes, sent: bytes) -> None:
        """Read the reply to a message; with a rule that knows replies, pass over what else comes."""
        del sent
        opcode, came = self.peer.message()
        reply = self.reply
        while reply.rule in MATCHED and not reply.fits(reply.said(came), reply.asked(payload)):
            opcode, came = self.peer.message()
        wanted = reply.expected(payload)
        if wanted is not None:
            kind = opcode if reply.rule == "same-bytes" else self.opcode
            if why := frames.difference(opcode, came, kind, wanted):
                raise CountError(f"reply {number:,}: {why}")


class PlainLine:
    """A connection over plain TCP (the floor): what comes back is the frame that was sent."""

    def __init__(self, server: Server, workload: Workload, timeout: float) -> None:
        self.opcode = frames.TEXT if workload.text else frames.BINARY
        self.sock: Stream = open_socket(server.host, server.port, timeout)

    def framed(self, payload: bytes) -> bytes:
        """Return what a client would send over WebSocket."""
        return frames.client_frame(self.opcode, payload, MASK)

    def take(self, number: int, payload: bytes, sent: bytes) -> None:
        """Read as many bytes as were sent."""
        del payload
        came = b""
        while len(came) < len(sent):
            more = self.sock.recv(len(sent) - len(came))
            if not more:
                raise ConnectionError("the connection ended without an answer")
            came += more
        if why := frames.difference(frames.BINARY, came, frames.BINARY, sent):
            raise CountError(f"reply {number:,}: {why}")
