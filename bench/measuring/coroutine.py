"""The timing loop of asyncio clients: one task per connection."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from time import perf_counter_ns
from typing import Any, Protocol, TypeVar

from ..demand.workload import Workload
from ..records.common import Handshake
from ..records.slices import Slice
from ..targets.reply import Reply
from .library_connection import LibraryConnection, answered, begin
from .recorder import ECHO, Recorder, messages_of, recorder_of, replies_of
from .think import think_until

T = TypeVar("T")


class Connection(Protocol):
    """What an asyncio client's connection can do."""

    extensions: str
    subprotocol: str

    async def send(self, payload: str | bytes) -> None:
        """Send one message."""

    async def receive(self) -> str | bytes:
        """Return the next message."""

    async def close(self) -> tuple[int, str]:
        """Complete the closing handshake; return the peer's close code and reason."""


async def send(connection: LibraryConnection[Connection]) -> None:
    """Send the next message, stamped just before."""
    message = connection.next_message()
    stamp = perf_counter_ns()
    await connection.inner.send(message)
    connection.stamps.append(stamp)


async def receive(connection: LibraryConnection[Connection], recorder: Recorder) -> None:
    """Receive one reply, stamped just after; then compare and count it."""
    reply = await connection.inner.receive()
    connection.take(reply, perf_counter_ns(), recorder)


async def fill(connection: LibraryConnection[Connection], recorder: Recorder, workload: Workload) -> None:
    """Keep one connection's window full until the recorder has enough, then drain it."""
    think = workload.think_ns
    for _ in range(workload.depth):
        await send(connection)
    while connection.stamps:
        await receive(connection, recorder)
        if not recorder.done:
            if think:
                await asyncio.sleep(0)  # what the library does after a message, it does now
                recorder.thought += think_until(recorder.last + think)
            await send(connection)


async def while_moving(work: Coroutine[Any, Any, T], progress: Callable[[], int], timeout: float) -> T:  # noqa: ASYNC109
    """Await `work` as long as `progress` rises every `timeout` seconds; else raise `TimeoutError`.

    It looks now and then instead of setting a timer for each message, which would be timed with it.
    """
    async with asyncio.timeout(timeout) as bound:
        watcher = asyncio.ensure_future(_extend(bound, progress, timeout))
        try:
            return await work
        finally:
            watcher.cancel()


async def _extend(bound: asyncio.Timeout, progress: Callable[[], int], timeout: float) -> None:  # noqa: ASYNC109
    loop, seen = asyncio.get_running_loop(), progress()
    while True:
        await asyncio.sleep(timeout / 4)
        if progress() > seen:
            seen = progress()
            bound.reschedule(loop.time() + timeout)


class CoroutineSession:
    """The connections of one cell, on the driver's event loop."""

    def __init__(  # noqa: PLR0913  # as BlockingSession, and the loop it runs on
        self,
        connect: Callable[..., Any],
        url: str,
        workload: Workload,
        payloads: Sequence[bytes],
        *,
        loop: asyncio.Runner,
        timeout: float,
        reply: Reply = ECHO,
        moments: bool = False,
        **options: Any,
    ) -> None:
        self._connect = connect
        self._url = url
        self._workload = workload
        self._messages = messages_of(workload, payloads)
        self._replies = replies_of(workload, payloads, reply)
        self._loop = loop
        self._timeout = timeout
        self._options = options
        self._moments = moments
        self._connections: list[LibraryConnection[Connection]] = []
        self._recorder = Recorder(0, 0, 0)

    def _within(self, work: Coroutine[Any, Any, T]) -> T:
        """Run to the end, or raise `TimeoutError` when nothing comes back for too long."""
        try:
            return self._loop.run(while_moving(work, lambda: self._recorder.exchanged, self._timeout))
        except TimeoutError:
            raise TimeoutError(f"no reply within {self._timeout:g} s") from None

    def open(self) -> Handshake:
        """Connect all; return what was negotiated."""
        for _ in range(self._workload.connections):
            connection = self._loop.run(self._connect(self._url, timeout=self._timeout, **self._options))
            self._connections.append(LibraryConnection(connection, self._messages, self._replies))
        first = self._connections[0].inner
        return Handshake(first.extensions, first.subprotocol)

    def run(self, lead: int, count: int) -> Slice:
        """Exchange `lead` untimed and at least `count` timed messages, then drain."""
        return self._within(self._run(lead, count))

    async def _run(self, lead: int, count: int) -> Slice:
        recorder = self._recorder = recorder_of(lead, count, perf_counter_ns(), keep=self._moments)
        begin(self._connections)
        if len(self._connections) == 1:
            await fill(self._connections[0], recorder, self._workload)
        else:
            async with asyncio.TaskGroup() as group:
                for connection in self._connections:
                    group.create_task(fill(connection, recorder, self._workload))
        return recorder.result(answered(self._connections))

    def close(self) -> None:
        """Close every connection; whatever goes wrong, it is over."""
        for connection in self._connections:
            try:
                self._within(connection.inner.close())
            except Exception:  # noqa: BLE001, S112  # a library may raise anything when its peer is gone
                continue
