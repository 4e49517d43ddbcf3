"""A step second by second: from what each agent saw of a second to what all saw of it."""

from __future__ import annotations

from collections.abc import Sequence

from ...stats.histogram import merge, quantile_of
from ..load import Second
from .report import AgentReport, AgentSecond


def merged_seconds(reports: Sequence[AgentReport]) -> tuple[Second, ...]:
    """Return the seconds of a step that any agent saw, in order: counts added, histograms merged."""
    found: dict[int, list[AgentSecond]] = {}
    for report in reports:
        for one in report.seconds:
            found.setdefault(one.at_s, []).append(one)
    return tuple(_second(at_s, found[at_s]) for at_s in sorted(found))


def _second(at_s: int, parts: Sequence[AgentSecond]) -> Second:
    response, lateness = (merge(getattr(one, name) for one in parts) for name in ("response", "lateness"))
    some = response.get_total_count() > 0
    return Second(
        at_s=at_s,
        due=sum(one.due for one in parts),
        answered=sum(one.answered for one in parts),
        failed=sum(one.failed for one in parts),
        p50_ns=quantile_of(response, 0.5) if some else None,
        p99_ns=quantile_of(response, 0.99) if some else None,
        lateness_p99_ns=quantile_of(lateness, 0.99) if lateness.get_total_count() else None,
    )
