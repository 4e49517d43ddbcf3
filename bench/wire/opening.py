"""Opens connections side by side, with non-blocking sockets on a poller."""

from __future__ import annotations

import errno
import os
import select
import socket
import sys
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ..websocket.handshake import Asked, addresses_of, equip
from ..websocket.http_messages import (
    ENDED,
    HEAD_BYTES,
    SILENT,
    HandshakeError,
    Response,
    is_unix,
    response_in,
)
from ..websocket.target import Opened, Target, worded
from .connection_counter import ConnectionCounter

USED_UP = {errno.EMFILE, errno.ENFILE, errno.EADDRNOTAVAIL}
"""What the system says when it has no file or no port left."""

IP_BIND_ADDRESS_NO_PORT = 24  # <linux/in.h>


def sources_for(host: str) -> tuple[str, ...]:
    """Return where to connect from: to this machine itself, which has 127.0.0.0/8, from one after another."""
    if not host.startswith("127.") or sys.platform != "linux":
        return ("",)
    return ("", *(f"127.0.0.{last}" for last in range(2, 255)))


@dataclass(slots=True)
class Attempt:
    """A connection under way; `deadline` is in monotonic seconds, `begun` in ns."""

    sock: socket.socket
    asked: Asked
    deadline: float
    begun: int
    unsent: memoryview = field(init=False)
    answer: bytearray = field(default_factory=bytearray)

    def __post_init__(self) -> None:
        self.unsent = memoryview(self.asked.data)


class Opening:
    """The connections of one call. Until the first is open only one is under way: it tries the addresses."""

    def __init__(  # noqa: PLR0913  # as `connect_all`
        self,
        target: Target,
        count: int,
        *,
        at_once: int,
        receive_buffer: int,
        counter: ConnectionCounter | None,
        sources: Sequence[str] | None,
        times: list[int] | None,
    ) -> None:
        self.target = target
        self.count = count
        self.at_once = at_once
        self.receive_buffer = receive_buffer
        self.counter = counter
        self.sources = sources
        self.times = times
        self.addresses = addresses_of(*target.place)
        self._take_address()
        self.poller = select.poll()
        self.under_way: dict[int, Attempt] = {}  # the oldest first
        self.done: deque[tuple[socket.socket, Response]] = deque()
        self.opened = 0

    def run(self) -> Iterator[Opened]:
        """Yield each connection once it is upgraded."""
        try:
            while self.opened < self.count:
                self._step()
                while self.done:
                    sock, response = self.done.popleft()
                    self.opened += 1
                    sock.setblocking(True)
                    yield sock, response
        finally:
            for sock in (*(one.sock for one in self.under_way.values()), *(one for one, _ in self.done)):
                sock.close()

    def _take_address(self) -> None:
        self.family, self.address = self.addresses.pop(0)
        own = sources_for(str(self.address[0]))
        self.places = list(own if self.sources is None else self.sources)

    def _step(self) -> None:
        """Start as many as may be, wait, and go on with those that can."""
        try:
            self._fill()
            for fd, _ in self._wait():
                attempt = self.under_way[fd]
                response = self._go_on(attempt)
                if response:
                    self._leave(attempt)
                    if self.times is not None:
                        self.times.append(time.perf_counter_ns() - attempt.begun)
                    self.done.append((attempt.sock, response))
        except OSError as problem:
            if self.opened or not self.addresses or isinstance(problem, HandshakeError):
                raise worded(problem, self.opened + len(self.done), self.count) from None
            for attempt in list(self.under_way.values()):
                self._leave(attempt)
                attempt.sock.close()
            self._take_address()

    def _leave(self, attempt: Attempt) -> None:
        self.poller.unregister(attempt.sock)
        del self.under_way[attempt.sock.fileno()]

    def _fill(self) -> None:
        room = min(self.at_once if self.opened else 1, self.count - self.opened)
        if self.counter:
            room = min(room, self.counter.room)
        while len(self.under_way) < room:
            begun = time.perf_counter_ns()
            try:
                sock = self._begun()
            except OSError as problem:
                if self.under_way and problem.errno in USED_UP:
                    return  # those under way are opened first, and counted
                raise
            attempt = Attempt(sock, self.target.ask(), time.monotonic() + self.target.timeout, begun)
            self.under_way[attempt.sock.fileno()] = attempt
            self.poller.register(attempt.sock, select.POLLOUT)

    def _begun(self) -> socket.socket:
        """Return a socket that is connecting, from the first place that has a port left."""
        while True:
            sock = socket.socket(self.family, socket.SOCK_STREAM)
            try:
                problem = self._connect(sock)
            except BaseException:
                sock.close()
                raise
            if problem in {0, errno.EINPROGRESS}:
                return sock
            sock.close()
            if problem != errno.EADDRNOTAVAIL or len(self.places) == 1:
                raise OSError(problem, os.strerror(problem))
            del self.places[0]

    def _connect(self, sock: socket.socket) -> int:
        """Begin to connect; return the error code."""
        equip(sock, self.target.timeout)
        if self.receive_buffer:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self.receive_buffer)
        if self.places[0]:
            sock.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
            sock.bind((self.places[0], 0))
        if is_unix(self.target.host):  # never under way: where its queue is full, that is waited for
            problem = sock.connect_ex(self.address)
            sock.setblocking(False)
            return errno.ETIMEDOUT if problem == errno.EAGAIN else problem
        sock.setblocking(False)
        return sock.connect_ex(self.address)

    def _wait(self) -> list[tuple[int, int]]:
        oldest = next(iter(self.under_way.values()))
        ready = self.poller.poll(max(0.0, oldest.deadline - time.monotonic()) * 1000)
        if not ready:
            silent = len(oldest.unsent) == 0
            raise HandshakeError(SILENT) if silent else TimeoutError("timed out")
        return ready

    def _go_on(self, attempt: Attempt) -> Response | None:
        """Send or read once; return the answer when it is whole, and right."""
        sock = attempt.sock
        if attempt.unsent:
            problem = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if problem:
                raise OSError(problem, os.strerror(problem))
            if self.target.plain:
                return Response(0)
            attempt.unsent = attempt.unsent[sock.send(attempt.unsent) :]
            if not attempt.unsent:
                self.poller.modify(sock, select.POLLIN)
            return None
        more = sock.recv(HEAD_BYTES)
        if not more:
            raise HandshakeError(ENDED)
        attempt.answer += more
        response = response_in(bytes(attempt.answer))
        return attempt.asked.require(response) if response else None
