"""Thresholds of a load run: how far a metric may go, as `--slo METRIC=VALUE` says it."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from decimal import Decimal

import msgspec

from ..demand.durations import read_ns
from ..errors import UsageError
from ..targets.catalogue import choose
from .metrics import METRICS, is_higher_better

QUANTILES = {"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99, "p99.9": 0.999, "p99.99": 0.9999, "max": 1.0}
"""The quantiles of the response time that can be limited; `max` is the slowest message."""

NAMES = {
    **{name: f"response_{name}" for name in (*QUANTILES, "mean")},
    **{name: name for name in ("errors", "achieved", "capacity")},
}
"""From the user's word to a metric of the table."""

BEYOND, MEDIAN_LEAST = 30, 2
"""How many messages must lie past a quantile for it to be judged (as everywhere: docs/load.md), and how many
a median needs."""

MOST_RATE = 10**12
"""In msg/s; no rate that anybody means is higher, and a float has room for it."""

_NUMBER = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>%|msg/s|)")


class Limit(msgspec.Struct, frozen=True):
    """A limit on the response time: this quantile is to stay at or under `ns`; 1 is the slowest message."""

    quantile: float
    ns: int

    @property
    def name(self) -> str:
        """The user's word for the quantile: `p99`, `max`."""
        return f"p{self.quantile * 100:g}" if self.quantile < 1 else "max"

    def __str__(self) -> str:
        """Read like `p99 = 5 ms`."""
        return f"{self.name} = {self.ns / 1e6:g} ms"


class Threshold(msgspec.Struct, frozen=True):
    """A metric is to stay at or under `value`, or at or over it where more is better, in the metric's unit.

    `relative` means that `value` is a share of the rate asked for; only `achieved` has that. Raises
    ValueError for a metric that can't be limited, and for a value that is none.
    """

    metric: str
    value: float
    relative: bool = False

    def __post_init__(self) -> None:
        if self.metric not in NAMES.values():
            raise ValueError(f"no threshold can be about {self.metric}")
        if not 0 <= self.value < math.inf:
            raise ValueError(f"a threshold is at least 0 and finite, not {self.value}")

    @property
    def name(self) -> str:
        """The user's word for the metric."""
        return self.metric.removeprefix("response_")

    @property
    def least(self) -> bool:
        """Whether the value is the least that will do, not the most."""
        return is_higher_better(self.metric)

    @property
    def quantile(self) -> float | None:
        """The quantile of the response time that is limited, None where none is."""
        return QUANTILES.get(self.name)

    @property
    def is_time(self) -> bool:
        """Whether it limits response times."""
        return METRICS[self.metric].unit == "ns"

    def __str__(self) -> str:
        """Read like `p99 ≤ 5 ms`, `achieved ≥ 99 %`."""
        if self.is_time:
            value = f"{self.value / 1e6:g} ms" if self.value >= 1e6 else f"{self.value / 1e3:g} µs"
        elif self.relative or METRICS[self.metric].unit == "share":
            value = f"{self.value * 100:g} %"
        else:
            value = f"{self.value:,.0f} msg/s" if self.value >= 1e6 else f"{self.value:,g} msg/s"
        return f"{self.name} {'≥' if self.least else '≤'} {value}"


def read_thresholds(texts: Sequence[str]) -> tuple[Threshold, ...]:
    """Read what `--slo` was given, in order. Raises `UsageError`."""
    found = tuple(map(read_threshold, texts))
    for place, one in enumerate(found):
        if one.metric in {earlier.metric for earlier in found[:place]}:
            raise UsageError(f"--slo {texts[place]}: {one.name} is given twice")
    return found


def read_threshold(text: str) -> Threshold:
    """Read `p99=5ms`, `errors=0.1%`, `achieved=99%` or `capacity=2000`. Raises `UsageError`."""
    name, equals, value = map(str.strip, text.partition("="))
    if not equals:
        raise UsageError(f"--slo {text!r}: write a metric and its value, as p99=5ms or errors=0.1%")
    metric = NAMES[choose("metric of --slo", name, NAMES)]
    if METRICS[metric].unit == "ns":
        ns = read_ns(value, f"--slo {text!r}")
        if ns < 1:
            raise UsageError(f"--slo {text!r}: no message is answered in no time")
        return Threshold(metric, ns)
    number, unit = _number(value)
    share = unit == "%" and number <= 100
    if metric == "errors":
        if not (share or (number == 0 and not unit)):
            raise UsageError(f"--slo {text!r}: write a share of the messages, as errors=0.1% or errors=0")
        return Threshold(metric, float(number / 100))
    if not 0 < number < MOST_RATE or (unit == "%" and not (share and metric == "achieved")):
        example = "capacity=2000" if metric == "capacity" else "achieved=99% or achieved=2000"
        raise UsageError(f"--slo {text!r}: write a rate in msg/s, as {example}")
    return Threshold(metric, float(number / 100 if share else number), relative=share)


def _number(value: str) -> tuple[Decimal, str]:
    """Return a number and what stands behind it; -1 for no number."""
    found = _NUMBER.fullmatch(value)
    return (Decimal(found["number"]), found["unit"]) if found else (Decimal(-1), "")


def limits_of(thresholds: Sequence[Threshold]) -> tuple[Limit, ...]:
    """Return those that limit a quantile of the response time."""
    return tuple(Limit(one.quantile, round(one.value)) for one in thresholds if one.quantile)


def require_searchable(thresholds: Sequence[Threshold]) -> None:
    """Raise `UsageError` unless a search for the capacity can go by these thresholds."""
    for one in thresholds:
        if one.metric in {"errors", "achieved"}:
            raise UsageError(f"--slo {one.name} is judged at a rate: give --rate")
    if not limits_of(thresholds):
        asked = thresholds[0].name
        raise UsageError(f"--slo {asked} needs a limit beside it that ends the search: add --slo p99=5ms")


def require_judgeable(thresholds: Sequence[Threshold], rates: Sequence[float], duration_s: float) -> None:
    """Raise `UsageError` for the first threshold that can't be judged in steps of these rates in msg/s."""
    for one in thresholds:
        if one.metric == "capacity":
            raise UsageError("--slo capacity is searched for: leave out --rate, and add --slo p99=5ms")
        wanted = samples_for(one.quantile) if one.quantile else 1
        slowest = min(rates)
        if slowest * duration_s < wanted:
            longer = math.ceil(wanted / slowest)
            raise UsageError(
                f"--slo {one.name}: at {slowest:g} msg/s a step of {duration_s:g} s holds"
                f" {int(slowest * duration_s):,} messages, and {one.name} needs {wanted:,}:"
                f" give --duration {longer}"
            )


def samples_for(quantile: float) -> int:
    """Return how many messages a step needs for a quantile to be judged."""
    if quantile >= 1:
        return 1
    if quantile == QUANTILES["p50"]:
        return MEDIAN_LEAST
    return math.ceil(BEYOND / (1 - Decimal(repr(quantile))))
