"""The connections beside those that are measured: idle ones, and slow readers."""

from __future__ import annotations

import contextlib
import os
import select
import time
from collections.abc import Iterator
from typing import Any

from ..demand.workload import Workload
from ..websocket import frames
from ..websocket.closing import say_goodbye_to_all
from ..websocket.http_messages import Response
from ..websocket.target import Target
from ..websocket.tls import Stream
from ..wire.connect import connect_all
from ..wire.connection_counter import ConnectionCounter
from ..wire.script import first_message
from ..wire.services.script import asked_of

MOST_OWED = 8 * 1024 * 1024
"""Bytes that a slow reader has sent and not read, at most: a server that takes everything is left alone."""
ALL_OWED = 64 * MOST_OWED
TAKEN_BYTES = 4_096
"""What a slow reader reads before each slice: it is slow, not dead."""
RECEIVE_BUFFER = 4_096  # SO_RCVBUF in bytes; Linux doubles it
STALL_S, PATIENCE_S = 0.05, 10.0
"""The server takes no more messages when it took none for so long; and how long that is waited for."""


class BackgroundConnections:
    """All connections of a cell that are not measured."""

    def __init__(self, target: Target, workload: Workload, first: str = "") -> None:
        self.workload = workload
        login = first_message(workload, first)
        self.idle = IdleConnections(target, login)
        self.slow = SlowReaders(target, asked_of(workload), login)

    def open(self, counter: ConnectionCounter | None = None) -> None:
        """Connect the idle ones, which are counted, then the slow readers. Raises as `connect_all`."""
        self.idle.open(self.workload.idle, counter)
        self.slow.open(self.workload.slow_readers)

    def tend(self) -> None:
        """Do what is due before a slice. Raises `ConnectionError` where the server has closed one."""
        self.idle.tend()
        self.slow.tend()

    def close(self) -> None:
        """Close all: idle ones properly, slow readers just so."""
        self.slow.close()
        self.idle.close()


class IdleConnections:
    """Connections that say nothing but answer pings; whatever else the server sends is read and dropped."""

    def __init__(self, target: Target, login: bytes = b"") -> None:
        self.target, self.login = target, login
        self.socks: dict[int, Stream] = {}
        self._unread: dict[int, bytearray] = {}  # the beginning of a frame, by connection
        self._rsv: dict[int, int] = {}
        self._poller: Any = getattr(select, "epoll", select.poll)()

    def open(self, count: int, counter: ConnectionCounter | None = None) -> None:
        """Connect."""
        if count:
            for sock, response in connect_all(self.target, count, counter=counter):
                self._keep(sock, response)

    def _keep(self, sock: Stream, response: Response) -> None:
        fd = sock.fileno()
        self.socks[fd] = sock
        _log_in(sock, self.login)
        self._poller.register(fd, select.POLLIN)
        if response.headers.get("sec-websocket-extensions"):
            self._rsv[fd] = frames.RSV1
        self._take(fd, response.rest)

    def tend(self) -> None:
        """Answer pings; raises `ConnectionError` where the server has closed a connection."""
        for fd, _ in self._poller.poll(0):
            data = self._read(fd)
            while data:
                self._take(fd, data)
                data = self._read(fd)
            if data is not None:
                raise ConnectionError("the server ended an idle connection")

    def _read(self, fd: int) -> bytes | None:
        """Return what has come on a connection, None where nothing has."""
        try:
            return self.socks[fd].recv(65_536)
        except BlockingIOError:
            return None
        except OSError as problem:
            raise ConnectionError(f"an idle connection broke: {problem}") from None

    def _take(self, fd: int, data: bytes) -> None:
        """Answer the pings of one connection; raises `ConnectionError` for a close frame."""
        if self.target.plain:
            return
        unread = self._unread.pop(fd, bytearray()) + data
        try:
            while frame := frames.read_frame(unread, rsv=self._rsv.get(fd, 0)):
                del unread[: frame.size]
                if frame.opcode == frames.PING:
                    self.socks[fd].send(frames.client_frame(frames.PONG, frame.payload, os.urandom(4)))
                elif frame.opcode == frames.CLOSE:
                    said = frames.close_said(frame.payload)
                    raise ConnectionError(f"the server closed an idle connection with {said}")
        except ValueError as problem:
            raise ConnectionError(f"on an idle connection came {problem}") from None
        if unread:
            self._unread[fd] = unread

    def close(self) -> None:
        """Close all, with closing handshakes where there is WebSocket."""
        if not self.target.plain:
            say_goodbye_to_all(self.socks.values())
        while self.socks:
            self.socks.popitem()[1].close()


def _log_in(sock: Stream, login: bytes) -> None:
    if login:
        sock.sendall(login)
    sock.setblocking(False)


class SlowReaders:
    """Connections that send more than they read, until the server stops taking it."""

    def __init__(self, target: Target, asked: Iterator[bytes], login: bytes = b"") -> None:
        self.target, self.login, self.asked = target, login, asked
        self.readers: list[_SlowReader] = []

    def open(self, count: int) -> None:
        """Connect, and send until the server takes nothing more for a moment."""
        if not count:
            return
        for sock, _ in connect_all(self.target, count, receive_buffer=RECEIVE_BUFFER):
            _log_in(sock, self.login)
            self.readers.append(_SlowReader(sock, self.asked, min(MOST_OWED, ALL_OWED // count)))
        deadline = time.monotonic() + PATIENCE_S
        while sum(one.press() for one in self.readers) and time.monotonic() < deadline:
            time.sleep(STALL_S)

    def tend(self) -> None:
        """Read a little of each, and send as much again; raises `ConnectionError` where one has ended."""
        for one in self.readers:
            one.take()
            one.press()

    def close(self) -> None:
        """Go away, as somebody does who has lost patience."""
        while self.readers:
            self.readers.pop().sock.close()


class _SlowReader:
    """One of them: what it has sent of a message, and how many bytes it has not read back."""

    __slots__ = ("_asked", "_most", "_unsent", "owed", "sock")

    def __init__(self, sock: Stream, asked: Iterator[bytes], most: int) -> None:
        self.sock = sock
        self._most = most
        self.owed = 0
        self._asked = asked
        self._unsent = memoryview(next(asked))

    def press(self) -> bool:
        """Send until nothing more is taken, or enough is owed; whether anything was taken."""
        before = self.owed
        try:
            while self.owed < self._most:
                taken = self.sock.send(self._unsent)
                self.owed += taken
                self._unsent = self._unsent[taken:] or memoryview(next(self._asked))
        except BlockingIOError:
            pass
        except OSError as problem:
            why = problem.strerror
            raise ConnectionError(f"the server ended a slow reader's connection: {why}") from None
        return self.owed > before

    def take(self) -> None:
        """Read once, a little."""
        with contextlib.suppress(BlockingIOError):
            try:
                data = self.sock.recv(TAKEN_BYTES)
            except ConnectionResetError:
                data = b""
            if not data:
                raise ConnectionError("the server ended a slow reader's connection")
            self.owed = max(0, self.owed - len(data))
