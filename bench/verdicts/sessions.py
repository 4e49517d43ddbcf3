"""Which runs may be held against each other: the same code, made alike, with sound numbers."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from ..facts.conditions import condition_differences
from ..facts.facts import Facts
from ..facts.notices import Notice
from ..facts.provenance import clients_of, differences, proof_of, wait_of
from ..plan.run import MS, Cell, Pace
from ..records.run import Header, Run
from ..targets.catalogue import YARDSTICK
from .judgement import Unmatched

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


def unmatched(base: Run, now: Run) -> list[Unmatched]:
    """Return the cells that only one of two runs has; the same server under another label is renamed."""
    then, after = contested(base), contested(now)
    lost = [cell for cell in then if cell not in after]
    found: list[Unmatched] = []
    for cell in (one for one in after if one not in then):
        before = next((one for one in lost if _is_renamed(base, one, now, cell)), None)
        if before:
            lost.remove(before)
            found.append(Unmatched(str(before), "renamed", str(cell)))
        else:
            found.append(Unmatched(str(cell), "added"))
    return [*(Unmatched(str(cell), "lost") for cell in lost), *found]


def _is_renamed(base: Run, before: Cell, now: Run, after: Cell) -> bool:
    """Whether two cells differ in nothing but the label of their server."""
    one, other = base.header.plan.spec_of(before.server), now.header.plan.spec_of(after.server)
    same = msgspec.structs.replace(one, label=other.label) == other
    return same and (before.client, before.workload) == (after.client, after.workload)


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
    before, after = stored.header, now.header
    if wait_of(stored) != wait_of(now):
        return "wire sleeps between replies in one of them and polls in the other"
    if differing := condition_differences(stored, now):
        return differing
    if before.wsbench != after.wsbench:
        return f"measured by wsbench {before.wsbench}, now {after.wsbench}"
    names = [name for name in Pace.__struct_fields__ if _of(before, name) != _of(after, name)]
    paces = [
        f"{name.removesuffix('_ns').replace('_', ' ')} {_of(before, name)}, now {_of(after, name)}"
        for name in names
    ]
    return f"measured at another pace: {'; '.join(paces)}" if paces else ""


def _of(header: Header, name: str) -> str:
    """Return a field of a pace; times in ms."""
    value = getattr(header.plan.pace, name)
    return f"{value / MS:g} ms" if name.endswith("_ns") else f"{value:g}"


def left_out(one: Facts, base: Facts, now: Facts, cells: Sequence[Cell]) -> str:
    """Return why an older session is not one more of the base, "" if it is: same code, made alike, sound."""
    for label in sorted({cell.server for cell in cells}):
        mine, bases = one.proofs.get(label), base.proofs.get(label)
        if mine is None or bases is None:
            return f"{label} is not in it" if mine is None else f"{label} is not in the baseline"
        if differing := differences(mine, bases):
            return f"{label}: {differing}"
    lacking = next((cell for cell in cells if cell not in one.cells), None)
    voids = [unfit(one, cell, _yardstick_of(cell)) for cell in cells]
    return (
        unlike(one.run, now.run)
        or (f"{lacking} is not in it" if lacking else "")
        or one.invalid
        or next(filter(None, voids), "")
    )


def of_left_out(sessions: Sequence[tuple[Facts, str]]) -> list[Notice]:
    """Say which stored sessions are not made use of, and why: all that have a reason."""
    found = [(one.run.header.started, why) for one, why in sessions if why]
    return [Notice(f"the session of {started} is left out: {why}") for started, why in found]


def unfit(facts: Facts, *cells: Cell) -> str:
    """Return why no ratio can be made of the cells that a run has, "" if one can."""
    found = (facts.unfit(facts.cells.index(one)) for one in cells if one in facts.cells)
    return next(filter(None, found), "")


def _yardstick_of(cell: Cell) -> Cell:
    return msgspec.structs.replace(cell, server=YARDSTICK)
