"""What the runner tells its listeners: the progress bar, the tests, whoever cares."""

from __future__ import annotations

import msgspec

from .common import Failure
from .live import Told
from .load import Step


class Stage(msgspec.Struct, frozen=True):
    """A step outside the measuring began: `verifying tornado`, `starting round 3`."""

    text: str


class Turn(msgspec.Struct, frozen=True):
    """A cell had its turn; `done` counts turns of `turns`.

    `p50_ns` is the median over its slices so far in this round of their medians.
    """

    round: int
    done: int
    turns: int
    cell: int
    p50_ns: float


class Failed(msgspec.Struct, frozen=True):
    """A cell failed and will not be measured any further."""

    failure: Failure


class Refused(msgspec.Struct, frozen=True):
    """A server can't be measured at all: nothing of it will be."""

    server: str
    reason: str


class Stepped(msgspec.Struct, frozen=True):
    """A step of a load run is over; `done` counts steps of `total` in its round."""

    step: Step
    done: int
    total: int


class Ticked(msgspec.Struct, frozen=True):
    """A second of the step under way is over; `stage` is that of a profile in which it began."""

    round: int
    second: Told
    stage: int | None = None


class Counted(msgspec.Struct, frozen=True):
    """A cell was counted by an instrument; `done` counts such of `total` in its round."""

    round: int
    done: int
    total: int
    cell: int
    instrument: str


class RoundDone(msgspec.Struct, frozen=True):
    """A round is finished and saved."""

    number: int
    seconds: float


Event = Stage | Turn | Stepped | Ticked | Counted | Failed | Refused | RoundDone
