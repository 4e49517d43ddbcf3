"""How the parts of a series are called where it is shown."""

from __future__ import annotations

from ...analysis.history.record import Key
from ...plan.metrics import divisor_of, metric_title


def metric_words(key: Key) -> str:
    """Return the metric without its unit: `p50`, `server CPU`, `msg/s`."""
    return metric_title(key.metric).removesuffix(" µs")


def scale_of(key: Key) -> float:
    """Return what values are divided by where they are shown: times are in µs."""
    return 1.0 if key.against else divisor_of(key.metric)


def head_of(key: Key) -> str:
    """Return what heads the column of values: `×stdlib`, or the metric with its unit."""
    return f"×{key.against}" if key.against else metric_title(key.metric)


def percent(share: float) -> str:
    """Return `+5.2 %`, with its sign; `+0.62 %` below one."""
    places = 1 if abs(share) >= 0.00995 else 2
    return f"{round(share * 100, places) + 0.0:+,.{places}f} %"


def size_of(share: float, low: float, high: float) -> str:
    """Return `+5.2 % [+4.1 %, +6.3 %]`."""
    return f"{percent(share)} [{percent(low)}, {percent(high)}]"


def when(started: str) -> str:
    """Return a time as `2026-01-31 14:05`."""
    return started[:16].replace("T", " ")
