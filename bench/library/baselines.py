"""Baselines of tests: stored when there is none, or a new one is asked for; else held against."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..commands.compare import gates_by
from ..errors import UsageError
from ..planning.count import make_count_plan
from ..planning.profiles import GATE
from ..planning.run import make_session
from ..records.count import CountRun
from ..records.run import Run
from ..storage.naming import results_in
from ..storage.results import Store, read_any
from ..targets.spec_parser import read_specs
from ..verdicts.sessions import LEAST_SESSIONS
from ..workflow.count import hold_counts, measure_counts
from ..workflow.measure import measure
from ..workflow.sessions import LABEL, judge_against, read_baseline, unsound
from ..workflow.shown import AnyRun, shown_of, shown_with
from ..workflow.values import seed_or_random
from .calls import require_whole
from .options import Margins, margin_words, words_of
from .result import Result, result_of
from .standing import Standing

HOW = "pytest --wsbench-save"


def held_against(  # noqa: PLR0913  # what a test says
    word: str,
    folder: Path,
    by: str,
    margin: Margins | None,
    options: Mapping[str, Any],
    *,
    strict: bool,
    standing: Standing | None,
    told: list[str],
) -> Result:
    """Measure a service and judge it against the baseline in a folder, or store that. Raises `UsageError`."""
    gates = gates_by((by,), margin_words(margin))
    stored = results_in(folder) if folder.is_dir() else []
    saves = not stored or bool(standing and standing.save)
    if saves and standing and standing.strict_first and not standing.save:
        raise UsageError(f"there is no baseline in {folder}: {HOW} stores it, to be kept with the tests")
    if by == "count":
        plan = make_count_plan(words_of([word], {"depth": 1, **options}), ("instructions",), None)
        if saves:
            counted = measure_counts(plan, label=LABEL, out=None, quiet=True)
            return _saved(counted, folder, stored, standing, told)
        base = read_any(stored[-1])
        if not isinstance(base, CountRun):
            raise UsageError(f"{stored[-1]} holds no counts: by='time', or {HOW}")
        decided = hold_counts(base, plan, gates, out=None, quiet=True)
        require_whole(decided.interrupted)
        shown = shown_with(decided.judgement, [base, decided.run], typed=())
        return result_of(shown, tuple(told), strict=strict)
    words = words_of([word], options)
    session = make_session(words, read_specs(words.servers, words.axes), GATE, seed_or_random(None))
    now = measure(session, label=LABEL if saves else "check", out=None, quiet=True)
    if saves:
        return _saved(now, folder, [], standing, told)
    require_whole(now.interrupted)
    older, sessions = read_baseline(folder)
    judgement = judge_against(older, sessions, now, gates)
    return result_of(shown_with(judgement, [older, now], typed=()), tuple(told), strict=strict)


def _saved(
    run: Run | CountRun, folder: Path, replaced: list[Path], standing: Standing | None, told: list[str]
) -> Result:
    """Store a baseline, tell it, and remove those it replaces. Raises `UsageError` where it is none."""
    require_whole(run.interrupted)
    if problem := _unfit(run):
        raise UsageError(f"no baseline is stored: the service {problem}")
    path = _store(run, folder)
    for old in replaced:
        old.unlink(missing_ok=True)
    more = f"; by time {LEAST_SESSIONS} of them see small changes" if isinstance(run, Run) else ""
    line = f"stored a baseline, nothing was held against one: {path}{more}"
    told.append(line)
    if standing:
        standing.tell(line)
    return result_of(shown_of(run, typed=()), tuple(told))


def _unfit(run: Run | CountRun) -> str:
    if isinstance(run, Run):
        return unsound(run)
    failures = [failure.reason for failure in (run.closing.failures if run.closing else ())]
    return f"could not be counted: {failures[0]}" if failures or not run.rounds else ""


def _store(run: AnyRun, folder: Path) -> Path:
    """Write a run that is finished into a folder; return its file. Raises `UsageError`."""
    store = Store(folder, run.header)
    for line in (*run.rounds, *([run.closing] if run.closing else [])):
        store.append(line)
    assert store.path  # a run that is finished has a round
    return store.path
