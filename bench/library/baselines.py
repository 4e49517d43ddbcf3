"""Baselines of tests: stored when there is none, or a new one is asked for; else held against."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from ..commands.compare import gates_by
from ..errors import UsageError
from ..plan.margins import Gates
from ..plan.storable import storable
from ..planning.count import make_count_plan
from ..planning.profiles import GATE
from ..planning.run import make_session
from ..records.count import CountRun
from ..records.run import Run
from ..storage.naming import results_in
from ..storage.results import Store, read_any
from ..targets.spec_parser import read_specs
from ..verdicts.judgement import Judgement
from ..verdicts.sessions import LEAST_SESSIONS
from ..workflow.count import hold_counts, measure_counts
from ..workflow.measure import measure
from ..workflow.sessions import LABEL, judge_against, read_baseline, unsound
from ..workflow.shown import AnyRun, shown_of, shown_with
from ..workflow.values import seed_or_random
from .calls import require_whole
from .options import Margins, margin_words, words_of
from .result import Result, result_of
from .service import with_last_words
from .standing import Standing

HOW = "pytest --wsbench-save"


class Asked(NamedTuple):
    """What is to be held against a baseline: a service, the folder of that, and what a test says of both."""

    word: str
    folder: Path
    options: Mapping[str, Any] = {}
    margin: Margins | None = None
    strict: bool = False
    standing: Standing | None = None

    @property
    def stored(self) -> list[Path]:
        """The result files in the folder, the oldest first."""
        return results_in(self.folder) if self.folder.is_dir() else []


def held_against(asked: Asked, by: str, told: list[str]) -> Result:
    """Measure a service and judge it against its baseline, or store that. Raises `UsageError`."""
    gates, standing = gates_by((by,), margin_words(asked.margin)), asked.standing
    saves = not asked.stored or bool(standing and standing.save)
    if saves and standing and standing.strict_first and not standing.save:
        raise UsageError(
            f"there is no baseline in {asked.folder}: {HOW} stores it, to be kept with the tests"
        )
    judgement, runs = (
        _by_count(asked, gates, saves=saves) if by == "count" else _by_time(asked, gates, saves=saves)
    )
    require_whole(*(one.interrupted for one in runs))
    if judgement is None:
        return _saved(runs[-1], asked, told)
    return result_of(shown_with(judgement, runs, typed=()), tuple(told), strict=asked.strict)


Held = tuple[Judgement | None, list[Run | CountRun]]
"""What was decided, None where there was nothing to hold it against; and the runs, today's last."""


def _by_count(asked: Asked, gates: Gates, *, saves: bool) -> Held:
    """Count a service as a test says. Raises `UsageError`."""
    plan = make_count_plan(words_of([asked.word], {"depth": 1, **asked.options}), ("instructions",), None)
    if saves:
        return None, [measure_counts(plan, label=LABEL, out=None, quiet=True)]
    base = read_any(asked.stored[-1])
    if not isinstance(base, CountRun) or not {*storable(plan).cells} & {*base.header.plan.cells}:
        raise UsageError(f"{asked.stored[-1]} is of another service, or of other messages: {HOW}")
    decided = hold_counts(base, plan, gates, out=None, quiet=True)
    return decided.judgement, [base, decided.run]


def _by_time(asked: Asked, gates: Gates, *, saves: bool) -> Held:
    """Measure a session of a service as a test says. Raises `UsageError`."""
    words = words_of([asked.word], asked.options)
    session = make_session(words, read_specs(words.servers, words.axes), GATE, seed_or_random(None))
    now = measure(session, label=LABEL if saves else "check", out=None, quiet=True)
    if saves or now.interrupted:
        return None, [now]
    base, sessions = read_baseline(asked.folder)
    return judge_against(base, sessions, now, gates), [base, now]


def _saved(run: Run | CountRun, asked: Asked, told: list[str]) -> Result:
    """Store a baseline and tell it; of counts one is kept. Raises `UsageError` where it can't be one."""
    if problem := _unfit(run):
        raise UsageError(f"no baseline is stored: the service {problem}")
    replaced, path = asked.stored, _store(run, asked.folder)
    for old in replaced if isinstance(run, CountRun) else ():
        old.unlink(missing_ok=True)
    more = f"; by time {LEAST_SESSIONS} of them see small changes" if isinstance(run, Run) else ""
    line = f"stored a baseline, nothing was held against one: {path}{more}"
    told.append(line)
    if asked.standing:
        asked.standing.tell(line)
    return result_of(shown_of(run, typed=()), tuple(told))


def _unfit(run: Run | CountRun) -> str:
    """Return why a run is no baseline, with the last words of a service that failed; "" where it is one."""
    failures = run.closing.failures if run.closing else ()
    if isinstance(run, Run):
        problem = unsound(run)
    else:
        problem = f"could not be counted: {failures[0].reason}" if failures else ""
    return with_last_words(problem, failures[0].stderr) if problem and failures else problem


def _store(run: AnyRun, folder: Path) -> Path:
    """Write a run that is finished into a folder; return its file. Raises `UsageError`."""
    store = Store(folder, run.header)
    for line in (*run.rounds, *([run.closing] if run.closing else [])):
        store.append(line)
    assert store.path  # a run that is finished has a round
    return store.path
