"""`compare`, and what `check` shares with it: measure to decide, and say it wherever it is read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from msgspec.structs import replace

from ..errors import UsageError
from ..facts.counts import CountFacts, unlike_counts
from ..plan.margins import Gates, margins_of_counts
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
    by = chosen_bys(by)
    gates = read_gates(margins_of_counts(wishes.margins) if by == ("count",) else wishes.margins)
    files = [Path(word) for word in words.servers if names_results(word)]
    if wishes.flame and (files or "count" not in by):
        raise UsageError("--flame draws what is counted now: servers, and --by count")
    if files and len(files) != len(words.servers):
        raise UsageError("compare servers with servers, or result files with result files")
    if files and (null or words != Words(servers=words.servers)):
        left_out = "--null" if null else "--client, --size and the like"
        raise UsageError(f"result files say themselves what was measured: leave {left_out} out")
    if files:
        return _compare_files(found(files), gates, wishes)
    prepare(wishes)
    words = replace(words, flame=bool(wishes.flame))
    if null and "count" in by:
        raise UsageError("--null: counts of a second BASE are the same; leave it out")
    chance = seed_or_random(seed)
    counting = make_count_comparison(words, gates, seed) if "count" in by else None
    plan = make_client_comparison(words, gates, chance, null=null) or make_comparison(
        words, gates, chance, null=null
    )
    return measure_by(by, plan, counting, "compare", wishes)


def _compare_files(files: Sequence[Path], gates: Gates, wishes: Wishes) -> int:
    if len(files) < 2:
        raise UsageError("a comparison of files needs two: wsbench compare old.jsonl new.jsonl")
    runs = [read_finished(path) for path in files]
    prepare(wishes, files)
    names = [Names(short_name(files[0]), short_name(file)) for file in files[1:]]
    judged = [_judge_pair(runs[0], one, gates, name) for one, name in zip(runs[1:], names, strict=True)]
    whole = Judgement(
        verdicts=tuple(verdict for one in judged for verdict in one.verdicts),
        rule="; ".join(dict.fromkeys(one.rule for one in judged)),
        notices=tuple(dict.fromkeys(notice for one in judged for notice in one.notices)),
        unmatched=tuple(dict.fromkeys(cell for one in judged for cell in one.unmatched)),
    )
    return publish(whole, runs[-1], wishes, runs[:-1])


def _judge_pair(base: AnyRun, candidate: AnyRun, gates: Gates, names: Names) -> Judgement:
    if isinstance(base, CountRun) and isinstance(candidate, CountRun):
        unlike = unlike_counts(base, candidate)
        return judge_stored_counts(CountFacts(base), CountFacts(candidate), gates, names, unlike)
    if isinstance(base, LoadRun) and isinstance(candidate, LoadRun):
        return judge_load(base, candidate, gates, names)
    if isinstance(base, Run) and isinstance(candidate, Run):
        return judge_stored(base, [], candidate, gates, names)
    raise UsageError("compare files of one kind: servers side by side, load runs, or counts")
