"""picows' `ws_create_server` with a listener.

Equal and as shipped are the same: it has no permessage-deflate, pings on request only, keeps no access log
and sets TCP_NODELAY. The message limit (default 10 MiB a frame) belongs to the contract.

picows hands over frames. What it leaves to its user and the contract asks for is done here: putting fragments
together, UTF-8, reserved bits, the limit on a whole message, and not reading from a peer that does not read.
It listens through aiofastnet, which it depends on: the transport is not the event loop's own, on any loop.

Before 2.0 neither is so, and what is raised says no code: here the close is sent before.
"""

import asyncio
import inspect
import re
import socket
import ssl
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

from picows import (
    WSCloseCode,
    WSFrame,
    WSListener,
    WSMsgType,
    WSTransport,
    WSUpgradeRequest,
    ws_create_server,
)

try:
    from picows import WSProtocolError, WSUpgradeResponse, WSUpgradeResponseWithListener

    OLD = False
except ImportError:  # before 2.0
    OLD = True

LIBRARY = "picows"
LIMITED = "max_frame_size" in inspect.signature(ws_create_server).parameters
DEVIATIONS: dict[str, str] = {}
if [*map(int, re.findall(r"\d+", version("picows")))] < [2, 3]:
    DEVIATIONS |= dict.fromkeys(("index", "unknown-path"), "answers a plain GET with 400")
if OLD:
    DEVIATIONS |= {
        "close-invalid": "answers a close whose reason is not UTF-8 with the same",
        "protocol-error": "takes no notice of unknown opcodes",
        "too-large": "closes with 1002 on a frame over its limit, not with 1009",
        "unmasked": "accepts unmasked frames (RFC 6455 forbids them)",
    }
if not LIMITED:
    DEVIATIONS["largest"] = "takes frames up to 1 MiB, a limit that can't be changed"
SPEEDUPS: tuple[str, ...] = ("aiofastnet",)
HANDLER = "Echo.on_message"  # called with every message on `/echo`

CONTINUATION, TEXT, BINARY = WSMsgType.CONTINUATION, WSMsgType.TEXT, WSMsgType.BINARY


def failure(transport: WSTransport, code: WSCloseCode, reason: str) -> Exception:
    """Return what to raise for the connection to be closed with a code; before 2.0 no exception has one."""
    if not OLD:
        return WSProtocolError(code, reason)
    transport.send_close(code, reason.encode())
    return ValueError(reason)


class Echo(WSListener):
    """`/echo`: the same message, the same type."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.kind: WSMsgType | None = None  # of the fragmented message under way
        self.fragments = bytearray()
        self.transport: WSTransport

    def on_ws_connected(self, transport: WSTransport) -> None:
        """Keep the transport, for `pause_writing`."""
        self.transport = transport

    def on_message(self, transport: WSTransport, message: str | bytes) -> None:
        """Send the message back."""
        kind = TEXT if isinstance(message, str) else BINARY
        transport.send(kind, message.encode() if OLD and isinstance(message, str) else message)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Take whole messages and fragments, and answer a close."""
        kind = frame.msg_type
        if frame.rsv1 or (not OLD and (frame.rsv2 or frame.rsv3)):
            raise failure(transport, WSCloseCode.PROTOCOL_ERROR, "reserved bits must be 0")
        try:
            if kind is WSMsgType.CLOSE:
                self.on_close(transport, frame)
            elif self.kind or kind is CONTINUATION or not frame.fin:
                self.on_fragment(transport, frame)
            elif kind is TEXT:
                self.on_message(transport, frame.get_payload_as_utf8_text())
            elif kind is BINARY:
                self.on_message(transport, frame.get_payload_as_bytes())
            elif kind is WSMsgType.PING:  # before 1.3 that, too, is left to us
                transport.send_pong(frame.get_payload_as_bytes())
        except UnicodeDecodeError:
            raise failure(transport, WSCloseCode.INVALID_TEXT, "not UTF-8") from None

    def on_fragment(self, transport: WSTransport, frame: WSFrame) -> None:
        """Put a fragmented message together (RFC 6455 section 5.4)."""
        if frame.msg_type is WSMsgType.PING:
            transport.send_pong(frame.get_payload_as_bytes())
        if frame.msg_type in {WSMsgType.PING, WSMsgType.PONG}:
            return
        if (frame.msg_type is CONTINUATION) != bool(self.kind):
            raise failure(transport, WSCloseCode.PROTOCOL_ERROR, "fragments out of order")
        self.kind = self.kind or frame.msg_type
        self.fragments += frame.get_payload_as_memoryview()
        if len(self.fragments) > self.limit:
            raise failure(transport, WSCloseCode.MESSAGE_TOO_BIG, "message too big")
        if frame.fin:
            kind, whole = self.kind, bytes(self.fragments)
            self.kind = None
            self.fragments.clear()
            self.on_message(transport, whole.decode() if kind is TEXT else whole)

    def on_close(self, transport: WSTransport, frame: WSFrame) -> None:
        """Answer with the same code and reason, none where none came, and end the connection."""
        code = frame.get_close_code()
        if code == WSCloseCode.ABNORMAL_CLOSURE:  # never sent (section 7.4.1), but picows lets it through
            raise failure(transport, WSCloseCode.PROTOCOL_ERROR, "invalid close code")
        if len(frame.get_payload_as_memoryview()):
            transport.send_close(code, frame.get_close_message())
        else:
            transport.send(WSMsgType.CLOSE, None)
        transport.disconnect()

    def pause_writing(self) -> None:
        """Stop reading from a peer that does not read."""
        self.transport.underlying_transport.pause_reading()

    def resume_writing(self) -> None:
        """Read again."""
        self.transport.underlying_transport.resume_reading()


class Socket(Echo):
    """`/socket`: the reference conversation."""

    def on_ws_connected(self, transport: WSTransport) -> None:
        """Print what the reference example prints."""
        super().on_ws_connected(transport)
        print("Socket opened")

    def on_message(self, transport: WSTransport, message: str | bytes) -> None:
        """Answer with the prefix."""
        text = message.decode() if isinstance(message, bytes) else message
        transport.send(TEXT, ("Msg is " + text).encode())

    def on_ws_disconnected(self, transport: WSTransport) -> None:  # noqa: ARG002
        """Print what the reference example prints."""
        print("Socket closed")


async def serve(
    sock: socket.socket, ready: Callable[[], None], *, equal: bool, limit: int, tls: ssl.SSLContext | None
) -> None:
    """Serve on the listening socket `sock` until cancelled; messages up to `limit` bytes."""
    del equal  # both classes are the same
    listeners = {b"/echo": Echo, b"/socket": Socket}

    def route(request: WSUpgradeRequest) -> "WSListener | WSUpgradeResponseWithListener | None":
        if request.path == b"/" and not OLD:
            return WSUpgradeResponseWithListener(WSUpgradeResponse.create_ok_response(b"It Works!"), None)
        listener = listeners.get(request.path)
        return listener(limit) if listener else None  # None is answered with 404

    settings: dict[str, Any] = {"max_frame_size": limit} if LIMITED else {}
    await ws_create_server(route, sock=sock, ssl=tls, **settings)
    ready()
    await asyncio.Event().wait()
