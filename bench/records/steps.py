"""One step of all agents together: what they saw, whether to believe it, and whether the limit held."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from hdrh.histogram import HdrHistogram
from msgspec.structs import replace

from ..plan.load import LoadPlan, window_of
from ..plan.thresholds import samples_for
from ..stats.histogram import bin_end, merge, quantile_name, quantile_of, quantiles_of, text_of
from .load import Step
from .rates.agent_rows import agent_rows, failure_of
from .rates.errors import added
from .rates.lateness import astray, late_words, touched_by
from .rates.missed import missed_reason, per_second
from .rates.report import AgentReport
from .rates.seconds import merged_seconds

TOGETHER = 0.9
"""The least share of a step's time in which all agents are to be at it: one alone loads the server less."""

MORE = (0.95, 1.0)
"""Quantiles of the response time that every step has besides those of every run; `p100` is the longest."""


def merged(
    plan: LoadPlan, number: int, rate: float, reports: Sequence[AgentReport], stage: int | None = None
) -> Step:
    """Return what all agents saw of one step of round `number` at `rate` msg/s, 0 for as fast as it goes.

    Where not all the load was there, for an agent failed or not all ran at once, no limit holds. Of a profile
    the reports are those of one `stage`.
    """
    response, service, lateness = (
        merge(getattr(report, name) for report in reports) for name in ("response", "service", "lateness")
    )
    overlap = _overlap(reports)
    window = window_of(plan, rate, stage)
    missed = missed_reason(plan, window, reports, response) if rate else ""
    loaded = overlap >= TOGETHER and response.get_total_count() > 0
    touched = touched_by(plan, response, lateness) if rate else ()
    exchanged = sum(report.exchanged for report in reports)
    cpu = reports[0].server_cpu_ns if reports else None  # each read the same process
    step = Step(
        round=number,
        rate=rate,
        achieved=sum(per_second(report.answered, report) for report in reports),
        scheduled=sum(report.scheduled for report in reports),
        unanswered=sum(report.unanswered for report in reports),
        response_ns=_with_more(response),
        service_ns=quantiles_of(service),
        lateness_ns=quantiles_of(lateness),
        response_mean_ns=response.get_mean_value(),
        response=text_of(response),
        service=text_of(service),
        overlap=overlap,
        starved=sum(report.starved for report in reports),
        server_cpu_ns=cpu / exchanged if cpu is not None and exchanged else None,
        recoveries_ns=tuple(recovery for report in reports for recovery in report.recoveries_ns),
        fault=_fault(reports, overlap)
        or (_empty(response) if not (missed or plan.workload.one_way) else "")
        or (astray(window.length_s, lateness, service) if rate and (missed or plan.workload.one_way) else ""),
        missed=missed,
        holds=None if plan.limit is None else loaded and not missed and _within(plan, response),
        seconds=merged_seconds(reports),
        stage=stage,
        agents=agent_rows(reports),
        touched=touched,
        late=late_words(plan, response, lateness, touched),
    )
    return replace(step, **_besides(reports))


def _besides(reports: Sequence[AgentReport]) -> dict[str, Any]:
    """Return the fields of a step that say what else happened: messages that failed, connections, bytes."""
    counted = ("pushed", "twice", "reconnects", "sent_bytes", "received_bytes")
    opened = merge(report.connect for report in reports)
    return {
        **{name: sum(getattr(report, name) for report in reports) for name in counted},
        "errors": added(report.errors for report in reports),
        "wrong": next((report.wrong for report in reports if report.wrong), ""),
        "connect": text_of(opened) if opened.get_total_count() else "",
    }


def merged_stages(plan: LoadPlan, number: int, reports: Sequence[AgentReport]) -> list[Step]:
    """Return what all agents saw of each stage of a profile in round `number`."""
    return [
        merged(plan, number, stage.rate, [report.parts[place] for report in reports], place)
        for place, stage in enumerate(plan.stages)
    ]


def _overlap(reports: Sequence[AgentReport]) -> float:
    """Return the share of the time from the first begin to the last end in which all agents were at it."""
    if not reports or any(report.failure for report in reports):
        return 0.0
    if len(reports) == 1:
        return 1.0
    begun, ended = ([getattr(one, name) for one in reports] for name in ("begun_ns", "ended_ns"))
    together: float = max(0, min(ended) - max(begun)) / max(1, max(ended) - min(begun))
    return together


def _fault(reports: Sequence[AgentReport], overlap: float) -> str:
    if failure := failure_of(reports):
        return failure
    if overlap < TOGETHER:
        return f"the agents ran together for only {math.floor(overlap * 100)} % of the time"
    return ""


def _empty(response: HdrHistogram) -> str:
    if response.get_total_count():
        return ""
    return "no message of the window was answered: hold the rate for longer, or raise it"


def _with_more(response: HdrHistogram) -> dict[str, float]:
    """Return the quantiles that the messages allow, that of 0.95 and the longest among them."""
    count = response.get_total_count()
    more = [at for at in MORE if 0 < samples_for(at) <= count]
    found = quantiles_of(response) | {quantile_name(at): quantile_of(response, at) for at in more}
    return dict(sorted(found.items(), key=lambda one: float(one[0][1:])))


def _within(plan: LoadPlan, response: HdrHistogram) -> bool:
    """Whether all limits hold, to the three digits that a histogram keeps."""
    means = [one.value for one in plan.thresholds if one.metric == "response_mean"]
    return all(response.get_mean_value() <= ns for ns in means) and all(
        quantile_of(response, one.quantile) <= bin_end(one.ns) for one in plan.limits
    )
