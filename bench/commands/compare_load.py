"""`compare` at rates: servers loaded in turns, the verdict of pairs of rounds, and what each had to keep."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from .. import output
from ..analysis.load import LoadAnalysis, analyse_load
from ..errors import UsageError
from ..exits import FINE, INVALID, OPEN, REGRESSED, STOPPED
from ..facts.notices import Notice
from ..planning.load import LoadWords
from ..planning.load_comparison import make_load_comparison
from ..planning.workloads import Words
from ..report.load import threshold_headline
from ..storage.settings import read_gates
from ..verdicts.baseline import Names
from ..verdicts.load import judge_load
from ..workflow.load.turns import measure_in_turns
from ..workflow.publish import Wishes, prepare, publish
from ..workflow.values import seed_or_random
from .compare import whole_of


def compare_load_and_report(
    words: Words, pace: LoadWords, wishes: Wishes, *, seed: int | None, null: bool, by: Sequence[str]
) -> int:
    """Load servers in turns, the first against each other one; return the exit code. Raises `UsageError`."""
    if null or tuple(by) != ("time",) or wishes.flame:
        raise UsageError("--null, --by count and --flame: leave them out with --rate, --stage or --slo")
    gates = read_gates(wishes.margins)
    plans = make_load_comparison(words, pace, seed_or_random(seed))
    prepare(wishes)
    runs = measure_in_turns(plans, label="compare", out=wishes.out, quiet=wishes.quiet)
    found = list(map(analyse_load, runs))
    for run, one in zip(runs, found, strict=True):
        if not run.rounds:
            output.tell(f"wsbench: {one.headline}")
            return STOPPED if run.interrupted else INVALID
    judged = whole_of([judge_load(runs[0], one, gates, Names("")) for one in runs[1:]])
    judged = replace(judged, notices=(*_kept(found), *judged.notices))
    code = publish(judged, runs[-1], wishes, runs[:-1])
    if any(run.interrupted for run in runs):
        return STOPPED
    return REGRESSED if code in {FINE, OPEN} and _missed(found[1:]) else code


def _kept(found: Sequence[LoadAnalysis]) -> Iterator[Notice]:
    """Say of each server what came of the thresholds."""
    for one in found:
        if said := threshold_headline(one):
            yield Notice(f"{one.plan.server.label}: {said.removesuffix('.')}")


def _missed(found: Sequence[LoadAnalysis]) -> bool:
    """Whether a candidate missed a threshold; what the base misses is no fault of theirs."""
    return any(judged.outcome == "missed" for one in found for judged in one.thresholds)
