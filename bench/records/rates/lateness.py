"""Lateness: what a client that sent late leaves of a step, and what it says of it.

Lateness is the client's, and part of the response time. It voids the quantiles that it touched, each by
itself; the rate that was reached, errors and the server's CPU time stand.
"""

from __future__ import annotations

from collections.abc import Iterable

from hdrh.histogram import HdrHistogram

from ...plan.load import LoadPlan
from ...plan.thresholds import QUANTILES, samples_for
from ...stats.histogram import bin_end, decode, quantile_of
from ..load import Step

LATE = 0.10
"""How late messages may be sent at a quantile, as a share of the response time there."""

SEND_NS = 20_000
"""How late messages may be sent in any case: one send may take so long while the next is due already."""

SENT_LATE = "the client sent "
"""How words begin that say that the client was late."""

MEDIAN, MAIN, MEAN = "p50", "p99", "mean"

ASTRAY = 0.01
"""How late messages may be sent, as a share of the window, for what was answered in it to be the rate's."""


def touched_by(plan: LoadPlan, response: HdrHistogram, lateness: HdrHistogram) -> tuple[str, ...]:
    """Return the quantiles of the response time, and `mean`, that lateness touched: those that can be told.

    Where a limit was lost, it is enough that lateness was too much for the limit.
    """
    asked = {one.quantile for one in plan.limits}
    count = response.get_total_count()
    known = {name: at for name, at in QUANTILES.items() if at in asked or 0 < samples_for(at) <= count}
    found = [name for name, at in known.items() if quantile_of(lateness, at) > _bearable(plan, response, at)]
    mean = max(LATE * response.get_mean_value(), SEND_NS)
    return (*found, *([MEAN] if count and lateness.get_mean_value() > mean else []))


def _bearable(plan: LoadPlan, response: HdrHistogram, at: float) -> float:
    """Return how late messages may be sent at a quantile, in ns."""
    whole = quantile_of(response, at)
    lost = [one.ns for one in plan.limits if one.quantile == at and whole > bin_end(one.ns)]
    return max(LATE * min([whole, *lost]), SEND_NS)


def late_words(
    plan: LoadPlan, response: HdrHistogram, lateness: HdrHistogram, touched: tuple[str, ...]
) -> str:
    """Say by how much the client was late for what it touched, and what to do; "" where that is nothing.

    Of several quantiles that of a limit is told, else p99.
    """
    if not touched:
        return ""
    order = [*(one.name for one in plan.limits), MAIN, *touched]
    name = next(one for one in order if one in touched)
    if name == MEAN:
        late, bearable = lateness.get_mean_value(), max(LATE * response.get_mean_value(), SEND_NS)
        return _told("messages on average", late, bearable)
    at = QUANTILES[name]
    return _told(_share(at), quantile_of(lateness, at), _bearable(plan, response, at))


def astray(length_s: float, lateness: HdrHistogram, service: HdrHistogram) -> str:
    """Say that the client sent so late that the rate itself was another one in a window; "" where it did not.

    Messages also wait where a server that fell behind leaves no room in its sockets: then those that were
    sent waited long as well, and it was not the client.
    """
    at = QUANTILES[MAIN]
    late, bearable = quantile_of(lateness, at), max(ASTRAY * length_s * 1e9, SEND_NS)
    held_up = quantile_of(service, QUANTILES[MEDIAN]) > LATE * late
    return _told(_share(at), late, bearable) if late > bearable and not held_up else ""


def spoils(plan: LoadPlan, step: Step) -> bool:
    """Whether lateness touched what a step was held for: a limit that was lost, or p50 or p99 without one.

    A limit that held in spite of it would have held all the more, and of a server that fell behind nothing is
    asked but that.
    """
    names = {one.name: one for one in plan.limits}
    late = [names[name] for name in step.touched if name in names]
    if plan.limit:
        return not step.holds and bool(late)
    if step.missed:
        return False
    if not names:
        return not {MEDIAN, MAIN}.isdisjoint(step.touched)
    response = decode(step.response) if late and step.response else None
    return any(quantile_of(response, one.quantile) > bin_end(one.ns) for one in (late if response else ()))


def withheld(steps: Iterable[Step]) -> tuple[str, ...]:
    """Return the quantiles that lateness touched in any of these steps, the lowest first, then `mean`."""
    found = {name for step in steps for name in step.touched}
    return tuple(name for name in (*QUANTILES, MEAN) if name in found)


def _share(at: float) -> str:
    return f"{(1 - at) * 100:.3g} % of the messages over" if at < 1 else "a message"


def _told(what: str, late: float, bearable: float) -> str:
    said = f"{SENT_LATE}{what} {_micros(late)} µs late; {_micros(bearable)} µs are acceptable here"
    return f"{said}: add agents, lower the rate, or end other programs"


def _micros(ns: float) -> str:
    return f"{ns / 1000:,.0f}" if ns >= 9_950 else f"{ns / 1000:.1f}"
