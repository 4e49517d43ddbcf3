"""Entry point of a driver's process: it drives every cell of one client.

Started as `python -P -m wsbench.driver.main ORDER`. It reads one JSON command a line and answers with one
JSON line: `open` connects a cell, `run` exchanges one slice with it, `part` closes it, `close` closes all. A
cell that fails says so and is not asked again; the others go on.
"""

from __future__ import annotations

import asyncio
import gc
import importlib
import json
import sys
import time
from typing import Any

import msgspec

from ..measuring.blocking import BlockingSession
from ..measuring.coroutine import CoroutineSession
from ..measuring.recorder import Session
from ..records.slices import Slice
from ..standalone import child, identity
from ..wire.session import WireSession
from .background import Company, census_of
from .orders import CellOrder, DriverOrder, explain, options_of, payloads_of, server_clock, wire_session


class Driver:
    """The cells of one client, by number."""

    def __init__(self, order: DriverOrder) -> None:
        self.module = importlib.import_module(order.module) if order.module else None
        self.loop = asyncio.Runner()
        self.sessions: dict[int, Session] = {}
        self.clocks: dict[int, int | None] = {}
        self.company = Company()

    def make(self, order: CellOrder) -> Session:
        """Return the session of a cell, in the client's flavour."""
        if self.module is None:
            return wire_session(order)
        data, options = payloads_of(order), options_of(order)
        connect = self.module.connect
        if asyncio.iscoroutinefunction(connect):
            return CoroutineSession(
                connect, order.url, order.workload, data, loop=self.loop, equal=order.equal, **options
            )
        return BlockingSession(connect, order.url, order.workload, data, equal=order.equal, **options)

    def open(self, order: CellOrder) -> dict[str, object]:
        """Connect a cell and return what was negotiated, and for many connections what they cost."""
        self.company.expect(order)
        session = self.make(order)
        session.moments = order.explain
        self.sessions[order.cell] = session
        self.clocks[order.cell] = server_clock(order)
        census = census_of(order) if isinstance(session, WireSession) else None
        if isinstance(session, WireSession):
            session.census = census
        found = session.open()
        return found | self.company.open(order, options_of(order).get("tls"), census)

    def run(self, cell: int, lead: int, count: int) -> Slice:
        """Exchange one slice, with the CPU time of both sides around it; no collection in our own process."""
        session, clock = self.sessions[cell], self.clocks[cell]
        self.company.tend(cell)
        gc.disable()
        try:
            server = time.clock_gettime_ns(clock) if clock is not None else 0
            client, begun = time.process_time_ns(), time.perf_counter_ns()
            outcome = session.run(lead, count)
            ended, used = time.perf_counter_ns(), time.process_time_ns() - client
            spent = time.clock_gettime_ns(clock) - server if clock is not None else None
        finally:
            gc.enable()
        return msgspec.structs.replace(
            outcome,
            busy=ended - begun - outcome.reckoned,
            client_cpu=max(0, used - outcome.thought - outcome.reckoned),
            server_cpu=spent,
        )

    def part(self, cell: int) -> dict[str, object]:
        """Close a cell and return the resident bytes of its server once that has noticed."""
        self.sessions.pop(cell).close()
        return self.company.part(cell)

    def close(self) -> None:
        """Close every session."""
        for session in self.sessions.values():
            session.close()
        self.sessions.clear()
        self.company.close()

    def proof(self) -> dict[str, object]:
        """Describe what drives here."""
        if self.module is None:
            return {"version": "2", "python": sys.version.split()[0], "loop": "native", "speedups": []}
        flavour = "asyncio" if asyncio.iscoroutinefunction(self.module.connect) else "threads"
        return identity.proof(self.module, flavour)

    def answer(self, command: dict[str, Any]) -> dict[str, object]:
        """Carry out one command; a problem is an answer too."""
        try:
            match command["do"]:
                case "open":
                    return self.open(msgspec.convert(command["order"], CellOrder))
                case "run":
                    return msgspec.structs.asdict(
                        self.run(command["cell"], command["lead"], command["count"])
                    )
                case "part":
                    return self.part(command["cell"])
                case "freeze":
                    gc.collect()
                    gc.freeze()
                case _:
                    self.close()
        except Exception as problem:  # noqa: BLE001  # whatever a client raises becomes the cell's error row
            return {"problem": explain(problem), "silent": isinstance(problem, TimeoutError)}
        return {}


def main() -> None:
    """Answer commands until standard input ends."""
    order = msgspec.json.decode(sys.argv[1], type=DriverOrder)
    child.die_with_parent()
    child.pin(order.core)
    child.settle_heap()  # a client that reads as asyncio does must not pay for that either
    say = child.open_channel()
    try:
        driver = Driver(order)
    except ImportError as problem:
        say({"event": "failed", "reason": child.explain(problem)})
        return
    say({"event": "ready", **driver.proof()})
    for line in sys.stdin:
        say(driver.answer(json.loads(line)))


if __name__ == "__main__":
    main()
