"""From a plan of counts to a stored run: what `count`, `compare --by count` and `check --by count` share."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec.structs import replace

from .. import hiding, output
from ..analysis.flame import drawings
from ..counting.tools import found
from ..environments.availability import provide_all
from ..environments.interpreters import ask
from ..errors import UsageError
from ..exits import STOPPED
from ..facts.counts import CountFacts
from ..plan.count import CountPlan
from ..plan.run import Plan
from ..plan.storable import storable
from ..records.count import CountHeader, CountRound, CountRun
from ..records.quoted import retold
from ..rendering.flame import svg
from ..runner.count import CountRunner
from ..storage.modes import mode_for
from ..verdicts.counts import judge_counts
from ..verdicts.judgement import Judgement
from ..verdicts.together import together
from .measure import following, head_of, measure, printer
from .publish import Wishes, judge_and_publish, judged, measure_and_judge, publish, write_result


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


def measure_by(by: Sequence[str], plan: Plan, counting: CountPlan | None, label: str, wishes: Wishes) -> int:
    """Measure what is to decide: times, counts where there is a plan of them, or both, judged together.

    Return the exit code. Raises `UsageError`.
    """
    if counting is None:
        return measure_and_judge(plan, label, wishes)
    if "time" not in by:
        counts = measure_counts(counting, label=label, out=wishes.out, quiet=wishes.quiet)
        code = publish(_judged_counts(counts), counts, wishes)
        draw(counts, wishes.flame)
        return STOPPED if counts.interrupted else code
    run = measure(plan, label=label, out=wishes.out, quiet=wishes.quiet)
    if run.interrupted:
        return judge_and_publish(run, wishes)
    counts = measure_counts(counting, label=f"{label}-count", out=wishes.out, quiet=wishes.quiet)
    judgement = together(judged(run), _judged_counts(counts))
    code = publish(judgement, run, wishes)
    draw(counts, wishes.flame)
    return STOPPED if counts.interrupted else code


def _judged_counts(run: CountRun) -> Judgement:
    judgement = judge_counts(CountFacts(run))
    assert judgement  # the plan has a comparison
    return judgement
