"""The processes of one round: servers and drivers, started anew, asked, and blamed where they fail."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from ..driver import messages
from ..machine.answers import answer_of
from ..machine.certificates import Certificates
from ..machine.cpus import Cores
from ..machine.launcher import Server
from ..machine.orders import READY_S, Settings
from ..machine.process import Child, ChildError, stop_all
from ..network.link import Network
from ..plan.placement import Place, places_of
from ..plan.run import Plan
from ..plan.turns import round_environment, shuffled
from ..records.common import Failure, Proof
from ..records.events import Event, Failed
from .drivers import Answer, ask, start_driver

SILENCE_S, EACH_S = 5.0, 0.005
"""How long a driver may be silent, and longer for each message in flight, besides three times the patience
with which it waits for an answer itself."""


@dataclass(eq=False)
class RoundProcesses:
    """The servers and drivers of one round; what failed in an earlier one (`failed`) is not tried again."""

    plan: Plan
    number: int
    cores: Cores
    failed: dict[int, Failure]
    on_event: Callable[[Event], None]
    certificates: Certificates | None = field(default=None, kw_only=True)
    network: Network = field(default_factory=Network, kw_only=True)
    servers: dict[str, Server] = field(default_factory=dict, init=False)
    drivers: dict[str, Child] = field(default_factory=dict, init=False)
    clients: dict[str, Proof] = field(default_factory=dict, init=False)
    places: tuple[Place, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Find out which processes the cells have."""
        self.places = places_of(self.plan.cells)

    def start(self) -> None:
        """Start every server and driver that still has a cell to measure, and wait until all are ready."""
        environment = round_environment(self.plan, self.number)
        plan, core = self.plan, self.cores.server
        settings = Settings(
            plan.equal,
            core,
            host=self.network.host,
            certificates=self.certificates,
            explain=plan.explain,
            start_timeout=plan.start_timeout_s,
        )
        live = [(self.places[index], self.plan.cells[index]) for index in self.live(range(len(self.places)))]
        labels = {place.server: cell.server for place, cell in live}
        for place in shuffled(list(labels), self.plan, self.number):
            with self.network.at("server"):
                self.servers[place] = Server(self.plan.spec_of(labels[place]), settings, environment)
        for place in shuffled(sorted({place.driver for place, _ in live}), self.plan, self.number):
            self._start_driver(place)
        for place, server in self.servers.items():
            try:
                server.wait_ready()
            except ChildError as problem:
                self.fail(self.cells_of(server=place), str(problem), server.tail)
        for place in self.drivers:
            self._wait_driver(place)

    def _start_driver(self, place: str) -> None:
        """Start the driver of a place, which is that of a client, or of one of its cells alone."""
        cell = self.plan.cells[self.cells_of(driver=place)[0]]
        environment = round_environment(self.plan, self.number)
        client, whose = self.plan.client_of(cell.client), "" if place == cell.client else cell.server
        with self.network.at("client"):
            self.drivers[place] = start_driver(client, self.cores.client, environment, whose)

    def _wait_driver(self, place: str) -> None:
        driver, cells = self.drivers[place], self.cells_of(driver=place)
        try:
            proof = answer_of(driver.name, driver.hear(READY_S), Proof)
            self.clients[self.plan.cells[cells[0]].client] = proof
        except ChildError as problem:
            self.fail(cells, str(problem), driver.tail)

    def revive(self, place: str) -> None:
        """Start a driver anew that died or hangs, for those of its cells that are not to blame."""
        self.drivers[place].stop()
        if not self.live(self.cells_of(driver=place)):
            return
        self._start_driver(place)
        self._wait_driver(place)
        self.resume(self.live(self.cells_of(driver=place)))

    def resume(self, cells: Iterable[int]) -> None:
        """Bring cells to where they were, with a driver that knows nothing of them."""

    def stop(self) -> None:
        """End all of them."""
        stop_all([*self.drivers.values(), *(one.child for one in self.servers.values() if one.child)])

    def server_at(self, index: int) -> Server:
        """Return the server process of a cell."""
        return self.servers[self.places[index].server]

    def cells_of(self, *, server: str = "", driver: str = "") -> list[int]:
        """Return the cells of a server process, or of a driver process."""
        return [
            index
            for index, place in enumerate(self.places)
            if (not server or place.server == server) and (not driver or place.driver == driver)
        ]

    def live(self, cells: Iterable[int]) -> list[int]:
        """Return those of some cells that have not failed, in order."""
        return [cell for cell in sorted(cells) if cell not in self.failed]

    def live_drivers(self) -> list[Child]:
        """Return the drivers that still have a cell: one that died or hangs has none, and is not asked."""
        return [one for place, one in self.drivers.items() if self.live(self.cells_of(driver=place))]

    def fail(self, cells: Iterable[int], reason: str, tail: tuple[str, ...] = (), client: str = "") -> None:
        """Keep why cells have no number, and report it."""
        for cell in self.live(cells):
            self.failed[cell] = Failure(cell, reason, tail, client)
            self.on_event(Failed(self.failed[cell]))

    def command(self, index: int, command: messages.Command, kind: type[Answer]) -> Answer | None:
        """Have a cell's driver do something; None when that failed, which then is on record."""
        if index in self.failed:
            return None
        place, workload = self.places[index], self.plan.cells[index].workload
        driver = self.drivers[place.driver]
        patience = SILENCE_S + 3 * self.plan.timeout_s + EACH_S * (workload.window + workload.others)
        try:
            answer = ask(driver, command, kind, patience)
        except ChildError as problem:
            self.fail([index], str(problem), driver.tail, client=self.plan.cells[index].client)
            self.revive(place.driver)
            return None
        if not isinstance(answer, messages.Problem):
            return answer
        self.blame(index, answer)
        return None

    def blame(self, index: int, problem: messages.Problem) -> None:
        """Put on record who failed: the cell, or the server with all of its cells."""
        server, label = self.server_at(index), self.plan.cells[index].server
        whole = self.cells_of(server=self.places[index].server)
        if server.child and not server.child.settles():
            self.fail(whole, f"{label} {server.child.fate()}", server.tail)
        elif problem.own:
            client = self.plan.cells[index].client
            self.fail([index], f"the {client} client {problem.problem}", client=client)
        elif problem.silent:
            self.fail(whole, f"{label} hangs: {problem.problem}", server.tail)
        else:
            self.fail([index], problem.problem, server.tail)

    def ask_freely(self, driver: Child, command: messages.Command, kind: type[Answer]) -> Answer | None:
        """Have a driver do something whose failure costs nothing: it is None then."""
        try:
            answer = ask(driver, command, kind, SILENCE_S)
        except ChildError:
            return None
        return None if isinstance(answer, messages.Problem) else answer
