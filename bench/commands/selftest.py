"""`calibrate` and `selftest`: the bench measures its machine, and itself."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from .. import output
from ..demand.workload import Workload
from ..errors import UsageError
from ..exits import BROKEN, FINE, INVALID, STOPPED
from ..facts import cell_values
from ..facts.facts import Facts
from ..facts.validity import LITTLE
from ..machine.process import ChildError
from ..plan.margins import Gates
from ..planning.profiles import GATE
from ..planning.run import make_session, plan_of_pairs
from ..planning.workloads import Words
from ..records.run import Run
from ..report.verdict_tables import change_text
from ..targets.catalogue import REFERENCE
from ..targets.spec import ServerSpec
from ..targets.spec_parser import read_specs
from ..verdicts.judgement import Judgement, judge
from ..verdicts.verdict import Verdict
from ..workflow.measure import measure

MARGIN_OF_INJECTED = 0.4
"""The selftest's margin, as a share of what it injects: 2 % for 5 %."""
PILOT_ROUNDS = 2


def selftest_and_report(inject: float, *, seed: int, quiet: bool) -> int:
    """Find a copy unchanged and a slowed copy REGRESSED, or say so and return 1. Raises `UsageError`.

    `inject` is the delay in percent of the p50, which a pilot run of two rounds finds.
    """
    if not 0.5 <= inject <= 100:
        raise UsageError(f"--inject {inject:g}: from 0.5 to 100 percent of a round trip")
    base = read_specs([REFERENCE])[0]
    try:
        p50 = pilot_p50(base, seed)
    except ChildError as problem:
        output.tell(f"wsbench: {problem}")
        return INVALID
    busy_ns = round(p50 * inject / 100)
    copy = msgspec.structs.replace(base, label="copy")
    slowed = msgspec.structs.replace(base, label="slowed", busy_ns=busy_ns)
    gates = Gates(margin=inject / 100 * MARGIN_OF_INJECTED)
    run = measure(
        plan_of_pairs(Words(), [(base, copy), (base, slowed)], gates, seed),
        label="selftest",
        out=None,
        quiet=quiet,
    )
    judgement = judge(run)
    if judgement is None or run.interrupted:
        return STOPPED
    handler = f"+{busy_ns / 1000:.2f} µs in the handler, {inject:g} % of {p50 / 1000:.1f} µs"
    output.say(f"{slowed.label}: {handler}")
    found = list(findings(run, judgement, copy=copy.label, slowed=slowed.label))
    for good, text in found:
        output.say(f"  {'ok    ' if good else 'FAILED'}  {text}")
    return FINE if all(good for good, _ in found) else BROKEN


def pilot_p50(base: ServerSpec, seed: int) -> float:
    """Measure a server for two rounds and return the p50 of the faster one, in ns.

    Raises `ChildError` where it can't be measured, and `KeyboardInterrupt` again.
    """
    profile = msgspec.structs.replace(GATE, workloads=(Workload(),))
    plan = make_session(Words(rounds=PILOT_ROUNDS), (base,), profile, seed)
    run = measure(plan, label="pilot", out=None, quiet=True)
    if run.interrupted:
        raise KeyboardInterrupt
    index = next(i for i, cell in enumerate(plan.cells) if cell.server == base.label)
    facts = Facts(run)
    if index in facts.failures:
        raise ChildError(f"{base.label} can't be measured: {facts.failures[index].reason}")
    return min(record.quantiles_ns["p50"] for record in facts.records[index].values())


def findings(run: Run, judgement: Judgement, *, copy: str, slowed: str) -> Iterator[tuple[bool, str]]:
    """Yield what a selftest found: whether it is as it must be, and a sentence."""
    for one in judgement.gated:
        if one.candidate == copy:
            yield one.verdict not in {"REGRESSED", "NOT JUDGED", "INVALID"}, _sentence(one)
        elif one.candidate == slowed and one.metric == "rtt_p50":
            yield one.verdict == "REGRESSED", _sentence(one)
    plan, records = run.header.plan, Facts(run).records
    floor = next(i for i, cell in enumerate(plan.cells) if plan.spec_of(cell.server).is_floor)
    for index, cell in enumerate(plan.cells):
        if cell.workload.goal == "latency" and index != floor:
            above = cell_values.over_floor(records[index], records[floor])
            shown = f"{above.value / 1000:.1f} µs" if above else "unknown"
            yield above is not None and above.value > 0, f"{cell.server}: over plain TCP by {shown}"
        elif cell.workload.goal == "throughput" and records[index]:
            ratio = cell_values.in_flight(records[index]) / cell.workload.window
            yield abs(ratio - 1) <= LITTLE, f"{cell.server}: Little's law within {ratio - 1:+.1%}"


def _sentence(one: Verdict) -> str:
    reason = f" ({one.reason})" if one.reason else ""
    return f"{one.candidate}, {one.metric}: {one.verdict}, {change_text(one)}{reason}"
