"""ws4py, threaded style: a `WebSocketClient` subclass whose reader thread queues each message.

Equal and as shipped are the same: it has no deflate, no message limit, no proxies, pings on request only, and
sets TCP_NODELAY.

TLS: it takes no context, and verifies nothing by default: its socket is wrapped here, before it connects. It
writes from two threads, and OpenSSL takes one write at a time: a lock is added here, for TLS only. That one
thread reads while another writes is a deadlock in `ssl` on Python 3.13.6. It looks for decrypted bytes before
it waits for more: messages that share a record don't hang.

Quirks: it masks byte by byte in Python; `wsaccel` has to patch it first, which nothing here does. It reads
the handshake 128 bytes at a time, wants
`Connection: upgrade` alone, and gives subprotocol and extensions in lower case. It sends the URL's scheme and
host as Origin, and a Host with port, always, but without the brackets of IPv6. Its connect has no timeout;
the socket's own bounds each step. Frames are written without a lock: a pong may land inside a large message.
"""

import contextlib
import socket
import ssl
import threading
from collections.abc import Sequence
from queue import Empty, SimpleQueue

from ws4py.client.threadedclient import WebSocketClient
from ws4py.messaging import Message

LIBRARY = "ws4py"
SPEEDUPS: tuple[str, ...] = ("wsaccel",)


def connect(
    url: str,
    *,
    subprotocols: Sequence[str] = (),
    headers: Sequence[tuple[str, str]] = (),
    equal: bool = True,
    timeout: float = 10.0,
    tls: ssl.SSLContext | None = None,
) -> "Connection":
    """Open a connection within `timeout` seconds; TimeoutError, or OSError where nobody listens.

    `headers` are sent, and replace the library's own Host and Origin. `tls` verifies the server of a
    wss:// URL. `timeout` bounds each `receive` and the closing handshake, too.
    """
    del equal
    client = _Client(url, list(subprotocols), list(headers), tls)
    sock = client.sock  # the library forgets it without closing it where the peer is gone already
    try:
        sock.settimeout(timeout)
        client.connect()
    except BaseException:
        sock.close()
        raise
    return Connection(client, sock, timeout)


class Connection:
    """An open connection; `extensions` and `subprotocol` are what the server agreed to, "" for none."""

    __slots__ = ("_client", "_get", "_send", "_sock", "_timeout", "extensions", "subprotocol")

    def __init__(self, client: "_Client", sock: socket.socket, timeout: float) -> None:
        self._client = client
        self._sock = sock
        self._timeout = timeout
        self._send = client.send
        self._get = client.messages.get
        self.extensions: str = b", ".join(client.extensions).decode()
        self.subprotocol: str = b", ".join(client.protocols).decode()

    def send(self, payload: str | bytes) -> None:
        """Send a text message (str) or a binary one (bytes); ConnectionError when the connection is lost."""
        try:
            self._send(payload, isinstance(payload, bytes))
        except (RuntimeError, ssl.SSLError):
            raise self._lost() from None

    def receive(self) -> str | bytes:
        """Return the next whole message; TimeoutError, or ConnectionError when the connection is lost."""
        try:
            message = self._get(True, self._timeout)
        except Empty:
            raise TimeoutError(f"no message within {self._timeout:g} s") from None
        if message is None:
            self._client.messages.put(None)
            raise self._lost()
        return message

    def close(self, code: int = 1000, reason: str = "") -> tuple[int, str]:
        """Complete the closing handshake (RFC 6455 section 7); return the peer's close code and reason."""
        client = self._client
        with contextlib.suppress(OSError, RuntimeError):  # where the peer is gone already
            client.close(code, reason)
        done = client.join(self._timeout)
        if not done:
            client.close_connection()
            client.join(self._timeout)
        self._sock.close()
        if not done:
            raise TimeoutError(f"no answer to the close frame within {self._timeout:g} s")
        return client.peer_close

    def _lost(self) -> ConnectionError:
        if self._client.fault:
            return ConnectionAbortedError(self._client.fault)
        code, reason = self._client.peer_close
        if code == 1006:
            return ConnectionError("the connection was lost without a close frame (code 1006)")
        return ConnectionError(f"the server closed with code {code}{reason and f' ({reason})'}")


class _Client(WebSocketClient):
    """A queue of messages filled by the reader thread, ended by None once the connection is closed."""

    scheme: str
    sock: socket.socket

    def __init__(
        self, url: str, protocols: list[str], headers: list[tuple[str, str]], tls: ssl.SSLContext | None
    ) -> None:
        super().__init__(url, protocols=protocols, headers=headers)
        if self.scheme == "wss":  # left to itself, it makes a context that verifies nothing
            context = tls or ssl.create_default_context()
            self.sock = context.wrap_socket(self.sock, server_hostname=self.host)
            self.scheme, self._is_secure = "ws", True  # wrapped already; read as the library reads TLS
            self._writing = threading.Lock()
            self._write = self._write_alone
        self.messages: SimpleQueue[str | bytes | None] = SimpleQueue()
        self.peer_close = (1006, "")
        self.fault = ""  # what the library itself closed the connection for

    @property
    def handshake_headers(self) -> list[tuple[str, str]]:
        """The library's own, less those that the caller gives: it would send both."""
        given = {name.lower() for name, _ in self.extra_headers}
        own = [field for field in super().handshake_headers if field[0].lower() not in given]
        return [*own, *self.extra_headers]

    def received_message(self, message: Message) -> None:
        self.messages.put(message.data.decode() if message.is_text else message.data)

    def close(self, code: int = 1000, reason: str | bytes = "") -> None:
        if (
            threading.current_thread() is self._th and self.stream.closing is None
        ):  # it is no answer to a close
            said = reason.decode(errors="replace") if isinstance(reason, bytes) else reason
            self.fault = f"closed with code {code}{said and f' ({said})'}"
        super().close(code, reason)

    def closed(self, code: int, reason: str | bytes | None = None) -> None:
        if code != 1006:  # the library's own reason for it, "Going away", came from nobody
            self.peer_close = code, reason.decode() if isinstance(reason, bytes) else reason or ""
        self.messages.put(None)

    def _write_alone(self, data: bytes) -> None:
        with self._writing:
            super()._write(data)

    def unhandled_error(self, error: OSError) -> None:
        """Log nothing: `closed` comes next, and `receive` tells."""

    def join(self, timeout: float) -> bool:
        """Whether the reader thread ended within `timeout` seconds."""
        self._th.join(timeout)
        return not self._th.is_alive()
