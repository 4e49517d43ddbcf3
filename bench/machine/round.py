"""One round: fresh processes, warm-up, interleaved slices, one record per cell."""

from __future__ import annotations

import bisect
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from ..measuring.pacing import count_of, first_count, lead_of, warm_count
from ..values.catalogue import CLIENTS, FLOOR
from ..values.plan import Plan, blocks, round_environment, shuffled
from ..values.recording import summarise
from ..values.schema import Failure, Handshake, Proof, Round
from ..values.slices import Slice
from .certificates import Certificates
from .cpus import Cores
from .driver import CellOrder, DriverOrder
from .environment import resident_bytes, steal_ticks, swapped_pages
from .events import Event, Failed, Stage, Turn
from .launcher import READY_S, Server, Settings
from .process import Child, ChildError, stop_all

PATIENCE_S = 300.0
"""How long a driver may be silent over a slice of large messages. It bounds the wait for a reply itself."""


class RoundRun:
    """Runs one round of a plan. `failed` is shared between rounds: what failed once is not tried again."""

    def __init__(
        self,
        plan: Plan,
        number: int,
        cores: Cores,
        failed: dict[int, Failure],
        on_event: Callable[[Event], None],
        *,
        certificates: Certificates | None = None,
    ) -> None:
        self.plan = plan
        self.certificates = certificates
        self.number = number
        self.cores = cores
        self.failed = failed
        self.on_event = on_event
        self.servers: dict[str, Server] = {}
        self.drivers: dict[str, Child] = {}
        self.clients: dict[str, Proof] = {}
        self.handshakes: dict[int, Handshake] = {}
        self.lengths: dict[int, tuple[int, int]] = {}
        self.slices: dict[int, list[Slice]] = {}
        self.medians: dict[int, list[float]] = {}  # of the slices so far, in order

    def run(self) -> Round:
        """Measure; whatever happens, no process is left."""
        begun, before, swapped = time.monotonic(), steal_ticks(), swapped_pages()
        self.on_event(Stage(f"starting round {self.number + 1}"))
        try:
            self._start()
            self._open()
            self._warm()
            self._prove_nodelay()
            self._interleave()
            rss = {label: resident_bytes(one.pid) for label, one in self.servers.items() if one.pid}
            proofs = {label: one.proof for label, one in self.servers.items()}
            for driver in self._live_drivers():
                self._ask(driver, {"do": "close"})
        finally:
            stop_all([*self.drivers.values(), *(one.child for one in self.servers.values() if one.child)])
        after, swapped = steal_ticks(), swapped_pages() - swapped
        records = [
            summarise(cell, self.slices[cell], self.handshakes[cell]) for cell in self._live(self.slices)
        ]
        return Round(
            number=self.number,
            seconds=round(time.monotonic() - begun, 3),
            cells=tuple(records),
            failures=tuple(self.failed.values()),
            servers=proofs,
            clients=self.clients,
            rss=rss,
            steal=round((after[0] - before[0]) / max(1, after[1] - before[1]), 4),
            swapped=swapped,
        )

    def _live(self, cells: Iterable[int]) -> list[int]:
        return [cell for cell in sorted(cells) if cell not in self.failed]

    def _fail(self, cells: Iterable[int], reason: str, tail: tuple[str, ...] = ()) -> None:
        for cell in self._live(cells):
            self.failed[cell] = Failure(cell, reason, tail)
            self.on_event(Failed(self.failed[cell]))

    def _cells_of(self, *, server: str = "", client: str = "") -> list[int]:
        return [
            index
            for index, cell in enumerate(self.plan.cells)
            if (not server or cell.server == server) and (not client or cell.client == client)
        ]

    def _live_drivers(self) -> list[Child]:
        """Return the drivers that still have a cell: one that died or hangs has none, and is not asked."""
        return [one for client, one in self.drivers.items() if self._live(self._cells_of(client=client))]

    def _start(self) -> None:
        """Start every server and driver that still has a cell to measure, and wait until all are ready."""
        environment = round_environment(self.plan, self.number)
        specs = {
            spec.label: spec for spec in self.plan.servers if self._live(self._cells_of(server=spec.label))
        }
        settings = Settings(equal=self.plan.equal, core=self.cores.server, certificates=self.certificates)
        for label in shuffled(list(specs), self.plan, self.number):
            self.servers[label] = Server(specs[label], settings, environment)
        used = {self.plan.cells[index].client for index in self._live(range(len(self.plan.cells)))}
        for client in shuffled(sorted(used), self.plan, self.number):
            self.drivers[client] = start_driver(client, self.cores.client, environment)
        for label, server in self.servers.items():
            try:
                server.wait_ready()
            except ChildError as problem:
                self._fail(self._cells_of(server=label), str(problem), server.tail)
        for client, driver in list(self.drivers.items()):
            try:
                self.clients[client] = msgspec.convert(driver.hear(READY_S), Proof, strict=False)
            except ChildError as problem:
                self._fail(self._cells_of(client=client), str(problem), driver.tail)

    def _open(self) -> None:
        for index in self._live(range(len(self.plan.cells))):
            cell = self.plan.cells[index]
            server = self.servers[cell.server]
            order = CellOrder(
                cell=index,
                host=server.host,
                port=server.port,
                path=server.path,
                workload=cell.workload,
                seed=self.plan.seed,
                plain=server.spec.name == FLOOR,
                server_pid=server.pid,
                equal=self.plan.equal,
                tls=server.spec.tls,
                deflate=server.spec.deflate,
                authority=server.authority,
                access=server.spec.access,
            )
            answer = self._command(index, {"do": "open", "order": msgspec.to_builtins(order)})
            if answer is not None:
                self.handshakes[index] = msgspec.convert(answer, Handshake)

    def _prove_nodelay(self) -> None:
        """Ask every server what its sockets are set to: after the first messages, for some set it late."""
        found = {label: set(server.nodelay().values()) for label, server in self.servers.items()}
        for index, handshake in self.handshakes.items():
            values = found[self.plan.cells[index].server]
            nodelay = all(values) if values else None
            self.handshakes[index] = msgspec.structs.replace(handshake, nodelay=nodelay)

    def _warm(self) -> None:
        """Warm every cell and find the length of its slices; then freeze what the drivers hold by now."""
        for index in self._live(self.handshakes):
            workload = self.plan.cells[index].workload
            lead = lead_of(workload)
            first = self._slice(index, lead, first_count(workload))
            warm = first and self._slice(index, lead, warm_count(first.elapsed / len(first.latencies)))
            if warm:
                each = warm.elapsed / len(warm.latencies)
                self.lengths[index] = lead_of(workload, each), count_of(workload, self.plan.pace, each)
        for driver in self._live_drivers():
            self._ask(driver, {"do": "freeze"})

    def _interleave(self) -> None:
        turns = blocks(self.plan, self.number)
        total, done = sum(map(len, turns)), 0
        for block in turns:
            for index in block:
                done += 1
                if index in self.failed:
                    continue
                taken = self._slice(index, *self.lengths[index])
                if taken:
                    mine = self.slices.setdefault(index, [])
                    mine.append(taken)
                    medians = self.medians.setdefault(index, [])
                    bisect.insort(medians, statistics.median(taken.latencies))
                    self.on_event(Turn(self.number, done, total, index, medians[len(medians) // 2]))

    def _slice(self, index: int, lead: int, count: int) -> Slice | None:
        answer = self._command(index, {"do": "run", "cell": index, "lead": lead, "count": count})
        return msgspec.convert(answer, Slice) if answer is not None else None

    def _command(self, index: int, command: Mapping[str, Any]) -> dict[str, Any] | None:
        """Have a cell's driver do something; None when that failed, which then is on record."""
        cell = self.plan.cells[index]
        if index in self.failed:
            return None
        driver, server = self.drivers[cell.client], self.servers[cell.server]
        try:
            answer = driver.ask(msgspec.json.encode(command).decode(), PATIENCE_S)
        except ChildError as problem:
            self._fail(self._cells_of(client=cell.client), str(problem), driver.tail)
            return None
        if "problem" not in answer:
            return answer
        if server.child and not server.child.settles():
            reason = f"{cell.server} {server.child.fate()}"
            self._fail(self._cells_of(server=cell.server), reason, server.tail)
        elif answer["silent"]:
            self._fail(
                self._cells_of(server=cell.server), f"{cell.server} hangs: {answer['problem']}", server.tail
            )
        else:
            self._fail([index], answer["problem"], server.tail)
        return None

    def _ask(self, driver: Child, command: Mapping[str, Any]) -> None:
        """Tell a driver something whose failure costs nothing."""
        try:
            driver.ask(msgspec.json.encode(command).decode(), PATIENCE_S)
        except ChildError:
            return


def start_driver(client: str, core: int | None, environment: Mapping[str, str]) -> Child:
    """Start the driver of a client."""
    order = DriverOrder(CLIENTS[client].module, core)
    argv = [sys.executable, "-P", "-m", "wsbench.machine.driver", msgspec.json.encode(order).decode()]
    return Child(f"the {client} driver", argv, environment)
