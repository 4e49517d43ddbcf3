"""The stored sessions of a baseline: which of the files in a folder `check` goes by."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from ..errors import UsageError
from ..facts.conditions import machine_differences
from ..facts.facts import Facts
from ..machine.cpus import choose_cores
from ..machine.system import describe
from ..plan.margins import Gates
from ..records.run import Run
from ..storage.naming import is_file, results_in
from ..storage.reading import name_of
from ..storage.results import StoreError, read_run
from ..storage.writing import STANDARD
from ..verdicts.baseline import Names, judge_stored
from ..verdicts.judgement import Judgement
from .publish import read

LABEL = "baseline"
"""What stored sessions are called."""

SHOWN = 3
"""How many files an error names at most; it is one line."""


class Sessions(NamedTuple):
    """The sessions in a folder, oldest first, and why its other result files are none, by their names."""

    runs: list[Run]
    left_out: dict[str, str]

    def lines(self, folder: Path) -> list[str]:
        """Say how many files are left out, and of each why."""
        if not self.left_out:
            return []
        count = len(self.left_out)
        of_all = count + len(self.runs)
        head = f"{count} of {of_all} result files in {folder} {'is' if count == 1 else 'are'} left out:"
        return [head, *(f"  {name} {why}" for name, why in self.left_out.items())]


def read_baseline(baseline: Path, named: Run | None = None) -> tuple[Run, Sessions]:
    """Return the session to hold today's code against, and those beside it.

    A file that is named is the one, whatever verb stored it; in a folder it is the newest session of this
    kind of machine, or if there is none, the newest. `named` is what a file holds that was read already, for
    standard input can be read once. Raises `UsageError`.
    """
    if is_file(baseline):
        named = named or read(baseline)
        if problem := unsound(named):
            raise UsageError(f"{name_of(baseline)} {problem}; wsbench report {baseline} says more")
        return named, Sessions([], {}) if baseline == STANDARD else sessions_in(baseline.parent, baseline)
    stored = sessions_in(baseline)
    if not stored.runs:
        raise UsageError(_nothing_in(baseline, stored.left_out))
    here = describe(choose_cores())
    ours = [one for one in stored.runs if not machine_differences(one.header.environment, here)]
    return (ours or stored.runs)[-1], stored


def _nothing_in(folder: Path, left_out: dict[str, str]) -> str:
    """Say in one line that a folder has no session, why what is there is none, and what to do."""
    sound = [file for file in results_in(folder) if (run := _run_of(file)) and not unsound(run)]
    named = f", or name a result: wsbench check --baseline {sound[-1]}" if sound else ""
    text = f"there is no baseline in {folder}: wsbench check --save --baseline {folder}{named}"
    shown = [f"{name} {why}" for name, why in left_out.items()][:SHOWN]
    more = [f"{len(left_out) - SHOWN} more"] if len(left_out) > SHOWN else []
    return f"{text}; left out: {'; '.join([*shown, *more])}" if shown else text


def sessions_in(folder: Path, besides: Path | None = None) -> Sessions:
    """Return what `check --save` has stored in a folder.

    What was stopped, is invalid or can't be read is left out: it says nothing, and others do. So are results
    of other verbs, which were made otherwise; beside a file that was named (`besides`) they are no matter.
    """
    runs, left_out, others = list[Run](), dict[str, str](), list[str]()
    for file in results_in(folder):
        if file == besides:
            continue
        try:
            run = read_run(file)
        except StoreError as unreadable:
            left_out[file.name] = f"can't be used ({unreadable})"
            others.append(file.name)
            continue
        label = run.header.label
        made = f'is called "{label}": check --save did not store it' if label != LABEL else ""
        if problem := made or unsound(run):
            left_out[file.name] = problem
            others += [file.name] if made else []
        else:
            runs.append(run)
    return Sessions(runs, {name: why for name, why in left_out.items() if not besides or name not in others})


def _run_of(file: Path) -> Run | None:
    try:
        return read_run(file)
    except StoreError:
        return None


def unsound(run: Run) -> str:
    """Return why a run is no baseline, "" where it came to its end and no control failed."""
    if not run.rounds:
        return "holds no finished round"
    if run.closing is None:
        return "was cut off before its end"
    if run.interrupted:
        return "was stopped before its end"
    facts = Facts(run)
    reasons = [facts.invalid] if facts.invalid else []
    reasons += [f"{facts.cells[cell].server}: {one.reason}" for cell, one in facts.failures.items()]
    reasons += [
        f"{cell}: its rate and its latency contradict each other"
        for index, cell in enumerate(facts.cells)
        if facts.limit(index) == "invalid"
    ]
    return f"is INVALID: {reasons[0]}" if reasons else ""


def judge_against(base: Run, stored: Sessions, now: Run, gates: Gates) -> Judgement:
    """Hold a run against a baseline and the sessions beside it; what nobody asked for is not lost."""
    judged = judge_stored(base, stored.runs, now, gates, Names("the baseline"))
    asked = tuple(cell for cell in judged.unmatched if cell.what != "lost")
    return replace(judged, unmatched=asked)
