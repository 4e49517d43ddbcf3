"""One round: fresh processes, warm-up, interleaved slices, one record per cell."""

from __future__ import annotations

import bisect
import time
from collections.abc import Callable, Iterable

import msgspec
from msgspec.structs import replace

from ..driver import messages
from ..driver.memory import resident_of
from ..machine.certificates import Certificates
from ..machine.cpus import Cores
from ..machine.launcher import Server
from ..machine.orders import READY_S, Settings
from ..machine.process import Child, ChildError, stop_all
from ..machine.system import steal_ticks, swapped_pages
from ..measuring.pacing import count_of, first_count, lead_of, warm_count
from ..plan.placement import places_of
from ..plan.run import Plan
from ..plan.turns import blocks, round_environment, shuffled
from ..records.common import Failure, Handshake, Proof
from ..records.events import Event, Failed, Stage, Turn
from ..records.run import CellRecord, ConnectionCost, Round
from ..records.slices import Slice
from ..records.summary import summarise
from ..targets.catalogue import CLIENTS
from .drivers import Answer, ask, order_of, start_driver

PATIENCE_S, EACH_S = 300.0, 0.005
"""How long a driver may be silent, and longer for each connection. It bounds the wait for a reply itself."""


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
        self.places = places_of(plan.cells)
        self.handshakes: dict[int, Handshake] = {}
        self.costs: dict[int, ConnectionCost] = {}
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
            # of the processes of one server the one with few connections comes last
            servers = [one for _, one in sorted(self.servers.items(), reverse=True)]
            rss = {one.spec.label: resident_of(one.pid) or 0 for one in servers if one.pid}
            proofs = {one.spec.label: one.proof for one in servers}
            self._close_many()
            for driver in self._live_drivers():
                self._ask(driver, messages.CloseAll(), messages.Done)
        finally:
            stop_all([*self.drivers.values(), *(one.child for one in self.servers.values() if one.child)])
        after, swapped = steal_ticks(), swapped_pages() - swapped
        return Round(
            number=self.number,
            seconds=round(time.monotonic() - begun, 3),
            cells=tuple(self._record(cell) for cell in self._live(self.slices)),
            failures=tuple(self.failed.values()),
            servers=proofs,
            clients=self.clients,
            rss=rss,
            steal=round((after[0] - before[0]) / max(1, after[1] - before[1]), 4),
            swapped=swapped,
        )

    def server_at(self, index: int) -> Server:
        """Return the server process of a cell."""
        return self.servers[self.places[index].server]

    def _record(self, index: int) -> CellRecord:
        found = self.slices[index], self.handshakes[index], self.server_at(index).pauses
        return summarise(index, *found, cost=self.costs.get(index))

    def _live(self, cells: Iterable[int]) -> list[int]:
        return [cell for cell in sorted(cells) if cell not in self.failed]

    def _fail(self, cells: Iterable[int], reason: str, tail: tuple[str, ...] = ()) -> None:
        for cell in self._live(cells):
            self.failed[cell] = Failure(cell, reason, tail)
            self.on_event(Failed(self.failed[cell]))

    def _cells_of(self, *, server: str = "", driver: str = "") -> list[int]:
        """Return the cells of a server process, or of a driver process."""
        return [
            index
            for index, place in enumerate(self.places)
            if (not server or place.server == server) and (not driver or place.driver == driver)
        ]

    def _live_drivers(self) -> list[Child]:
        """Return the drivers that still have a cell: one that died or hangs has none, and is not asked."""
        return [one for place, one in self.drivers.items() if self._live(self._cells_of(driver=place))]

    def _start(self) -> None:
        """Start every server and driver that still has a cell to measure, and wait until all are ready."""
        environment = round_environment(self.plan, self.number)
        plan, core = self.plan, self.cores.server
        settings = Settings(plan.equal, core, certificates=self.certificates, explain=plan.explain)
        live = [(self.places[index], self.plan.cells[index]) for index in self._live(range(len(self.places)))]
        labels = {place.server: cell.server for place, cell in live}
        for place in shuffled(list(labels), self.plan, self.number):
            self.servers[place] = Server(self.plan.spec_of(labels[place]), settings, environment)
        cells = {place.driver: cell for place, cell in live}
        for place in shuffled(sorted(cells), self.plan, self.number):
            client, whose = cells[place].client, "" if place in CLIENTS else cells[place].server
            self.drivers[place] = start_driver(client, self.cores.client, environment, whose)
        for place, server in self.servers.items():
            try:
                server.wait_ready()
            except ChildError as problem:
                self._fail(self._cells_of(server=place), str(problem), server.tail)
        for place, driver in self.drivers.items():
            try:
                self.clients[cells[place].client] = msgspec.convert(driver.hear(READY_S), Proof, strict=False)
            except ChildError as problem:
                self._fail(self._cells_of(driver=place), str(problem), driver.tail)

    def _open(self) -> None:
        for index in self._live(range(len(self.plan.cells))):
            workload, plan = self.plan.cells[index].workload, self.plan
            order = order_of(self.server_at(index), workload, cell=index, seed=plan.seed, equal=plan.equal)
            opened = self._command(index, messages.Open(order), messages.Opened)
            if opened:
                self.handshakes[index] = opened.handshake
                if opened.cost:
                    self.costs[index] = opened.cost

    def _prove_nodelay(self) -> None:
        """Ask every server what its sockets are set to: after the first messages, for some set it late."""
        found = {place: set(server.nodelay().values()) for place, server in self.servers.items()}
        for index, handshake in self.handshakes.items():
            values = found[self.places[index].server]
            self.handshakes[index] = replace(handshake, nodelay=all(values) if values else None)

    def _warm(self) -> None:
        """Warm every cell and find the length of its slices; then freeze what the drivers hold by now."""
        for index in self._live(self.handshakes):
            workload = self.plan.cells[index].workload
            lead = lead_of(workload)
            first = self._slice(index, lead, first_count(workload))
            if not first:
                continue
            more = warm_count(first.elapsed / len(first.latencies), workload)
            warm = self._slice(index, lead, more) if more else first
            if warm:
                each = warm.elapsed / len(warm.latencies)
                self.lengths[index] = lead_of(workload, each), count_of(workload, self.plan.pace, each)
        for driver in self._live_drivers():
            self._ask(driver, messages.Freeze(), messages.Done)

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
                    self.slices.setdefault(index, []).append(taken)
                    medians = self.medians.setdefault(index, [])
                    bisect.insort(medians, taken.median)
                    self.on_event(Turn(self.number, done, total, index, medians[len(medians) // 2]))

    def _slice(self, index: int, lead: int, count: int) -> Slice | None:
        with self.server_at(index).watched():
            return self._command(index, messages.Exchange(index, lead, count), Slice)

    def _command(self, index: int, command: messages.Command, kind: type[Answer]) -> Answer | None:
        """Have a cell's driver do something; None when that failed, which then is on record."""
        if index in self.failed:
            return None
        place, workload = self.places[index], self.plan.cells[index].workload
        driver = self.drivers[place.driver]
        patience = PATIENCE_S + EACH_S * (workload.connections + workload.others)
        try:
            answer = ask(driver, command, kind, patience)
        except ChildError as problem:
            self._fail(self._cells_of(driver=place.driver), str(problem), driver.tail)
            return None
        if not isinstance(answer, messages.Problem):
            return answer
        self._blame(index, answer)
        return None

    def _blame(self, index: int, problem: messages.Problem) -> None:
        """Put on record who failed: the cell, or the server with all of its cells."""
        server, label = self.server_at(index), self.plan.cells[index].server
        whole = self._cells_of(server=self.places[index].server)
        if server.child and not server.child.settles():
            self._fail(whole, f"{label} {server.child.fate()}", server.tail)
        elif problem.silent:
            self._fail(whole, f"{label} hangs: {problem.problem}", server.tail)
        else:
            self._fail([index], problem.problem, server.tail)

    def _close_many(self) -> None:
        """Close each cell of many connections whose server's memory is known, and see what is left of it."""
        for index in self._live(self.costs):
            driver, cost = self.drivers[self.places[index].driver], self.costs[index]
            if cost.steps:
                closed = self._ask(driver, messages.CloseCell(index), messages.CellClosed)
                self.costs[index] = replace(cost, held=closed and closed.held)

    def _ask(self, driver: Child, command: messages.Command, kind: type[Answer]) -> Answer | None:
        """Have a driver do something whose failure costs nothing: it is None then."""
        try:
            answer = ask(driver, command, kind, PATIENCE_S)
        except ChildError:
            return None
        return None if isinstance(answer, messages.Problem) else answer
