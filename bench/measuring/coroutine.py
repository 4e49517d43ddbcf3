"""The timing loop of asyncio clients: one task per connection."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from time import perf_counter_ns
from typing import Any, Protocol, TypeVar

from ..values.slices import Slice
from ..values.workload import Workload
from .tally import Tally, check, messages_of
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


class Lane:
    """One connection and what is in flight on it."""

    __slots__ = ("connection", "done", "messages", "period", "sent", "stamps")

    def __init__(self, connection: Connection, messages: Sequence[str | bytes]) -> None:
        self.connection = connection
        self.messages = messages
        self.period = len(messages)
        self.stamps: deque[int] = deque()
        self.sent = 0
        self.done = 0

    async def send(self) -> None:
        """Send the next message, stamped just before."""
        message = self.messages[self.sent % self.period]
        self.sent += 1
        stamp = perf_counter_ns()
        await self.connection.send(message)
        self.stamps.append(stamp)

    async def receive(self, tally: Tally) -> None:
        """Receive one reply, stamped just after; then compare and count it."""
        reply = await self.connection.receive()
        now = perf_counter_ns()
        check(reply, self.messages[self.done % self.period], self.done)
        self.done += 1
        tally.add(now - self.stamps.popleft(), now)

    async def run(self, tally: Tally, workload: Workload) -> None:
        """Keep the window full until the tally has enough, then drain."""
        think = workload.think_ns
        for _ in range(workload.depth):
            await self.send()
        while self.stamps:
            await self.receive(tally)
            if not tally.done:
                if think:
                    await asyncio.sleep(0)  # what the library does after a message, it does now
                    think_until(tally.last + think)
                await self.send()


class CoroutineSession:
    """The connections of one cell, on the driver's event loop."""

    def __init__(
        self,
        connect: Callable[..., Any],
        url: str,
        workload: Workload,
        payloads: Sequence[bytes],
        *,
        loop: asyncio.Runner,
        timeout: float,
        **options: Any,
    ) -> None:
        self._connect = connect
        self._url = url
        self._workload = workload
        self._messages = messages_of(workload, payloads)
        self._loop = loop
        self._timeout = timeout
        self._options = options
        self._lanes: list[Lane] = []

    def _within(self, work: Coroutine[Any, Any, T]) -> T:
        async def bounded() -> T:
            async with asyncio.timeout(self._timeout):
                return await work

        try:
            return self._loop.run(bounded())
        except TimeoutError:
            raise TimeoutError(f"no reply within {self._timeout:g} s") from None

    def open(self) -> dict[str, object]:
        """Connect all; return what was negotiated."""
        for _ in range(self._workload.connections):
            connection = self._loop.run(self._connect(self._url, timeout=self._timeout, **self._options))
            self._lanes.append(Lane(connection, self._messages))
        first = self._lanes[0].connection
        return {"extensions": first.extensions, "subprotocol": first.subprotocol}

    def run(self, lead: int, count: int) -> Slice:
        """Exchange `lead` untimed and at least `count` timed messages, then drain."""
        return self._within(self._run(lead, count))

    async def _run(self, lead: int, count: int) -> Slice:
        tally = Tally(lead, count, perf_counter_ns())
        if len(self._lanes) == 1:
            await self._lanes[0].run(tally, self._workload)
        else:
            async with asyncio.TaskGroup() as group:
                for lane in self._lanes:
                    group.create_task(lane.run(tally, self._workload))
        return tally.result()

    def close(self) -> None:
        """Close every connection; whatever goes wrong, it is over."""
        for lane in self._lanes:
            try:
                self._within(lane.connection.close())
            except Exception:  # noqa: BLE001, S112  # a library may raise anything when its peer is gone
                continue
