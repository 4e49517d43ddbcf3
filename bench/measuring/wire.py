"""wire, the instrument: prebuilt masked frames on plain sockets.

One connection with a small window blocks in `recv_into`, as a C client would; anything else runs on epoll
(or poll) with non-blocking sockets.
"""

from __future__ import annotations

import select
from collections.abc import Sequence
from time import perf_counter_ns

from ..values.slices import Slice
from ..values.workload import Workload
from .handshake import open_socket, upgrade
from .peer import say_goodbye
from .pipe import Pipe
from .script import Script
from .tally import Tally
from .think import think_until

BLOCKING_BYTES = 65_536
"""Windows up to this many bytes fit into any socket buffer, so that a blocking send can't deadlock."""


class WireSession:
    """The connections of one cell."""

    def __init__(
        self,
        address: tuple[str, int, str],
        workload: Workload,
        payloads: Sequence[bytes],
        *,
        plain: bool,
        timeout: float,
    ) -> None:
        self.host, self.port, self.path = address
        self.workload = workload
        self.script = Script(workload, payloads, plain=plain)
        self.timeout = timeout
        self.pipes: list[Pipe] = []
        self.blocking = workload.connections == 1 and self.script.window_bytes <= BLOCKING_BYTES
        self.poller = getattr(select, "epoll", select.poll)()  # both have register, modify and poll

    def open(self) -> dict[str, object]:
        """Connect all; return what was negotiated."""
        headers: dict[str, str] = {}
        for _ in range(self.workload.connections):
            sock = open_socket(self.host, self.port, self.timeout)
            self.pipes.append(Pipe(sock, self.script, self.workload.depth))
            if not self.script.plain:
                response = upgrade(sock, self.path, f"{self.host}:{self.port}")
                headers = response.headers
                self.pipes[-1].keep(response.rest)
            sock.setblocking(self.blocking)
            self.poller.register(sock.fileno(), select.POLLIN)
        return {
            "extensions": headers.get("sec-websocket-extensions", ""),
            "subprotocol": headers.get("sec-websocket-protocol", ""),
        }

    def run(self, lead: int, count: int) -> Slice:
        """Exchange `lead` untimed and at least `count` timed messages, then drain."""
        tally = Tally(lead, count, perf_counter_ns())
        try:
            self._run_blocking(tally) if self.blocking else self._run_polling(tally)
        except BlockingIOError:
            raise TimeoutError(f"no reply within {self.timeout:g} s") from None
        return tally.result()

    def _run_blocking(self, tally: Tally) -> None:
        pipe, think = self.pipes[0], self.workload.think_ns
        pipe.send(self.workload.depth)
        while pipe.stamps:
            whole = pipe.receive(tally)
            if whole and not tally.done:
                if think:
                    tally.thought += think_until(tally.last + think)
                pipe.send(whole)

    def _run_polling(self, tally: Tally) -> None:
        pipes = {pipe.sock.fileno(): pipe for pipe in self.pipes}
        for pipe in self.pipes:
            pipe.send(self.workload.depth)
            self._watch(pipe)
        patience = self.timeout if hasattr(select, "epoll") else self.timeout * 1000
        in_flight, think = self.workload.window, self.workload.think_ns
        while in_flight:
            ready = self.poller.poll(patience)
            if not ready:
                raise BlockingIOError
            for fd, events in ready:
                pipe = pipes[fd]
                if events & select.POLLOUT:
                    pipe.flush()
                else:
                    whole = pipe.receive(tally)
                    in_flight -= whole
                    if whole and not tally.done:
                        if think:
                            tally.thought += think_until(tally.last + think)
                        pipe.send(whole)
                        in_flight += whole
                if pipe.unsent or events & select.POLLOUT:
                    self._watch(pipe)

    def _watch(self, pipe: Pipe) -> None:
        self.poller.modify(pipe.sock.fileno(), select.POLLIN | (select.POLLOUT if pipe.unsent else 0))

    def close(self) -> None:
        """Close every connection with a closing handshake (RFC 6455 section 7.1.2)."""
        for pipe in self.pipes:
            with pipe.sock as sock:
                if not self.script.plain:
                    say_goodbye(sock)
