"""When each message of an open loop is due: a pure function of the rate, never of how the server does.

A schedule that waited for replies would leave out just the messages that a stall delays (coordinated
omission: Schroeder, Wierman, Harchol-Balter 2006; Tene 2013).
"""

from __future__ import annotations

import math

import numpy as np

from .profile import Due, Piece, due_over
from .workload import Arrivals


def intended(
    rate: float, duration_s: float, *, ramp_s: float, arrivals: Arrivals, seed: int, burst: int = 0
) -> Due:
    """Return when all messages of a step are due, in ns after its begin, sorted.

    The intensity in msg/s rises linearly from 0 to `rate` during `ramp_s`, then stays for `duration_s`, the
    window: what is due at or after `ramp_s` is the window's. A message is due where the cumulated intensity
    reaches 0.5, 1.5, 2.5 … (uniform), or a sum of unit exponentials drawn from `seed` (Poisson: Çinlar 1975).
    `burst` messages more are due at each moment of `burst_times`. Raises ValueError unless the rate and the
    window are positive and finite, the rest not negative.
    """
    if not (0 < rate < math.inf and 0 < duration_s < math.inf and 0 <= ramp_s < math.inf and burst >= 0):
        raise ValueError(
            f"a schedule needs a rate and a duration over 0, ramp and burst not under it,"
            f" not {rate:g} msg/s for {duration_s:g} s after {ramp_s:g} s and bursts of {burst}"
        )
    due = due_over(steady(rate, duration_s, ramp_s=ramp_s), arrivals, seed)
    if not burst:
        return due
    bursts = np.repeat(burst_times(duration_s, ramp_s=ramp_s), burst)
    return np.sort(np.concatenate([due, bursts]), kind="stable")


def steady(rate: float, duration_s: float, *, ramp_s: float) -> tuple[Piece, ...]:
    """Return the profile of a step: the intensity rises from 0 during the ramp, then it stays."""
    return *((Piece(ramp_s, 0.0, rate),) if ramp_s else ()), Piece(duration_s, rate, rate)


def burst_times(duration_s: float, *, ramp_s: float) -> Due:
    """Return when the bursts of a step are due, in ns after its begin: in the middle of each full second.

    A window shorter than a second has one, in its middle.
    """
    middles = np.arange(math.floor(duration_s)) + 0.5 if duration_s >= 1 else np.array([duration_s / 2])
    due: Due = np.rint((ramp_s + middles) * 1e9).astype(np.int64)
    return due


def share(due: Due, agent: int, agents: int) -> Due:
    """Return every `agents`-th message from number `agent` on: the part of one agent of several.

    Raises ValueError unless 0 <= agent < agents.
    """
    if not 0 <= agent < agents:
        raise ValueError(f"of {agents} agents there is no number {agent}")
    return due[agent::agents]
