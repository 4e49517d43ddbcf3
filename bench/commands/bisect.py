"""`bisect`: at which releases or commits the work per message changed."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from .. import output
from ..environments import kept
from ..environments.availability import provide_all
from ..environments.history import Candidate, candidates_between
from ..errors import UsageError
from ..exits import FINE, STOPPED
from ..facts.counts import CountFacts
from ..plan.margins import as_share
from ..planning.count import make_count_of_one
from ..planning.workloads import Words
from ..report.bisect import FORMATS, Searched
from ..stats.bisection import next_index
from ..targets.catalogue import choose
from ..targets.spec import ServerSpec
from ..targets.spec_parser import read_spec
from ..workflow.count import measure_counts, require_instructions
from ..workflow.measure import printer


class UncountableError(Exception):
    """A candidate has no count; the message says why."""


Count = Callable[[ServerSpec], float]
"""Counts the instructions per message of a server that is there.

Raises `UncountableError`, or `KeyboardInterrupt`."""

Say = Callable[[str], None]


def bisect_and_report(  # noqa: PLR0913  # what the command line says
    good: str, bad: str, words: Words, *, margin: float, seed: int | None, form: str, quiet: bool
) -> int:
    """Search from one release or commit to another, print the changes; return the exit code.

    `margin` is in percent. Raises `UsageError`.
    """
    choose("format", form, FORMATS)
    share, say = as_share(margin, "--margin"), printer(quiet=quiet)
    first, last = (_one(text, words) for text in (good, bad))
    plan = make_count_of_one(words, first, seed)
    require_instructions()
    candidates = candidates_between(first, last)

    def count(spec: ServerSpec) -> float:
        run = measure_counts(make_count_of_one(words, spec, seed), label="bisect", out=None, quiet=True)
        if run.interrupted:
            raise KeyboardInterrupt
        facts = CountFacts(run)
        found = facts.estimate(0, "instructions")
        if found is None:
            raise UncountableError(facts.failures[0].reason if facts.failures else "it was not counted")
        return found.value

    unit = "release" if first.version else "commit"
    what = (first.library, unit, str(plan.cells[0].workload))
    found = search(what, candidates, share, count, say)
    if len(found.counts) < 2 and found.finished:
        told = f"{len(found.counts) or 'none'} of {len(candidates)} {unit}s can be counted"
        raise UsageError(f"{told}, which is too few: {next(iter(found.skipped.values()))}")
    output.write(FORMATS[form](found))
    return FINE if found.finished else STOPPED


def _one(text: str, words: Words) -> ServerSpec:
    specs = read_spec(text, words.axes)
    if len(specs) > 1:
        raise UsageError(f"{text}: it is searched with one event loop and one interpreter: name one of each")
    return specs[0]


def search(
    what: tuple[str, str, str], candidates: Sequence[Candidate], margin: float, count: Count, say: Say
) -> Searched:
    """Count candidates until all changes are found, or Ctrl-C; environments made for that are removed.

    `what` are library, unit and workload, `margin` is a share; `say` hears of each candidate.
    """
    counts: dict[int, float] = {}
    skipped: dict[int, str] = {}
    finished = True
    with _made_meanwhile(say) as provided:
        try:
            while (
                index := next_index(len(candidates), {**counts, **dict.fromkeys(skipped)}, math.log1p(margin))
            ) is not None:
                one = candidates[index]
                try:
                    counts[index] = count(provided(one.spec))
                    say(f"{one.name}: {counts[index]:,.0f} instructions")
                except UncountableError as problem:
                    skipped[index] = str(problem)
                    say(f"{one.name} is skipped: {problem}")
        except KeyboardInterrupt:
            finished = False
    names, subjects = zip(*((one.name, one.subject) for one in candidates), strict=True)
    return Searched(*what, names, subjects, margin, counts, skipped, finished)


@contextmanager
def _made_meanwhile(say: Say) -> Iterator[Callable[[ServerSpec], ServerSpec]]:
    """Yield what provides a server, and remove at the end what environments that made."""
    made: dict[Path, None] = {}

    def provided(spec: ServerSpec) -> ServerSpec:
        before = {*kept.kept()}
        try:
            (found,) = provide_all([spec], say)
        except UsageError as problem:
            raise UncountableError(str(problem)) from None
        environment = kept.environment_of(found.executable)
        if environment and environment not in before:
            made[environment] = None
        return found

    try:
        yield provided
    finally:
        kept.remove(made, say)
