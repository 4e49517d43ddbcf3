"""Throughput that is a lower bound, for the other end was the limit: what may still be said of a change.

Of servers that is the client, of clients the server.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from ..plan.metrics import main_metric
from .pairs import other_than
from .verdict import Side, Verdict

Bound = Literal["", "base", "candidate"]
"""The side whose throughput is a lower bound: its server could do more."""


def why_not(before: Side, after: Side, metric: str) -> tuple[str, Bound]:
    """Return why a metric can't be judged, "" if it can, and the side that is a lower bound then.

    One lower bound leaves something to say of the throughput; two leave nothing, and neither do the server's
    CPU times: it waited, so its messages came in other batches.
    """
    reason = before.void or after.void
    limited = [side for side in (before, after) if side.is_bound]
    if reason or not limited:
        return reason, ""
    if len(limited) == 1 and metric == "throughput" == main_metric(after.cell.workload):
        return "", "base" if before.is_bound else "candidate"
    names = dict.fromkeys(one.name for one in limited)
    return f"the {other_than(after.role)} was the limit with {' and '.join(names)}", ""


def as_bounded(verdict: Verdict, bound: Bound) -> Verdict:
    """Return a decided verdict with what a lower bound leaves of it.

    If the base could do more than was seen, a fall is at least as large, and nothing else is sure; if the
    candidate could, it is no worse than was seen.
    """
    if not bound:
        return verdict
    limited, sure, rest = {
        "base": (verdict.base, {"REGRESSED"}, "so it fell by at least as much"),
        "candidate": (verdict.candidate, {"NO REGRESSION", "IMPROVED"}, "so it can do at least as much"),
    }[bound]
    reason = f"the {'server' if verdict.server else 'client'} was the limit with {limited}"
    if verdict.verdict in sure:
        return msgspec.structs.replace(verdict, reason=f"{reason}, {rest}")
    return msgspec.structs.replace(verdict, verdict="NOT JUDGED", reason=reason, needed_rounds=None)
