"""`compare`, and what `check` shares with it: measure to decide, and say it wherever it is read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from msgspec.structs import replace

from ..errors import UsageError
from ..facts.counts import CountFacts, unlike_counts
from ..plan.count import CountPlan
from ..plan.margins import Gates, margins_of_counts
from ..plan.run import Plan
from ..planning.clients import make_client_comparison
from ..planning.count import make_count_comparison
from ..planning.run import make_comparison
from ..planning.workloads import Words
from ..records.count import CountRun
from ..records.load import LoadRun
from ..records.run import Run
from ..storage.naming import found, names_results, short_name
from ..storage.settings import read_gates
from ..targets.catalogue import choose
from ..verdicts.baseline import Names, judge_stored
from ..verdicts.counts import judge_stored_counts
from ..verdicts.judgement import Judgement
from ..verdicts.load import judge_load
from ..workflow.count import measure_by
from ..workflow.publish import Wishes, prepare, publish, read_finished
from ..workflow.shown import AnyRun
from ..workflow.values import seed_or_random

BYS = ("time", "count")


def chosen_bys(by: Sequence[str]) -> tuple[str, ...]:
    """Return what is to decide, each once. Raises `UsageError`."""
    return tuple(dict.fromkeys(choose("--by", one, BYS) for one in by))


def compare_and_report(
    words: Words, wishes: Wishes, *, seed: int | None, null: bool, by: Sequence[str] = ("time",)
) -> int:
    """Compare the first server with each other one, or the first client of one, or the first file.

    `by` says what decides: times, counted work, or both. Return the exit code. Raises `UsageError`.
    """
    by, files = chosen_bys(by), files_of(words, null=null)
    if wishes.flame and (files or "count" not in by):
        raise UsageError("--flame draws what is counted now: servers, and --by count")
    gates = gates_by(by, wishes.margins)
    if files:
        judgement, runs = read_compared(files, gates)
        prepare(wishes, files)
        return publish(judgement, runs[-1], wishes, runs[:-1])
    prepare(wishes)
    words = replace(words, flame=bool(wishes.flame))
    plan, counting = plans_of(words, gates, by=by, seed=seed, null=null)
    return measure_by(by, plan, counting, "compare", wishes)


def gates_by(by: Sequence[str], margins: Sequence[str]) -> Gates:
    """Return the margins; one for all is that of instructions where counts alone decide."""
    return read_gates(margins_of_counts(margins) if tuple(by) == ("count",) else margins)


def files_of(words: Words, *, null: bool = False) -> list[Path]:
    """Return the result files that are to be compared, [] where servers are. Raises `UsageError`."""
    files = [Path(word) for word in words.servers if names_results(word)]
    if files and len(files) != len(words.servers):
        raise UsageError("compare servers with servers, or result files with result files")
    if files and (null or words != Words(servers=words.servers)):
        left_out = "--null" if null else "--client, --size and the like"
        raise UsageError(f"result files say themselves what was measured: leave {left_out} out")
    if len(files) == 1:
        raise UsageError("a comparison of files needs two: wsbench compare old.jsonl new.jsonl")
    return found(files)


def plans_of(
    words: Words, gates: Gates, *, by: Sequence[str], seed: int | None, null: bool
) -> tuple[Plan, CountPlan | None]:
    """Return the plan of times and, where counts are to decide, that of counts. Raises `UsageError`."""
    if null and "count" in by:
        raise UsageError("--null: counts of a second BASE are the same; leave it out")
    chance = seed_or_random(seed)
    counting = make_count_comparison(words, gates, seed) if "count" in by else None
    plan = make_client_comparison(words, gates, chance, null=null) or make_comparison(
        words, gates, chance, null=null
    )
    return plan, counting


def read_compared(files: Sequence[Path], gates: Gates) -> tuple[Judgement, list[AnyRun]]:
    """Read result files; return the judgement of the first against each other one, and what they hold.

    Raises `UsageError`.
    """
    runs = [read_finished(path) for path in files]
    names = [Names(short_name(files[0]), short_name(file)) for file in files[1:]]
    judged = [_judge_pair(runs[0], one, gates, name) for one, name in zip(runs[1:], names, strict=True)]
    return whole_of(judged), runs


def whole_of(judged: Sequence[Judgement]) -> Judgement:
    """Return one judgement of all candidates."""
    return Judgement(
        verdicts=tuple(verdict for one in judged for verdict in one.verdicts),
        rule="; ".join(dict.fromkeys(one.rule for one in judged)),
        notices=tuple(dict.fromkeys(notice for one in judged for notice in one.notices)),
        unmatched=tuple(dict.fromkeys(cell for one in judged for cell in one.unmatched)),
    )


def _judge_pair(base: AnyRun, candidate: AnyRun, gates: Gates, names: Names) -> Judgement:
    if isinstance(base, CountRun) and isinstance(candidate, CountRun):
        unlike = unlike_counts(base, candidate)
        return judge_stored_counts(CountFacts(base), CountFacts(candidate), gates, names, unlike)
    if isinstance(base, LoadRun) and isinstance(candidate, LoadRun):
        return judge_load(base, candidate, gates, names)
    if isinstance(base, Run) and isinstance(candidate, Run):
        return judge_stored(base, [], candidate, gates, names)
    raise UsageError("compare files of one kind: servers side by side, load runs, or counts")
