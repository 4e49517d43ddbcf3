"""The stages of a load profile: for how long, at which rates, over how many connections."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..demand.durations import read_ns
from ..demand.profile import Piece
from ..errors import UsageError

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

    def __str__(self) -> str:
        """Read as it is typed: `30s:0-2000@100`."""
        rates = f"{self.first:.12g}" if self.first == self.last else f"{self.first:.12g}-{self.last:.12g}"
        over = f"@{self.connections}" if self.connections else ""
        return f"{self.duration_s:.12g}s:{rates}{over}"


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
