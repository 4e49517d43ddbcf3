"""The stages of a load profile: for how long, at which rates, over how many connections."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from ..demand.durations import read_ns
from ..demand.profile import Piece, due_until
from ..errors import UsageError
from .thresholds import Threshold, samples_for

_RATE = r"\d{1,12}(?:\.\d{1,9})?"
_STAGE = re.compile(
    rf"(?P<duration>[^:]+):(?P<first>{_RATE})(?:-(?P<last>{_RATE}))?(?:@(?P<connections>\d{{1,9}}))?",
    re.ASCII,
)
EXAMPLE = "write DURATION:RATE or DURATION:FIRST-LAST, as 30s:0-2000 or 1m:2000@100"


class RateStage(Piece, frozen=True):
    """A piece of a profile: its rate goes from `first` to `last` msg/s in `duration_s`, evenly.

    Its messages go over so many `connections`; None for as many as the workload says.
    """

    connections: int | None = None

    @property
    def rates(self) -> str:
        """The rates in msg/s as a table has them: `2,000`, or `0–2,000`."""
        ends = dict.fromkeys((self.first, self.last))
        return "–".join(f"{end:,.6g}" for end in ends)

    def __str__(self) -> str:
        """Read as it is typed: `30s:0-2000@100`."""
        rates = f"{self.first:.12g}" if self.first == self.last else f"{self.first:.12g}-{self.last:.12g}"
        over = f"@{self.connections}" if self.connections else ""
        return f"{self.duration_s:.12g}s:{rates}{over}"


def stage_name(stage: int | None) -> str:
    """Return what a stage is called by its number, from 0: `stage 1` is the first one; "" without one."""
    return "" if stage is None else f"stage {stage + 1}"


def stage_at(stages: Sequence[RateStage], at_s: int) -> int:
    """Return in which stage a second of a profile begins; the last one has what is left."""
    begun = 0.0
    for place, stage in enumerate(stages):
        begun += stage.duration_s
        if at_s < begun:
            return place
    return len(stages) - 1


def read_stages(texts: Sequence[str]) -> tuple[RateStage, ...]:
    """Read what `--stage` was given, in order. Raises `UsageError`."""
    return tuple(map(read_stage, texts))


def read_stage(text: str) -> RateStage:
    """Read `30s:0-2000`, `1m:2000` or `1m:2000@100`. Raises `UsageError`."""
    found = _STAGE.fullmatch("".join(text.split()))
    if not found:
        raise UsageError(f"--stage {text!r}: {EXAMPLE}")
    stage = RateStage(
        read_ns(found["duration"], f"--stage {text!r}") / 1e9,
        float(found["first"]),
        float(found["last"] or found["first"]),
        int(found["connections"]) if found["connections"] else None,
    )
    _require_messages(text, stage)
    return stage


def _require_messages(text: str, stage: RateStage) -> None:
    """Raise `UsageError` for a stage in which nothing is due, or nobody sends."""
    if not stage.duration_s:
        raise UsageError(f"--stage {text!r}: it lasts no time; {EXAMPLE}")
    if stage.messages < 1:
        raise UsageError(f"--stage {text!r}: no message is due in it; make it longer, or its rate higher")
    if stage.connections == 0:
        raise UsageError(f"--stage {text!r}: messages need a connection; write at least @1")


class Window(msgspec.Struct, frozen=True):
    """The part of a profile of rates that a step is about, from `begin_s` to `end_s` of the profile.

    `staged` tells one of several stages from what is behind a ramp.
    """

    profile: tuple[Piece, ...]
    begin_s: float
    end_s: float
    staged: bool = False

    @property
    def length_s(self) -> float:
        """How long it is."""
        return self.end_s - self.begin_s

    def due_before(self, moment_s: float, seconds: float) -> float:
        """Return how many messages are due in the last seconds before a moment of the profile."""
        return due_until(self.profile, moment_s) - due_until(self.profile, moment_s - seconds)


def is_judged_in(threshold: Threshold, stage: RateStage) -> bool:
    """Whether a stage holds messages enough for a threshold."""
    return threshold.quantile is None or stage.messages >= samples_for(threshold.quantile)


def require_judgeable_stages(thresholds: Sequence[Threshold], stages: Sequence[RateStage]) -> None:
    """Raise `UsageError` for the first threshold that no stage can be held to."""
    for one in thresholds if stages else ():
        if one.metric == "capacity":
            raise UsageError("--slo capacity is searched for: leave out --stage, and add --slo p99=5ms")
        if not any(is_judged_in(one, stage) for stage in stages):
            most = max(stages, key=lambda stage: stage.messages)
            raise UsageError(
                f"--slo {one.name}: no stage holds the {samples_for(one.quantile or 0):,} messages it needs;"
                f" {most} has {int(most.messages):,}"
            )
