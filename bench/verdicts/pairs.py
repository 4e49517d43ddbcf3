"""What is compared with what in a run: two servers under each client, or two clients of one server."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

import msgspec

from ..plan.margins import Comparison
from ..plan.run import Cell

Role = Literal["server", "client"]


def other_than(role: Role) -> Role:
    """Return who is at the other end of the connection."""
    return "client" if role == "server" else "server"


class Pair(NamedTuple):
    """Base and candidate, by their labels; of clients also the server that both drive."""

    base: str
    candidate: str
    role: Role = "server"
    server: str = ""

    def before(self, cell: Cell) -> Cell | None:
        """Return the base's cell for one of the candidate's, None for any other."""
        return self._moved(cell, self.candidate, self.base)

    def after(self, cell: Cell) -> Cell | None:
        """Return the candidate's cell for one of the base's, None for any other."""
        return self._moved(cell, self.base, self.candidate)

    def among(self, cells: Sequence[Cell]) -> Iterator[tuple[int, int]]:
        """Yield where the base's and the candidate's cell stand, for each that both have."""
        for index, cell in enumerate(cells):
            before = self.before(cell)
            if before and before in cells:
                yield cells.index(before), index

    def _moved(self, cell: Cell, label: str, other: str) -> Cell | None:
        if self.role == "server":
            return msgspec.structs.replace(cell, server=other) if cell.server == label else None
        mine = (cell.server, cell.client) == (self.server, label)
        return msgspec.structs.replace(cell, client=other) if mine else None


def pairs_of(comparison: Comparison) -> Iterator[Pair]:
    """Yield the pairs of a comparison."""
    for base, candidate in comparison.clients:
        yield Pair(base, candidate, "client", comparison.pairs[0][0])
    if not comparison.clients:
        yield from (Pair(base, candidate) for base, candidate in comparison.pairs)
