"""A profile of stages among the words of `wsbench load`: what it goes with, and how many rounds there are."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from ..errors import UsageError
from ..plan.load import LONG_S
from ..plan.stages import RateStage, read_stages
from .load_words import LoadWords
from .workloads import MOST_IN_FLIGHT

USUAL, LONG = 6, 1
"""Rounds where the user names no number: with 6, no single round decides the interval; of long steps one."""

MOST_MESSAGES = 20_000_000
"""So many messages a step may hold: their times are kept as integers until the step is over."""


def stages_of(words: LoadWords) -> tuple[RateStage, ...]:
    """Return the stages that were asked for, each with its connections if any has. Raises `UsageError`."""
    if not words.stages:
        return ()
    if others := [option for option, said in words.beside_stages.items() if said]:
        raise UsageError(f"--stage says all about rates and times: leave out {' and '.join(others)}")
    found = read_stages(words.stages)
    if not any(one.connections for one in found):
        return found
    return tuple(replace(one, connections=one.connections or words.connections) for one in found)


def require_room(stages: Sequence[RateStage], words: LoadWords) -> None:
    """Raise `UsageError` for the first stage that has too few or too many connections, or messages."""
    for stage in stages:
        over = stage.connections or words.connections
        if over < words.agents:
            raise UsageError(f"--stage {stage}: each of {words.agents} agents needs a connection there")
        if over * words.size > MOST_IN_FLIGHT:
            raise UsageError(f"--stage {stage}: over {MOST_IN_FLIGHT:,} B in flight; give fewer connections")
    if sum(one.messages for one in stages) > MOST_MESSAGES:
        raise UsageError(f"--stage: a profile holds at most {MOST_MESSAGES:,} messages; make it shorter")


def most_connections(stages: Sequence[RateStage], connections: int) -> int:
    """Return how many connections a profile needs at most."""
    return max((one.connections or connections for one in stages), default=connections)


def rounds_for(rates: Sequence[float], step_s: float, *, staged: bool) -> int:
    """Return how many rounds there are where nobody said: one of a profile, or of a minute and more."""
    return LONG if staged or len(set(rates)) * step_s >= LONG_S else USUAL
