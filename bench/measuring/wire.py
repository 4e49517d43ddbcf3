"""wire, the instrument: prebuilt masked frames on plain sockets.

One connection with a small window blocks in `recv_into`, as a C client would; anything else runs on epoll
(or poll) with non-blocking sockets. Every reply is compared whole with what was sent: all bytes of a batch
in one comparison, and frame by frame only where that differs (a ping in between, a fragmented reply).
Against plain TCP (the floor) the reply is the very frame that was sent.
"""

from __future__ import annotations

import select
import socket
from collections import deque
from collections.abc import Sequence
from time import perf_counter_ns

from ..values import frames
from ..values.slices import Slice
from ..values.workload import Workload
from .handshake import open_socket, upgrade
from .peer import say_goodbye
from .script import Script
from .tally import ReplyError, Tally

BLOCKING_BYTES = 65_536
"""Windows up to this many bytes fit into any socket buffer, so that a blocking send can't deadlock."""


class Pipe:
    """One connection: what is in flight on it, and how replies are read from it."""

    __slots__ = (
        "buffer",
        "done",
        "filled",
        "fragments",
        "opcode",
        "script",
        "sent",
        "sock",
        "stamps",
        "unsent",
        "view",
    )

    def __init__(self, sock: socket.socket, script: Script, depth: int) -> None:
        self.sock = sock
        self.script = script
        self.stamps: deque[int] = deque()
        self.sent = 0  # messages so far
        self.done = 0  # replies so far
        self.unsent = memoryview(b"")
        self.buffer = bytearray(max(16_384, script.reply_size * (depth + 1)))
        self.view = memoryview(self.buffer)
        self.filled = 0
        self.fragments = b""
        self.opcode = 0  # of the fragmented reply under way

    def keep(self, early: bytes) -> None:
        """Put what came together with the handshake (a ping, say) before what is read next."""
        self.filled = len(early)
        self.buffer[: self.filled] = early

    def send(self, count: int) -> None:
        """Send the next `count` messages at once; what the kernel does not take is kept in `unsent`."""
        chunk = self.script.messages(self.sent, count)
        self.sent += count
        stamp = perf_counter_ns()
        self._write(chunk)
        self.stamps.extend([stamp] * count)

    def _write(self, chunk: bytes) -> None:
        if self.unsent:
            self.unsent = memoryview(bytes(self.unsent) + chunk)
            return
        try:
            taken = self.sock.send(chunk)
        except BlockingIOError:
            taken = 0
        if taken < len(chunk):
            self.unsent = memoryview(chunk)[taken:]

    def flush(self) -> None:
        """Send more of what was left over."""
        self.unsent = self.unsent[self.sock.send(self.unsent) :]

    def receive(self, tally: Tally) -> int:
        """Read once; compare and count the replies that are now whole, and return how many.

        Raises `ReplyError` for a wrong reply, `ConnectionError` at the end, `BlockingIOError` for silence.
        """
        size = self.sock.recv_into(self.view[self.filled :])
        now = perf_counter_ns()
        if not size:
            raise ConnectionError(f"the server closed the connection after {self.done:,} replies")
        self.filled += size
        script = self.script
        whole = self.filled // script.reply_size
        if not self.opcode and self.buffer[: self.filled] == script.replies(self.done, self.filled):
            used = whole * script.reply_size
        else:
            whole, used = self._frame_by_frame()
        if whole > len(self.stamps):
            raise ReplyError(f"reply {self.sent + 1:,} came to no message: one was doubled")
        self.done += whole
        left = self.filled - used
        if left and used:
            self.buffer[:left] = self.buffer[used : self.filled]
        self.filled = left
        tally.batch(self.stamps, whole, now)
        return whole

    def _frame_by_frame(self) -> tuple[int, int]:
        """Compare slowly; return the number of whole replies and of the bytes they took."""
        if self.script.plain:
            wanted = bytes(self.script.replies(self.done, self.filled))
            why = frames.difference(frames.BINARY, bytes(self.buffer[: self.filled]), frames.BINARY, wanted)
            raise ReplyError(f"reply {self.done + 1:,}: {why or 'more bytes than were sent'}")
        whole = used = 0
        data = self.buffer[: self.filled]
        try:
            while frame := frames.read_frame(data, used):
                used += frame.size
                whole += self._take(frame, self.done + whole)
        except ValueError as problem:
            raise ReplyError(f"reply {self.done + whole + 1:,}: {problem}") from None
        if not used and self.filled == len(self.buffer):
            raise ReplyError(
                f"reply {self.done + whole + 1:,} is longer than the {self.script.size:,} bytes sent"
            )
        return whole, used

    def _take(self, frame: frames.Frame, index: int) -> int:
        """Take one frame; return how many replies it completes, 0 or 1."""
        if frame.opcode == frames.PING:
            self._write(frames.client_frame(frames.PONG, frame.payload, bytes(4)))
        if frame.opcode == frames.CLOSE:
            raise ConnectionError(f"the server closed with code {frames.close_code(frame.payload)}")
        if frame.opcode >= frames.CLOSE:
            return 0
        if bool(frame.opcode) == bool(self.opcode):
            what = "began" if frame.opcode else "went on"
            raise ReplyError(f"reply {index + 1:,}: a message {what} out of turn")
        self.fragments += frame.payload
        self.opcode = self.opcode or frame.opcode
        if not frame.final:
            return 0
        why = frames.difference(self.opcode, self.fragments, self.script.opcode, self.script.payload(index))
        if why:
            raise ReplyError(f"reply {index + 1:,}: {why}")
        self.fragments, self.opcode = b"", 0
        return 1


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
        """Connect all; return what was negotiated and the local ports."""
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
            "ports": [pipe.sock.getsockname()[1] for pipe in self.pipes],
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
        pipe = self.pipes[0]
        pipe.send(self.workload.depth)
        while pipe.stamps:
            whole = pipe.receive(tally)
            if whole and not tally.done:
                pipe.send(whole)

    def _run_polling(self, tally: Tally) -> None:
        pipes = {pipe.sock.fileno(): pipe for pipe in self.pipes}
        for pipe in self.pipes:
            pipe.send(self.workload.depth)
            self._watch(pipe)
        patience = self.timeout if hasattr(select, "epoll") else self.timeout * 1000
        in_flight = self.workload.window
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
