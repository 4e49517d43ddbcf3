"""Whether a server kept up with a rate: the replies of a window against the messages that were due in it."""

from __future__ import annotations

import math
from collections.abc import Sequence

from hdrh.histogram import HdrHistogram

from ...plan.load import LoadPlan
from ...plan.stages import Window
from ...stats.histogram import quantile_of
from .errors import NO_REPLY, added, bearable, failed_said, kinds_said
from .report import AgentReport

KEPT_UP = 0.99
"""The least share of the rate that a server must answer to have kept up with it."""

GROWN = 0.25
"""How far, as a share of the window, the median may lie past the fastest response for that one to be a delay
that all messages have: past it the queue grew during the step, and the fastest one waited in it too."""

SIGMAS = 3
"""How many standard deviations of the messages in flight at the window's ends pass as chance."""


def in_words(rate: float) -> str:
    """Return a rate in msg/s with about three digits: 14,250, 99.9, 1.5, ∞."""
    if math.isinf(rate):
        return "∞"
    return f"{rate:,.0f}" if rate >= 99.95 else f"{rate:.3g}"


def per_second(count: int, report: AgentReport) -> float:
    """Return so many of an agent's window as a rate."""
    window_ns = report.ended_ns - report.begun_ns
    return count * 1e9 / window_ns if window_ns > 0 else 0.0


def missed_reason(
    plan: LoadPlan, window: Window, reports: Sequence[AgentReport], response: HdrHistogram
) -> str:
    """Say that the server did not keep up with what was due in a window, "" where it did."""
    offered = sum(per_second(report.scheduled, report) for report in reports)
    achieved = sum(per_second(report.answered, report) for report in reports)
    short = sum(report.scheduled - report.answered for report in reports)
    done = "read" if plan.workload.one_way else "answered"
    said = f"{in_words(achieved)} of {in_words(offered)} msg/s were {done}"
    errors = added(report.errors for report in reports)
    kinds = f": {kinds_said(errors)}" if set(errors) - {NO_REPLY} else ""
    if any(report.aborted for report in reports):
        return f"{said} until it was given up{kinds}" if offered else "it was given up before this began"
    if achieved < KEPT_UP * offered and short > _displaced(plan, window, reports, response):
        return f"{said}{kinds}"
    left = sum(report.unanswered for report in reports)
    due = sum(report.scheduled for report in reports)
    return failed_said(errors, left, due) if left > bearable(plan) * due else ""


def _displaced(
    plan: LoadPlan, window: Window, reports: Sequence[AgentReport], response: HdrHistogram
) -> float:
    """Return how many replies fewer than messages due the window may have though the server kept up.

    Replies come at least the fastest response time after their messages, so the window has those to what was
    due before it, in the ramp or the stage before, where that may have been fewer than at its own end; a
    fraction of a message for each agent; and where arrivals are random, the numbers in flight at both ends
    differ by chance. In a stage what is in flight at either end is the rate there times the usual response
    time, which the queue of a server that falls behind is soon far past.
    """
    if plan.workload.one_way:
        return len(reports)
    fastest = float(response.get_min_value()) / 1e9
    usual = quantile_of(response, 0.5) / 1e9
    if usual - fastest > GROWN * window.length_s:
        return len(reports)  # a queue that grew, not a way that is long
    way = usual if window.staged else fastest
    before, after = (window.due_before(end, way) for end in (window.begin_s, window.end_s))
    chance = SIGMAS * math.sqrt(before + after) if plan.arrivals == "poisson" else 0.0
    return len(reports) + max(0.0, after - before) + chance
