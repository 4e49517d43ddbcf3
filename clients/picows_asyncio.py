"""picows, asyncio style: `ws_connect` with a listener that queues each message.

Equal and as shipped are the same: it has no deflate (`picows.websockets`, another client in its package,
has), pings on request only, sets TCP_NODELAY, and uses no proxies unless told to. In both: a frame limit of
17 MiB instead of 10 MiB.

Quirks: it depends on `aiofastnet` and connects through it by default; the transport is then not the event
loop's own, on any loop; nor is its TLS, though made of the same context. It delivers frames: messages are put
together and decoded here, and the limit is on each frame. `send` never waits, and drops what comes after a
lost connection without a word.

Before 2.0 it takes bytes alone, so that text is encoded here, and it depends on no aiofastnet. Before 2.2 it
sends its own Host besides one of the caller's.
"""

import asyncio
import contextlib
import ssl
from collections import deque
from collections.abc import Callable, Sequence
from importlib.metadata import version

from picows import WSError, WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

LIBRARY = "picows"
_OLD = version("picows").startswith("1.")
SPEEDUPS: tuple[str, ...] = ("aiofastnet",)


async def connect(
    url: str,
    *,
    subprotocols: Sequence[str] = (),
    headers: Sequence[tuple[str, str]] = (),
    equal: bool = True,
    timeout: float = 10.0,  # noqa: ASYNC109
    tls: ssl.SSLContext | None = None,
) -> "Connection":
    """Open a connection within `timeout` seconds; TimeoutError, or OSError where nobody listens.

    Closing takes no longer than that either: the library sets no limit. `headers` are sent, and replace the
    library's own Host. `tls` verifies the server of a wss:// URL.
    """
    del equal
    listener = _Listener()
    offer = [("Sec-WebSocket-Protocol", ", ".join(subprotocols))] if subprotocols else []
    async with asyncio.timeout(timeout):
        transport, _ = await ws_connect(
            lambda: listener,
            url,
            ssl_context=tls,
            websocket_handshake_timeout=timeout,
            max_frame_size=17 * 2**20,
            extra_headers=[*offer, *headers],
        )
    if transport.response is None:  # the library returns as if nothing had happened
        raise ConnectionError("connection lost during the opening handshake")
    return Connection(transport, listener, timeout)


class Connection:
    """An open connection; `extensions` and `subprotocol` are what the server agreed to, "" for none."""

    __slots__ = (
        *("_listener", "_messages", "_new_future", "_send", "_timeout", "_transport"),
        *("extensions", "subprotocol"),
    )

    def __init__(self, transport: WSTransport, listener: "_Listener", timeout: float) -> None:
        self._transport = transport
        self._timeout = timeout
        self._listener = listener
        self._send: Callable[..., None] = transport.send if not _OLD else _encoding(transport.send)
        self._messages = listener.messages
        self._new_future = asyncio.get_running_loop().create_future
        self.extensions: str = transport.response.headers.get("Sec-WebSocket-Extensions", "")
        self.subprotocol: str = transport.response.headers.get("Sec-WebSocket-Protocol", "")

    async def send(self, payload: str | bytes) -> None:
        """Send a text message (str) or a binary one (bytes)."""
        self._send(WSMsgType.TEXT if isinstance(payload, str) else WSMsgType.BINARY, payload)

    async def receive(self) -> str | bytes:
        """Return the next whole message; ConnectionError when the connection is lost."""
        if not self._messages:
            waiter = self._listener.waiter = self._new_future()
            await waiter
        message = self._messages.popleft()
        if message is None:
            self._messages.append(None)  # so that the next call doesn't wait for ever
            await self._raise_own_fault()
            raise _ended(*self._listener.peer_close)
        return message

    async def close(self, code: int = 1000, reason: str = "") -> tuple[int, str]:
        """Complete the closing handshake (RFC 6455 section 7); return the peer's close code and reason."""
        self._listener.closing = True
        said = reason.encode() if _OLD else reason
        self._transport.send_close(code, said)  # type: ignore[arg-type]  # any number is taken
        with contextlib.suppress(
            TimeoutError, WSError, UnicodeError
        ):  # what ended the connection on our side
            async with asyncio.timeout(self._timeout):
                await self._transport.wait_disconnected()
        self._transport.disconnect(graceful=False)
        return self._listener.peer_close

    async def _raise_own_fault(self) -> None:
        """Raise ConnectionAbortedError where the library itself ended the connection, and said why."""
        try:
            await self._transport.wait_disconnected()
        except (WSError, UnicodeError) as fault:
            raise ConnectionAbortedError(f"ended the connection: {fault}") from None


def _encoding(send: Callable[..., None]) -> Callable[..., None]:
    """Return what sends text, too, where the library takes bytes alone."""
    return lambda kind, payload: send(kind, payload.encode() if isinstance(payload, str) else payload)


def _ended(code: int, reason: str) -> ConnectionError:
    """Return the error for a connection that the server ended with a close frame, or without (1006)."""
    if code == 1006:
        return ConnectionError("the connection was lost without a close frame (code 1006)")
    return ConnectionError(f"the server closed with code {code}{reason and f' ({reason})'}")


class _Listener(WSListener):
    """A queue of whole messages, ended by None, and at most one future that waits for the next."""

    def __init__(self) -> None:
        self.messages: deque[str | bytes | None] = deque()
        self.waiter: asyncio.Future[None] | None = None
        self.closing = False
        self.peer_close = 1006, ""
        self._kind = WSMsgType.BINARY
        self._parts = bytearray()

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        kind = frame.msg_type
        if kind is WSMsgType.TEXT and frame.fin:
            self._put(frame.get_payload_as_utf8_text())
        elif kind is WSMsgType.BINARY and frame.fin:
            self._put(frame.get_payload_as_bytes())
        elif kind is WSMsgType.CLOSE:
            payload = frame.get_payload_as_bytes()
            self.peer_close = int.from_bytes(payload[:2], "big") or 1005, payload[2:].decode()
            if not self.closing:
                transport.send(WSMsgType.CLOSE, payload)
            transport.disconnect()
        elif kind is not WSMsgType.PONG:
            self._kind = self._kind if kind is WSMsgType.CONTINUATION else kind
            self._parts += frame.get_payload_as_bytes()
            if frame.fin:
                self._put(self._parts.decode() if self._kind is WSMsgType.TEXT else bytes(self._parts))
                self._parts.clear()

    def on_ws_disconnected(self, transport: WSTransport) -> None:  # noqa: ARG002 (the library's signature)
        self._put(None)

    def pause_writing(self) -> None:
        """Go on: without this method the library logs a warning."""

    def resume_writing(self) -> None:
        """Go on, as ever."""

    def _put(self, message: str | bytes | None) -> None:
        self.messages.append(message)
        waiter, self.waiter = self.waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_result(None)
