"""What a load run adds: absolute values, by the rate they were measured at."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from ...facts.conditions import fingerprint
from ...facts.provenance import WAITS
from ...records.load import LoadRun
from ...records.rates.missed import in_words
from ...stats.estimate import Estimate
from ...targets.catalogue import INSTRUMENT
from ..load import LoadAnalysis, analyse_load
from .record import Key, Source, Unusable, Value, common, link, version, wanted, weaker

TIMES = ("response_", "service_", "lateness_")
"""How metrics begin that mean nothing at a rate that was missed."""


def at_rates(run: LoadRun, source: Source, metrics: Collection[str]) -> Iterator[Value | Unusable]:
    """Yield what a load run adds, or why it adds nothing."""
    found, plan = analyse_load(run), run.header.plan
    obstacle = next((notice.text for notice in found.notices if notice.invalid), "")
    if obstacle:
        yield Unusable(source.file, "", f"it is INVALID: {obstacle}")
        return
    settings = (
        *link(plan.server),
        *common(run, equal=plan.equal),
        WAITS[plan.client_wait or "sleep"],
        f"{plan.arrivals} arrivals",
        f"steps of {plan.duration_s:g} s after {plan.ramp_s:g} s of ramp",
        *([f"bursts of {plan.burst}"] if plan.burst else ()),
        *([f"{plan.agents} agents"] if plan.agents > 1 else ()),
    )
    for at, estimates in _rows(found):
        for metric in wanted("load", metrics):
            if estimate := estimates.get(metric):
                key = Key(
                    plan.server.label,
                    INSTRUMENT,
                    f"{plan.workload}{at}",
                    metric,
                    "",
                    fingerprint(run.header.environment),
                    settings,
                )
                yield Value(
                    key,
                    source,
                    estimate,
                    found.server,
                    version(plan.server, found.server),
                    plan.server.source,
                    {"wsbench": run.header.wsbench},
                    weaker(source, estimate),
                )


def _rows(found: LoadAnalysis) -> Iterator[tuple[str, dict[str, Estimate]]]:
    """Yield the rates that mean the same in every run of the plan, with their estimates; then the run's."""
    plan = found.plan
    for row in found.rows if plan.mode != "slo" else ():
        if row.rate and (row.share is not None or plan.mode == "rate"):
            at = f"{row.share:.0%} of the ceiling" if row.share is not None else f"{in_words(row.rate)} msg/s"
            gone = TIMES if row.missed else ()
            kept = {name: one for name, one in row.estimates.items() if not name.startswith(gone)}
            yield f", at {at}", kept
    if found.capacity:
        yield f", {plan.kept}", {"capacity": found.capacity}
    if found.ceiling and plan.mode != "slo":  # a search tries it only to begin somewhere
        yield "", {"ceiling": found.ceiling}
