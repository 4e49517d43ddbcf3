"""From a plan of counts to a stored run: what `count`, `compare --by count` and `check --by count` share."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from .. import hiding, output
from ..analysis.flame import drawings
from ..counting.tools import found
from ..environments.availability import provide_all
from ..environments.interpreters import ask
from ..errors import UsageError
from ..exits import STOPPED
from ..facts.counts import CountFacts, unlike_counts
from ..plan.count import CountPlan
from ..plan.margins import Gates
from ..plan.run import Plan
from ..plan.storable import storable
from ..records.count import CountHeader, CountRound, CountRun
from ..records.quoted import retold
from ..records.run import Run
from ..rendering.flame import svg
from ..runner.count import CountRunner
from ..storage.modes import mode_for
from ..verdicts.baseline import Names
from ..verdicts.counts import judge_counts, judge_stored_counts
from ..verdicts.judgement import Judgement
from ..verdicts.together import together
from .measure import following, head_of, measure, printer
from .publish import Wishes, judged, publish, write_result


def measure_counts(plan: CountPlan, *, label: str, out: Path | None, quiet: bool) -> CountRun:
    """Count what a plan asks for, with a progress bar; each round is stored in the folder `out`, if any.

    Instruments that are not here are left out, and told. Raises `UsageError` where none is left, or
    something can't be had.
    """
    say = printer(quiet=quiet)
    tools = found(plan.instruments)
    for instrument, why in tools.missing.items():
        say(f"wsbench: {instrument} are not counted: {why}")
    plan = _without(plan, tools.missing)
    plan = plan.with_servers(provide_all(plan.servers, say))
    lacking = _lacking(plan)
    for instrument, why in lacking.items():
        say(f"wsbench: {instrument} are not counted: {why}")
    plan, missing = _without(plan, lacking), {**tools.missing, **lacking}
    header = CountHeader(
        *head_of(label), plan=storable(plan), tools=tools.versions, missing=missing, build=tools.build
    )
    rounds: list[CountRound] = []
    with following(plan, header, rounds, out, quiet=quiet) as (on_event, save):
        closing = CountRunner(plan, on_event, save).run()
    return CountRun(header, tuple(rounds), retold(closing, hiding.told))


def _without(plan: CountPlan, missing: Mapping[str, str]) -> CountPlan:
    """Return the plan without the instruments that are missing. Raises `UsageError` where none is left."""
    left = tuple(one for one in plan.instruments if one not in missing)
    if not left:
        raise UsageError(f"nothing can be counted: {'; '.join(dict.fromkeys(missing.values()))}")
    return replace(plan, instruments=left)


def _lacking(plan: CountPlan) -> dict[str, str]:
    """Return what the servers' interpreters can't have counted, with the reason: trampolines they lack."""
    for spec in plan.servers if "python" in plan.instruments else ():
        python = ask(spec.executable or sys.executable)
        if not (python and python.trampolines):
            version = python.version if python else "an unknown version"
            return {
                "python": f"{spec.label} runs on Python {version}, that needs 3.12 or newer: --python 3.13"
            }
    return {}


def draw(run: CountRun, path: Path | None) -> None:
    """Write the flame graphs of a run to a file that was tried, if any; where there is none it is told."""
    if path and (found := drawings(run)):
        write_result(path, svg(found), mode_for(run.header.plan))
    elif path:
        output.lose(f"{path} is not written: nothing was counted that could be drawn")


def require_instructions() -> None:
    """Raise `UsageError` where instructions can't be counted here."""
    if missing := found(("instructions",)).missing:
        raise UsageError(f"instructions can't be counted: {missing['instructions']}")


class Decided(NamedTuple):
    """What was decided, the run that is shown with it, and the counts if there are some."""

    judgement: Judgement
    run: Run | CountRun
    counts: CountRun | None = None

    @property
    def runs(self) -> tuple[Run | CountRun, ...]:
        """What was measured, the times before the counts."""
        return (self.run, self.counts) if self.counts and self.counts is not self.run else (self.run,)

    @property
    def interrupted(self) -> bool:
        """Whether somebody pressed Ctrl-C."""
        return any(one.interrupted for one in self.runs)


def decide_by(
    by: Sequence[str], plan: Plan, counting: CountPlan | None, label: str, *, out: Path | None, quiet: bool
) -> Decided:
    """Measure what is to decide: times, counts where there is a plan of them, or both, judged together.

    Raises `UsageError`.
    """
    if counting is not None and "time" not in by:
        counts = measure_counts(counting, label=label, out=out, quiet=quiet)
        return Decided(_judged_counts(counts), counts, counts)
    run = measure(plan, label=label, out=out, quiet=quiet)
    if counting is None or run.interrupted:
        return Decided(judged(run), run)
    counts = measure_counts(counting, label=f"{label}-count", out=out, quiet=quiet)
    return Decided(together(judged(run), _judged_counts(counts)), run, counts)


def measure_by(by: Sequence[str], plan: Plan, counting: CountPlan | None, label: str, wishes: Wishes) -> int:
    """Decide as `decide_by` does, and publish it; return the exit code. Raises `UsageError`."""
    decided = decide_by(by, plan, counting, label, out=wishes.out, quiet=wishes.quiet)
    code = publish(decided.judgement, decided.run, wishes)
    if decided.counts:
        draw(decided.counts, wishes.flame)
    return STOPPED if decided.interrupted else code


def _judged_counts(run: CountRun) -> Judgement:
    judgement = judge_counts(CountFacts(run))
    assert judgement  # the plan has a comparison
    return judgement


def hold_counts(stored: CountRun, plan: CountPlan, gates: Gates, *, out: Path | None, quiet: bool) -> Decided:
    """Count what a plan says, and hold it against a stored run. Raises `UsageError`."""
    if not any(gates.gated(str(cell), "count") for cell in plan.cells):
        raise UsageError("nothing would be gated: the margin of instructions is 0")
    now = measure_counts(plan, label="check", out=out, quiet=quiet)
    unlike = unlike_counts(stored, now)
    judgement = judge_stored_counts(CountFacts(stored), CountFacts(now), gates, Names("the baseline"), unlike)
    return Decided(judgement, now, now)
