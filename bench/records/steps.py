"""One step of all agents together: what they saw, whether to believe it, and whether the limit held."""

from __future__ import annotations

import math
from collections.abc import Sequence

from hdrh.histogram import HdrHistogram

from ..plan.load import LoadPlan
from ..plan.thresholds import samples_for
from ..stats.histogram import bin_end, merge, quantile_name, quantile_of, quantiles_of, text_of
from .lateness import astray, late_words, touched_by
from .load import AgentReport, Step

TOGETHER = 0.9
"""The least share of a step's time in which all agents are to be at it: one alone loads the server less."""

KEPT_UP = 0.99
"""The least share of the rate that a server must answer to have kept up with it."""

GROWN = 0.25
"""How far, as a share of the window, the median may lie past the fastest response for that one to be a delay
that all messages have: past it the queue grew during the step, and the fastest one waited in it too."""

MORE = (0.95, 1.0)
"""Quantiles of the response time that every step has besides those of every run; `p100` is the longest."""

SIGMAS = 3
"""How many standard deviations of the messages in flight at the window's ends pass as chance."""


def merged(plan: LoadPlan, number: int, rate: float, reports: Sequence[AgentReport]) -> Step:
    """Return what all agents saw of one step of round `number` at `rate` msg/s, 0 for as fast as it goes.

    Where not all the load was there, for an agent failed or not all ran at once, no limit holds.
    """
    response, service, lateness = (
        merge(getattr(report, name) for report in reports) for name in ("response", "service", "lateness")
    )
    overlap = _overlap(reports)
    missed = _missed(plan, rate, reports, response) if rate else ""
    loaded = overlap >= TOGETHER and response.get_total_count() > 0
    touched = touched_by(plan, response, lateness) if rate else ()
    exchanged = sum(report.exchanged for report in reports)
    cpu = reports[0].server_cpu_ns if reports else None  # each read the same process
    return Step(
        round=number,
        rate=rate,
        achieved=sum(_per_second(report.answered, report) for report in reports),
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
        or (astray(plan, lateness, service) if rate and (missed or plan.workload.one_way) else ""),
        missed=missed,
        pushed=sum(report.pushed for report in reports),
        twice=sum(report.twice for report in reports),
        holds=None if plan.limit is None else loaded and not missed and _within(plan, response),
        touched=touched,
        late=late_words(plan, response, lateness, touched),
    )


def in_words(rate: float) -> str:
    """Return a rate in msg/s with about three digits: 14,250, 99.9, 1.5, ∞."""
    if math.isinf(rate):
        return "∞"
    return f"{rate:,.0f}" if rate >= 99.95 else f"{rate:.3g}"


def _per_second(count: int, report: AgentReport) -> float:
    window_ns = report.ended_ns - report.begun_ns
    return count * 1e9 / window_ns if window_ns > 0 else 0.0


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
    for index, report in enumerate(reports, 1):
        if report.failure:
            return f"agent {index}: {report.failure}" if len(reports) > 1 else report.failure
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


def _missed(plan: LoadPlan, rate: float, reports: Sequence[AgentReport], response: HdrHistogram) -> str:
    offered = sum(_per_second(report.scheduled, report) for report in reports)
    achieved = sum(_per_second(report.answered, report) for report in reports)
    short = sum(report.scheduled - report.answered for report in reports)
    done = "read" if plan.workload.one_way else "answered"
    said = f"{in_words(achieved)} of {in_words(offered)} msg/s were {done}"
    if any(report.aborted for report in reports):
        return f"{said} until it was given up"
    if achieved < KEPT_UP * offered and short > _displaced(plan, rate, reports, response):
        return said
    left = sum(report.unanswered for report in reports)
    due = sum(report.scheduled for report in reports)
    return f"{left:,} of {due:,} messages got no reply" if left else ""


def _displaced(plan: LoadPlan, rate: float, reports: Sequence[AgentReport], response: HdrHistogram) -> float:
    """Return how many replies fewer than messages due the window may have though the server kept up.

    Replies come at least the fastest response time after their messages, so the window has those to the
    last part of the ramp, where fewer were due than at its own end; a fraction of a message for each agent;
    and where arrivals are random, the numbers in flight at both ends differ by chance.
    """
    if plan.workload.one_way:
        return len(reports)
    ramp = plan.ramp_s
    fastest = float(response.get_min_value()) / 1e9
    if quantile_of(response, 0.5) / 1e9 - fastest > GROWN * plan.duration_s:
        return len(reports)  # a queue that grew, not a way that is long
    missing = fastest**2 / (2 * ramp) if fastest < ramp else fastest - ramp / 2
    chance = SIGMAS * math.sqrt(2 * rate * fastest) if plan.arrivals == "poisson" else 0.0
    return len(reports) + rate * missing + chance


def _within(plan: LoadPlan, response: HdrHistogram) -> bool:
    """Whether all limits hold, to the three digits that a histogram keeps."""
    means = [one.value for one in plan.thresholds if one.metric == "response_mean"]
    return all(response.get_mean_value() <= ns for ns in means) and all(
        quantile_of(response, one.quantile) <= bin_end(one.ns) for one in plan.limits
    )
