"""Which runs may be held against each other: the same code, made alike, with sound numbers."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from ..facts.facts import Facts
from ..facts.notices import Notice
from ..facts.provenance import clients_of, differences, proof_of, same_conditions, wait_of
from ..plan.run import Cell
from ..records.run import Run
from ..targets.catalogue import YARDSTICK

LEAST_SESSIONS = 5


def too_weak(base: Run, now: Run, sessions: int) -> str:
    """Return why nothing can be predicted from the stored sessions, "" if it can."""
    if problem := unlike(base, now):
        return problem
    if sessions < LEAST_SESSIONS:
        return f"{sessions} of the {LEAST_SESSIONS} sessions that a prediction needs"
    fewer = len(now.rounds) < len(base.rounds)
    return f"{len(now.rounds)} rounds, and theirs had {len(base.rounds)}" if fewer else ""


def contested(run: Run) -> list[Cell]:
    """Return the cells of a run that are to be judged: all but those of yardstick and floor."""
    spec_of = run.header.plan.spec_of
    return [cell for cell in run.header.plan.cells if not spec_of(cell.server).in_every_run]


def missing(base: Run, now: Run) -> list[Notice]:
    """Say which cells only one of two runs has: nothing is said about those."""
    then, after = contested(base), contested(now)
    return [
        *(Notice(f"{cell}: not in the stored run, so not judged") for cell in after if cell not in then),
        *(Notice(f"{cell}: not in the new run, so not judged") for cell in then if cell not in after),
    ]


def unlike(stored: Run, now: Run) -> str:
    """Return why numbers of two runs can't be pooled or predicted from each other, "" if they can."""
    if problem := _made_otherwise(stored, now):
        return problem
    before, after = proof_of(stored, YARDSTICK), proof_of(now, YARDSTICK)
    if before is None or after is None:
        return "no yardstick in it"
    if differing := differences(before, after):
        return f"the yardstick itself ran with {differing}"
    for client, proof in clients_of(now).items():
        then = clients_of(stored).get(client, proof)
        if then != proof:
            return f"the client {client} was {then.version} on Python {then.python}, now {proof.version}"
    return ""


def _made_otherwise(stored: Run, now: Run) -> str:
    """Return in what two runs differ before any server is looked at, "" where they were made alike."""
    if wait_of(stored) != wait_of(now):
        return "wire sleeps between replies in one of them and polls in the other"
    if not same_conditions(stored, now):
        return "another machine, or other settings"
    if stored.header.wsbench != now.header.wsbench or stored.header.plan.pace != now.header.plan.pace:
        return "measured by another wsbench, or at another pace"
    return ""


def is_like(one: Facts, base: Facts, now: Facts, cells: Sequence[Cell]) -> bool:
    """Whether an older session is one more of the base: same code, made alike, with sound numbers."""
    labels = {cell.server for cell in cells}
    proofs = [(one.proofs.get(label), base.proofs.get(label)) for label in labels]
    return (
        not unlike(one.run, now.run)
        and all(a and b and not differences(a, b) for a, b in proofs)
        and all(cell in one.cells and not void(one, cell) for cell in cells)
        and not one.invalid
    )


def void(facts: Facts, cell: Cell) -> str:
    """Return why server / yardstick of a run says nothing, "" if it does."""
    pair = (cell, msgspec.structs.replace(cell, server=YARDSTICK))
    voids = (facts.void(facts.cells.index(one)) for one in pair if one in facts.cells)
    return next(filter(None, voids), "")
