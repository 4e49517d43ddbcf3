"""Who may read what is written: files that tell of a target of the user's are their owner's alone."""

from __future__ import annotations

from ..plan.count import CountPlan
from ..plan.load import LoadPlan
from ..plan.run import Plan

OWNERS, ANYBODYS = 0o600, 0o666
"""Modes of new files, less the umask."""


def mode_for(*plans: Plan | LoadPlan | CountPlan) -> int:
    """Return the mode of a new file that says what came of some plans.

    A URL or a command may say where something private is; what it printed stands in the file, too.
    """
    theirs = any(not spec.started_by_us for plan in plans for spec in plan.servers)
    return OWNERS if theirs else ANYBODYS
