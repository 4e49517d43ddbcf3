"""Messages that failed, by kind: added up, put into words, and held against what a plan bears."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from ...plan.load import LoadPlan

NO_REPLY = "no reply"
"""The kind of a message whose connection did not end, and that was not answered."""

WRONG, BEHIND = "wrong reply", "behind a wrong reply"
"""What a message failed as whose reply was wrong, and those that waited behind it on that connection: nobody
knows any more whose reply is whose, so it is given up."""


def added(each: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Return the sum of each kind, the most frequent first."""
    total = Counter[str]()
    for one in each:
        total.update(one)
    return dict(total.most_common())


def bearable(plan: LoadPlan) -> float:
    """Return the share of the messages that may fail by the plan's thresholds, 0 where none says so."""
    return max((one.value for one in plan.thresholds if one.metric == "errors"), default=0.0)


def kinds_said(errors: Mapping[str, int]) -> str:
    """Return what messages failed as, read like `8 closed 1011, 4 not connected`."""
    return ", ".join(f"{count:,} {kind}" for kind, count in errors.items())


def failed_said(errors: Mapping[str, int], failed: int, due: int) -> str:
    """Say how many of the messages that were due failed, and as what."""
    if set(errors) <= {NO_REPLY}:
        return f"{failed:,} of {due:,} messages got no reply"
    return f"{failed:,} of {due:,} messages failed: {kinds_said(errors)}"
