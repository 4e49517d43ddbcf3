"""The options that say at which rates and for how long a server is loaded, for `load` and `compare`."""

from __future__ import annotations

from typing import Annotated, NamedTuple

import typer

from ...demand.durations import read_duration

WORDS = ("rate", "stage", "slo", "duration", "ramp", "poisson")
"""What the options are called."""


class Pace(NamedTuple):
    """When messages are due, as the user said it: fields of `LoadWords`."""

    rates: tuple[float, ...]
    stages: tuple[str, ...]
    slo: tuple[str, ...]
    duration_s: float | None
    ramp_s: float | None
    poisson: bool

    @property
    def is_asked(self) -> bool:
        """Whether anything of it was said."""
        return any(one not in {None, False, ()} for one in self)


def pace_from_options(
    rate: Annotated[
        list[float] | None,
        typer.Option("--rate", help="Hold this rate, msg/s; several make several steps."),
    ] = None,
    stage: Annotated[
        list[str] | None,
        typer.Option(
            "--stage",
            metavar="TIME:RATE[-RATE][@N]",
            help="A stage of a profile, over N connections: 30s:0-2000; several in order.",
        ),
    ] = None,
    slo: Annotated[
        list[str] | None,
        typer.Option(
            "--slo",
            metavar="METRIC=VALUE",
            help="Judge each --rate by this, or find the highest that keeps it: p99=5ms.",
        ),
    ] = None,
    duration: Annotated[
        str | None,
        typer.Option("--duration", help="How long a step is: 500ms, 10s or 2m; 2s, 1s in a sweep."),
    ] = None,
    ramp: Annotated[
        str | None, typer.Option("--ramp", help="How long before it the rate rises; 250ms.")
    ] = None,
    poisson: Annotated[
        bool, typer.Option("--poisson", help="Messages at random times, not evenly spaced.")
    ] = False,
) -> Pace:
    """Return when messages are due. Raises `UsageError`."""
    return Pace(
        tuple(rate or ()),
        tuple(stage or ()),
        tuple(slo or ()),
        read_duration(duration, "--duration", "s") / 1e9 if duration is not None else None,
        read_duration(ramp, "--ramp", "s") / 1e9 if ramp is not None else None,
        poisson,
    )
