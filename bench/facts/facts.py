"""One run, read once: what is worked out of its records is kept for whoever asks again."""

from __future__ import annotations

from functools import cache, cached_property

from ..plan.run import Cell
from ..records.common import Failure, Proof
from ..records.run import CellRecord, Run
from ..stats.estimate import Estimate
from . import cell_values
from .cell_values import Records
from .notices import Notice
from .starvation import starvation_of
from .validity import CONTRADICTION, limit_of, notices_of


class Facts:
    """The facts of a run; cells are named by their index in the plan.

    Nothing here changes once the run is given: every answer is worked out when it is first asked for.
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        self.plan = run.header.plan
        self.cells = self.plan.cells
        self.estimates = cache(self._estimates)
        self.limit = cache(self._limit)
        self.starvation = cache(self._starvation)

    @cached_property
    def records(self) -> dict[int, Records]:
        """The records of each cell by the number of the round."""
        found: dict[int, dict[int, CellRecord]] = {index: {} for index in range(len(self.cells))}
        for one in self.run.rounds:
            for record in one.cells:
                found[record.cell][one.number] = record
        return {**found}

    @cached_property
    def failures(self) -> dict[int, Failure]:
        """Why cells have no number."""
        closing = self.run.closing
        found = {failure.cell: failure for one in self.run.rounds for failure in one.failures}
        return found | {failure.cell: failure for failure in (closing.failures if closing else ())}

    def failed_in(self, index: int) -> int:
        """Return the number of the round in which a cell failed, from 1 on; 0 where it never was in one."""
        if index not in self.failures or not self.records[index]:
            return 0
        rounds = (one.number for one in self.run.rounds if any(found.cell == index for found in one.failures))
        return next(rounds, len(self.run.rounds)) + 1

    @cached_property
    def proofs(self) -> dict[str, Proof]:
        """What each server was, as its process reported it first; those that never ran are missing."""
        found: dict[str, Proof] = {}
        for one in self.run.rounds:
            found = one.servers | found
        return found

    @cached_property
    def notices(self) -> tuple[Notice, ...]:
        """Every notice of the run, failed controls first."""
        return notices_of(self.run, self.records, self.failures)

    @property
    def invalid(self) -> str:
        """Why the whole run is invalid, "" where no control failed."""
        return next((notice.text for notice in self.notices if notice.invalid), "")

    def _estimates(self, index: int) -> dict[str, Estimate]:
        """Return every metric of a cell that all its rounds have."""
        return cell_values.estimates(self.records[index], self.cells[index].workload)

    def _limit(self, index: int) -> str:
        """Return which side of a cell was at its limit, as `limit_of` does; "" without a record."""
        records, cell = self.records[index], self.cells[index]
        cores = self.plan.spec_of(cell.server).core_count
        return limit_of(records, cell.workload, cores) if records else ""

    def cell_of(self, index: int, server: str) -> int:
        """Return the cell that differs in the server alone. Raises `ValueError` where there is none."""
        cell = self.cells[index]
        return self.cells.index(Cell(server, cell.client, cell.workload))

    def _starvation(self, index: int) -> str:
        """Return how a cell's connections were starved, as `starvation_of` does."""
        return starvation_of(self.records[index], self.cells[index].workload)

    def void(self, index: int) -> str:
        """Return why a cell's numbers say nothing of its server, "" if they do."""
        failure, server = self.failures.get(index), self.cells[index].server
        if failure:
            return failure.reason
        if self.limit(index) == "invalid":
            return f"{server}: its rate and its round trips contradict each other: {CONTRADICTION}"
        starved = self.starvation(index)
        return f"{server} starved connections: {starved}" if starved else ""

    def unfit(self, index: int) -> str:
        """Return why no ratio can be made of a cell's numbers, "" if one can: `void`, or a lower bound."""
        if self.limit(index) == "client" and index not in self.failures:
            return f"the client was the limit with {self.cells[index].server}"
        return self.void(index)
