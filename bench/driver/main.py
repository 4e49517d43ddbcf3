"""Entry point of a driver's process: it drives every cell of one client.

Started as `python -P -m wsbench.driver.main ORDER`, with a `DriverOrder` as JSON. It reads one command a line
and writes one answer a line, both JSON (see `messages`). A cell that fails is answered with a `Problem` and
not asked again; the others go on.
"""

from __future__ import annotations

import asyncio
import gc
import importlib
import sys
import time

import msgspec

from ..measuring.blocking import BlockingSession
from ..measuring.coroutine import CoroutineSession
from ..measuring.recorder import ReplyError, Session
from ..records.slices import Slice, packed
from ..standalone import child, identity
from ..wire.connection_counter import ConnectionCounter
from ..wire.session import WireSession
from .background import CellBackgrounds, counter_of
from .messages import (
    Answer,
    CellClosed,
    CloseAll,
    CloseCell,
    Command,
    Done,
    Exchange,
    Freeze,
    Open,
    Opened,
    Problem,
)
from .orders import CellOrder, DriverOrder, explain, innermost, options_of, payloads_of, wire_session
from .server_cpu import ServerCpu


class Driver:
    """The cells of one client, by number."""

    def __init__(self, order: DriverOrder) -> None:
        self.module = importlib.import_module(order.module) if order.module else None
        self.named = order.named
        self.loop = asyncio.Runner()
        self.sessions: dict[int, Session] = {}
        self.servers: dict[int, ServerCpu] = {}
        self.backgrounds = CellBackgrounds()

    def make(self, order: CellOrder, counter: ConnectionCounter | None = None) -> Session:
        """Return the session of a cell, in the client's flavour; only wire counts while it connects."""
        if self.module is None:
            return wire_session(order, counter)
        data, options = payloads_of(order), options_of(order)
        connect = self.module.connect
        if asyncio.iscoroutinefunction(connect):
            return CoroutineSession(
                connect, order.url, order.workload, data, loop=self.loop, equal=order.equal, **options
            )
        return BlockingSession(connect, order.url, order.workload, data, equal=order.equal, **options)

    def open(self, order: CellOrder) -> Opened:
        """Connect a cell."""
        self.backgrounds.expect(order)
        counter = counter_of(order) if self.module is None else None
        session = self.sessions[order.cell] = self.make(order, counter)
        self.servers[order.cell] = ServerCpu(order)
        handshake = session.open()
        return Opened(handshake, self.backgrounds.open(order, counter))

    def run(self, cell: int, lead: int, count: int) -> Slice:
        """Exchange one slice, with the CPU time of both sides around it; no collection in our own process."""
        session, server = self.sessions[cell], self.servers[cell]
        polls = isinstance(session, WireSession) and session.polls  # it would be on its core all the time
        self.backgrounds.tend(cell)
        gc.disable()
        try:
            before, waited = server.read_asleep(), server.waited()
            client, begun = time.process_time_ns(), time.perf_counter_ns()
            outcome = session.run(lead, count)
            ended, used = time.perf_counter_ns(), time.process_time_ns() - client
            after, waited = server.read_asleep(), server.waited() - waited
        finally:
            gc.enable()
        return msgspec.structs.replace(
            outcome,
            busy=ended - begun - outcome.reckoned,
            client_cpu=max(0, used - outcome.thought - outcome.reckoned),
            server_cpu=None if before is None or after is None else after - before,
            lost=max(0, waited) + (max(0, ended - begun - used) if polls else 0),
        )

    def close_cell(self, cell: int) -> CellClosed:
        """Close a cell."""
        self.sessions.pop(cell).close()
        return CellClosed(self.backgrounds.close_cell(cell))

    def close(self) -> None:
        """Close all cells."""
        for session in self.sessions.values():
            session.close()
        self.sessions.clear()
        self.backgrounds.close()

    def proof(self) -> dict[str, object]:
        """Describe the client, as `records.common.Proof` has it."""
        if self.module is None:
            return {"version": "3", "python": sys.version.split()[0], "loop": "native", "speedups": []}
        flavour = "asyncio" if asyncio.iscoroutinefunction(self.module.connect) else "threads"
        return {**identity.proof(self.module, flavour), "libraries": identity.versions_of(self.named)}

    def answer(self, line: str) -> Answer:
        """Carry out one command; whatever a client raises is an answer too."""
        command = msgspec.json.decode(line, type=Command)
        try:
            return self._carry_out(command)
        except Exception as problem:  # noqa: BLE001  # it becomes the cell's error row
            return self.problem(problem, exchanging=isinstance(command, Exchange))

    def problem(self, problem: Exception, *, exchanging: bool) -> Problem:
        """Return an error as an answer, and whether a client library is to blame for it.

        Where a library ended the connection itself, its client raises `ConnectionAbortedError`; anything but
        an `OSError` from a connection that is open is a failure of its own.
        """
        inner = innermost(problem)
        if self.module is not None and isinstance(inner, ConnectionAbortedError):
            return Problem(explain(inner), silent=False, own=True)
        if self.module is not None and exchanging and not isinstance(inner, OSError | ReplyError):
            return Problem(f"failed with {type(inner).__name__}: {explain(inner)}", silent=False, own=True)
        return Problem(explain(problem), isinstance(problem, TimeoutError))

    def _carry_out(self, command: Command) -> Answer:
        match command:
            case Open(order):
                return self.open(order)
            case Exchange(cell, lead, count):
                return self.run(cell, lead, count)
            case CloseCell(cell):
                return self.close_cell(cell)
            case Freeze():
                gc.collect()
                gc.freeze()
            case CloseAll():
                self.close()
        return Done()


def main() -> None:
    """Answer commands until standard input ends."""
    order = msgspec.json.decode(sys.argv[1], type=DriverOrder)
    child.die_with_parent()
    child.pin(order.core)
    child.settle_heap()  # a client that reads as asyncio does must not pay for that either
    say = child.open_channel()
    try:
        driver = Driver(order)
        proof = driver.proof()
    except (Exception, SystemExit) as problem:  # noqa: BLE001  # a library of another day may raise anything
        say({"event": "failed", "reason": child.explain(problem)})
        return
    say({"event": "ready", **proof})
    child.answer_parent(lambda line: msgspec.to_builtins(driver.answer(line), enc_hook=packed), say)


if __name__ == "__main__":
    main()
