"""A step second by second, as one agent saw it: made of the stamps when the schedule is over."""

from __future__ import annotations

from ..records.rates.report import AgentSecond
from ..stats.histogram import encode
from ..wire.timeline import Stamps


def seconds_of(found: Stamps, begin: int, end: int) -> tuple[AgentSecond, ...]:
    """Return the seconds of a step that lasted from `begin` to `end`, in ns after the schedule's begin."""
    response, lateness, answered = found.response, found.lateness, found.answered
    return tuple(
        AgentSecond(
            at_s=at_s,
            due=len(response[part]),
            answered=replies,
            failed=int((~answered[part]).sum()),
            response=encode(response[part]) if len(response[part]) else "",
            lateness=encode(lateness[part]) if len(response[part]) else "",
        )
        for at_s, (part, replies) in enumerate(found.seconds(begin, end))
    )
