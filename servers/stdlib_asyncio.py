"""RFC 6455 by hand on asyncio.Protocol: the yardstick, frozen.

Every run is held against this server, so its speed must not change: a test pins the hash of this file to
VERSION. It does the whole contract and no more: no compression, no extensions, no subprotocols. The class
of settings makes no difference.
"""

import asyncio
import hashlib
import socket
import struct
from base64 import b64encode
from collections.abc import Callable
from typing import cast

LIBRARY = ""  # the standard library
VERSION = "1"
DEVIATIONS = {
    "version": "takes any version of the protocol",
}

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455 section 1.3


class Refused(Exception):  # noqa: N818  # a verdict on the peer, not an error of ours
    """The connection fails with this close code (RFC 6455 section 7.4.1)."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def frame(opcode: int, payload: bytes) -> bytes:
    """One unmasked final frame (RFC 6455 section 5.2)."""
    size = len(payload)
    if size < 126:
        return bytes((0x80 | opcode, size)) + payload
    if size < 65536:
        return struct.pack("!BBH", 0x80 | opcode, 126, size) + payload
    return struct.pack("!BBQ", 0x80 | opcode, 127, size) + payload


def unmask(payload: bytearray, mask: bytearray) -> bytes:
    """XOR with the repeated mask, as one large integer (RFC 6455 section 5.3)."""
    size = len(payload)
    key = (mask * (size // 4 + 1))[:size]
    return (int.from_bytes(payload, "little") ^ int.from_bytes(key, "little")).to_bytes(size, "little")


class Echo(asyncio.Protocol):
    """One connection: the handshake first, frames from then on."""

    transport: asyncio.Transport

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.buffer = bytearray()
        self.fragments = bytearray()
        self.opcode = 0  # of the fragmented message under way, 0 when there is none
        self.path = ""
        self.closing = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport; uvloop's does not derive from asyncio's."""
        self.transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        """Print what the reference example prints."""
        if self.path == "/socket":
            print("Socket closed")

    def pause_writing(self) -> None:
        """Stop reading from a peer that does not read."""
        self.transport.pause_reading()

    def resume_writing(self) -> None:
        """Read again."""
        self.transport.resume_reading()

    def data_received(self, data: bytes) -> None:
        """Take every whole frame of what has come in."""
        if self.closing:
            return
        self.buffer += data
        try:
            if self.path or self.handshake():
                while not self.closing and self.take():
                    pass
        except Refused as refused:
            self.finish(struct.pack("!H", refused.code))

    def handshake(self) -> bool:
        """Answer the HTTP request; True once frames may follow (RFC 6455 section 4.2)."""
        head, end, rest = self.buffer.partition(b"\r\n\r\n")
        if not end:
            return False
        lines = head.decode("latin-1").split("\r\n")
        path = [*lines[0].split(" "), ""][1]
        headers = {
            name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])
        }
        key = headers.get("sec-websocket-key", "").encode()
        if path == "/":
            return self.refuse("200 OK", "It Works!")
        if path not in {"/echo", "/socket"}:
            return self.refuse("404 Not Found", "Not Found")
        if headers.get("upgrade", "").lower() != "websocket" or not key:
            return self.refuse("426 Upgrade Required", "WebSocket only", "Sec-WebSocket-Version: 13\r\n")
        accept = b64encode(hashlib.sha1(key + GUID).digest())  # noqa: S324  # the RFC says SHA-1
        self.transport.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
        )
        self.path, self.buffer = path, rest
        if path == "/socket":
            print("Socket opened")
        return True

    def refuse(self, status: str, body: str, extra: str = "") -> bool:
        """Answer over plain HTTP and end the connection."""
        head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n{extra}\r\n"
        self.transport.write((head + body).encode())
        self.transport.close()
        self.closing = True
        return False

    def take(self) -> bool:
        """Take one frame from the buffer; False when it is not all there (RFC 6455 section 5.2)."""
        buffer = self.buffer
        if len(buffer) < 6:
            return False
        size, start = buffer[1] & 0x7F, 2
        if size == 126:
            if len(buffer) < 8:
                return False
            size, start = int.from_bytes(buffer[2:4], "big"), 4
        elif size == 127:
            if len(buffer) < 14:
                return False
            size, start = int.from_bytes(buffer[2:10], "big"), 10
        self.admit(buffer[0], buffer[1], size)
        end = start + 4 + size
        if len(buffer) < end:
            return False
        payload = unmask(buffer[start + 4 : end], buffer[start : start + 4])
        first = buffer[0]
        del buffer[:end]
        self.dispatch(first & 0x0F, payload, final=first >= 0x80)
        return True

    def admit(self, first: int, second: int, size: int) -> None:
        """Refuse what may not come, by its header alone."""
        opcode = first & 0x0F
        control = opcode >= CLOSE
        continues = opcode == 0
        if first & 0x70 or not second & 0x80 or opcode not in {0, TEXT, BINARY, CLOSE, PING, PONG}:
            raise Refused(1002)
        if control and (size > 125 or first < 0x80):
            raise Refused(1002)
        if not control and continues != bool(self.opcode):
            raise Refused(1002)
        if not control and size + len(self.fragments) > self.limit:
            raise Refused(1009)

    def dispatch(self, opcode: int, payload: bytes, *, final: bool) -> None:
        """Answer one frame."""
        if opcode == PING:
            self.transport.write(frame(PONG, payload))
        elif opcode == CLOSE:
            self.finish(payload)
        elif opcode == PONG:
            return
        elif final and opcode:
            self.message(opcode, payload)
        else:
            self.fragments += payload
            self.opcode = self.opcode or opcode
            if final:
                opcode, whole = self.opcode, bytes(self.fragments)
                self.opcode = 0
                self.fragments.clear()
                self.message(opcode, whole)

    def message(self, opcode: int, payload: bytes) -> None:
        """Echo a whole message; on `/socket`, with the prefix."""
        if opcode == TEXT:
            try:
                payload.decode()
            except UnicodeDecodeError:
                raise Refused(1007) from None
        if self.path == "/socket":
            opcode, payload = TEXT, b"Msg is " + payload
        self.transport.write(frame(opcode, payload))

    def finish(self, payload: bytes) -> None:
        """Send a close frame, end our half, and let the peer end its own (RFC 6455 section 7.1.1)."""
        self.closing = True
        if len(payload) == 1 or (len(payload) >= 2 and not valid(payload)):
            payload = struct.pack("!H", 1002)
        self.transport.write(frame(CLOSE, payload))
        self.transport.write_eof()
        asyncio.get_running_loop().call_later(1.0, self.transport.abort)


def valid(payload: bytes) -> bool:
    """Tell whether a close frame carries a code that may be sent and a reason in UTF-8 (section 7.4)."""
    code = int.from_bytes(payload[:2], "big")
    try:
        payload[2:].decode()
    except UnicodeDecodeError:
        return False
    return 3000 <= code < 5000 or (1000 <= code < 1015 and code not in {1004, 1005, 1006})


async def serve(sock: socket.socket, ready: Callable[[], None], *, equal: bool, limit: int) -> None:  # noqa: ARG001
    """Serve on the listening socket `sock` until cancelled; messages up to `limit` bytes."""
    await asyncio.get_running_loop().create_server(lambda: Echo(limit), sock=sock)
    ready()
    await asyncio.Event().wait()
