"""The command that drives a server at rates of the user's: `load`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..plan.build_load import LoadWords
from ..targets.spec import Axes
from .options import SPEC, AsShipped, KeepAwake, Out, Quiet, Rounds, Seed, app, axes_of, seed_of, spread


@app.command()
@spread(axes=axes_of)
def load(  # noqa: PLR0917  # typer makes options of them
    target: Annotated[str, typer.Argument(metavar="TARGET", help=f"{SPEC}; or ws://host/path alone.")],
    rate: Annotated[
        list[float] | None,
        typer.Option("--rate", help="Hold this rate, msg/s; several make several steps."),
    ] = None,
    sweep: Annotated[
        bool, typer.Option("--sweep", help="Hold tenths of what it does at most; the default.")
    ] = False,
    slo: Annotated[str, typer.Option("--slo", help="Find the highest rate that keeps this: p99=5ms.")] = "",
    connections: Annotated[int, typer.Option("--connections", help="Connections at once.")] = 16,
    size: Annotated[int, typer.Option("--size", help="Payload in bytes.")] = 64,
    text: Annotated[bool, typer.Option("--text/--binary", help="Kind of the messages.")] = True,
    duration: Annotated[
        float | None, typer.Option("--duration", help="Seconds of a step; 2 by default, 1 in a sweep.")
    ] = None,
    ramp: Annotated[float, typer.Option("--ramp", help="Seconds before it in which the rate rises.")] = 0.25,
    poisson: Annotated[
        bool, typer.Option("--poisson", help="Messages at random times, not evenly spaced.")
    ] = False,
    agents: Annotated[int, typer.Option("--agents", help="Processes that share the connections.")] = 1,
    burst: Annotated[int, typer.Option("--burst", help="Messages more at once, each second.")] = 0,
    *,
    axes: Axes,
    as_shipped: AsShipped = False,
    rounds: Rounds = None,
    keep_awake: KeepAwake = True,
    seed: Seed = None,
    label: Annotated[str, typer.Option(help="Part of the result file's name.")] = "load",
    out: Out = Path("results"),
    format: Annotated[str, typer.Option("--format", help="table, markdown, csv or json.")] = "table",  # noqa: A002
    quiet: Quiet = False,
) -> None:
    """Send at a rate, whatever comes back: response times, the knee, the most a server bears."""
    from ..commands.load import load_and_report

    words = LoadWords(
        target=target,
        rates=tuple(rate or ()),
        sweep=sweep,
        slo=slo,
        connections=connections,
        size=size,
        text=text,
        duration_s=duration,
        ramp_s=ramp,
        poisson=poisson,
        agents=agents,
        burst=burst,
        axes=axes,
        as_shipped=as_shipped,
        rounds=rounds,
        keep_awake=keep_awake,
    )
    code = load_and_report(words, seed=seed_of(seed), label=label, out=out, form=format, quiet=quiet)
    raise typer.Exit(code)
