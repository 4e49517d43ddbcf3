"""The stored sessions of a baseline: which of the files in a folder `check` goes by."""

from __future__ import annotations

from pathlib import Path

from ..analysis.run import analyse
from ..errors import UsageError
from ..facts.provenance import fingerprint
from ..machine.cpus import choose_cores
from ..machine.system import describe
from ..records.run import Run
from ..storage.naming import is_file, results_in
from ..storage.results import StoreError, read_run
from ..storage.writing import STANDARD
from .publish import read

LABEL = "baseline"
"""What stored sessions are called."""


def read_baseline(baseline: Path) -> tuple[Run, list[Run]]:
    """Return the session to hold today's code against, and those beside it, oldest first.

    A file that is named is the one; in a folder it is the newest of this kind of machine, or if there is
    none, the newest. Raises `UsageError`.
    """
    if is_file(baseline):
        named = read(baseline)
        if not is_session(named):
            raise UsageError(f"{baseline} was stopped or is INVALID; wsbench report says why")
        return named, [] if baseline == STANDARD else sessions_in(baseline.parent, besides=baseline)
    stored = sessions_in(baseline)
    if not stored:
        raise UsageError(f"there is no baseline in {baseline}: wsbench check --save --baseline {baseline}")
    here = fingerprint(describe(choose_cores()))
    ours = [one for one in stored if fingerprint(one.header.environment) == here]
    return (ours or stored)[-1], stored


def sessions_in(folder: Path, besides: Path | None = None) -> list[Run]:
    """Return what `check --save` has stored in a folder, oldest first.

    What was stopped, is invalid or can't be read is left out: it says nothing, and others do.
    """
    found = []
    for file in results_in(folder):
        try:
            run = read_run(file)
        except StoreError:
            continue
        if file != besides and run.header.label == LABEL and is_session(run):
            found.append(run)
    return found


def is_session(run: Run) -> bool:
    """Whether a run came to its end, and no control failed."""
    return bool(run.rounds) and run.closing is not None and not run.interrupted and not analyse(run).invalid
