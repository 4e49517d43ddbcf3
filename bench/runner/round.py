"""One round: fresh processes, warm-up, interleaved slices, one record per cell."""

from __future__ import annotations

import bisect
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from msgspec.structs import replace

from ..driver import messages
from ..driver.memory import resident_of
from ..machine.system import Watch
from ..measuring.pacing import (
    count_of,
    first_count,
    is_far,
    lead_of,
    pace_of,
    taste_of,
    turns_within,
    warm_count,
)
from ..plan.turns import blocks, spread_over, turns_of
from ..records.common import Handshake
from ..records.events import Stage, Turn
from ..records.run import CellRecord, ConnectionCost, Round
from ..records.slices import Slice, is_disturbed
from ..records.summary import summarise
from .drivers import order_of
from .round_processes import RoundProcesses

AGAIN = 2
"""How often a turn is repeated at most that other programs disturbed."""


@dataclass(eq=False)
class RoundRun(RoundProcesses):
    """Runs one round of a plan."""

    handshakes: dict[int, Handshake] = field(default_factory=dict, init=False)
    costs: dict[int, ConnectionCost] = field(default_factory=dict, init=False)
    lengths: dict[int, tuple[int, int]] = field(default_factory=dict, init=False)
    slices: dict[int, list[Slice]] = field(default_factory=dict, init=False)
    kept: dict[int, set[int]] = field(default_factory=dict, init=False)  # which of its turns a cell takes
    repeated: Counter[int] = field(default_factory=Counter, init=False)  # turns, by cell
    medians: dict[int, list[float]] = field(default_factory=dict, init=False)  # of slices so far, in order

    def run(self) -> Round:
        """Measure; whatever happens, no process is left."""
        watch = Watch()
        self.on_event(Stage(f"starting round {self.number + 1}"))
        try:
            self.start()
            self._open()
            self._warm()
            self._prove_nodelay()
            self._interleave()
            # of the processes of one server the one with few connections comes last
            servers = [one for _, one in sorted(self.servers.items(), reverse=True)]
            processes = {one.spec.label: one.processes for one in servers if one.spec.kind == "command"}
            rss = {one.spec.label: resident_of(one.pid) or 0 for one in servers if one.pid}
            proofs = {one.spec.label: one.proof for one in servers}
            self._close_many()
            for driver in self.live_drivers():
                self.ask_freely(driver, messages.CloseAll(), messages.Done)
        finally:
            self.stop()
        return Round(
            number=self.number,
            seconds=watch.seconds,
            cells=tuple(self._record(cell) for cell in self.live(self.slices)),
            failures=tuple(self.failed.values()),
            servers=proofs,
            clients=self.clients,
            rss=rss,
            steal=watch.steal,
            swapped=watch.swapped,
            processes=processes,
        )

    def _record(self, index: int) -> CellRecord:
        found = self.slices[index], self.handshakes[index], self.server_at(index).pauses
        return summarise(index, *found, cost=self.costs.get(index), repeated=self.repeated[index])

    def _open(self) -> None:
        for index in self.live(range(len(self.plan.cells))):
            opened = self._connect(index)
            if opened:
                self.handshakes[index] = opened.handshake
                if opened.cost:
                    self.costs[index] = opened.cost

    def _connect(self, index: int) -> messages.Opened | None:
        order = order_of(self.server_at(index), self.plan.cells[index].workload, self.plan, index)
        return self.command(index, messages.Open(order), messages.Opened)

    def resume(self, cells: Iterable[int]) -> None:
        """Connect cells again that were connected, and warm them: what they have measured so far stays."""
        for index in cells:
            if index in self.handshakes and self._connect(index) and index in self.lengths:
                self._slice(index, *self.lengths[index])

    def _prove_nodelay(self) -> None:
        """Ask every server what its sockets are set to: after the first messages, for some set it late."""
        found = {place: set(server.nodelay().values()) for place, server in self.servers.items()}
        for index, handshake in self.handshakes.items():
            values = found[self.places[index].server]
            self.handshakes[index] = replace(handshake, nodelay=all(values) if values else None)

    def _warm(self) -> None:
        """Warm every cell and find the length of its slices; then freeze what the drivers hold by now."""
        for index in self.live(self.handshakes):
            workload, each = self.plan.cells[index].workload, self._warm_up(index)
            if not each:
                continue
            length = lead_of(workload, each), count_of(workload, self.plan.pace, each)
            planned = turns_of(self.plan, index)
            self.lengths[index] = length
            self.kept[index] = {*spread_over(turns_within(workload, each, length, planned), planned)}
        for driver in self.live_drivers():
            self.ask_freely(driver, messages.Freeze(), messages.Done)

    def _interleave(self) -> None:
        turns = blocks(self.plan, self.number)
        total, done, coming = sum(map(len, turns)), 0, Counter[int]()
        for block in turns:
            for index in block:
                done += 1
                coming[index] += 1
                if index in self.failed or coming[index] - 1 not in self.kept[index]:
                    continue
                taken = self._turn(index)
                if taken:
                    self.slices.setdefault(index, []).append(taken)
                    medians = self.medians.setdefault(index, [])
                    bisect.insort(medians, taken.median)
                    self.on_event(Turn(self.number, done, total, index, medians[len(medians) // 2]))

    def _warm_up(self, index: int) -> float:
        """Warm a cell, and return how many ns each message takes; 0 where it failed."""
        workload = self.plan.cells[index].workload
        each = pace_of(workload, lambda: self._slice_each(index, *taste_of(workload)))
        if each and not is_far(workload, each):
            each = self._slice_each(index, lead_of(workload), first_count(workload))
            more = warm_count(each, workload) if each else 0
            each = self._slice_each(index, lead_of(workload), more) if more else each
        return each

    def _slice_each(self, index: int, lead: int, count: int) -> float:
        """Take a slice, and return how many ns each message took; 0 where it failed."""
        taken = self._slice(index, lead, count)
        return taken.elapsed / taken.timed if taken else 0.0

    def _turn(self, index: int) -> Slice | None:
        """Take a turn; one of throughput that others disturbed anew, and keep the least disturbed."""
        taken = self._slice(index, *self.lengths[index])
        if self.plan.cells[index].workload.goal == "latency":
            return taken  # the median of its slice does not mind
        for _ in range(AGAIN):
            if taken is None or not is_disturbed(taken):
                break
            self.repeated[index] += 1
            another = self._slice(index, *self.lengths[index])
            taken = another and min(taken, another, key=lambda one: one.lost / one.busy)
        return taken

    def _slice(self, index: int, lead: int, count: int) -> Slice | None:
        with self.server_at(index).watched():
            return self.command(index, messages.Exchange(index, lead, count), Slice)

    def _close_many(self) -> None:
        """Close each cell of many connections whose server's memory is known, and see what is left of it."""
        for index in self.live(self.costs):
            driver, cost = self.drivers[self.places[index].driver], self.costs[index]
            if cost.steps:
                closed = self.ask_freely(driver, messages.CloseCell(index), messages.CellClosed)
                self.costs[index] = replace(cost, held=closed and closed.held)
