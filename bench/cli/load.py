"""The command that sends to a server at rates the user sets: `load`."""

from __future__ import annotations

from typing import Annotated

import typer
from msgspec.structs import replace

from ..demand.durations import read_duration
from ..errors import UsageError
from ..planning.load import LoadWords
from . import completion
from .options import CONNECTIONS, SIZE, SPEC, Resume, Setup, setup_from_options
from .output_options import Output, output_with_label
from .parser import app, expand_parameters, require_alone


@app.command()
@expand_parameters(setup=setup_from_options, output=output_with_label("load"))
def load(  # noqa: PLR0917  # typer makes options of them
    ctx: typer.Context,
    target: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="TARGET",
            help=f"{SPEC}; or ws://host/path alone. Several take turns.",
            autocompletion=completion.servers,
        ),
    ] = None,
    rate: Annotated[
        list[float] | None,
        typer.Option("--rate", help="Hold this rate, msg/s; several make several steps."),
    ] = None,
    sweep: Annotated[
        bool, typer.Option("--sweep", help="Measure at 10 %, 20 %, … of the maximum rate; the default.")
    ] = False,
    slo: Annotated[
        list[str] | None,
        typer.Option(
            "--slo",
            metavar="METRIC=VALUE",
            help="Judge each --rate by this, or find the highest that keeps it: p99=5ms.",
        ),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 3 where an --slo can't be told.")
    ] = False,
    connections: Annotated[int, CONNECTIONS] = 16,
    size: Annotated[int, SIZE] = 64,
    text: Annotated[bool, typer.Option("--text/--binary", help="Kind of the messages.")] = True,
    duration: Annotated[
        str | None,
        typer.Option("--duration", help="How long a step is: 500ms, 10s or 2m; 2s, 1s in a sweep."),
    ] = None,
    ramp: Annotated[
        str | None, typer.Option("--ramp", help="How long before it the rate rises; 250ms.")
    ] = None,
    stage: Annotated[
        list[str] | None,
        typer.Option(
            "--stage",
            metavar="TIME:RATE[-RATE][@N]",
            help="A stage of a profile, over N connections: 30s:0-2000; several in order.",
        ),
    ] = None,
    poisson: Annotated[
        bool, typer.Option("--poisson", help="Messages at random times, not evenly spaced.")
    ] = False,
    agents: Annotated[int, typer.Option("--agents", help="Processes, or workers, that share them all.")] = 1,
    scheduler: Annotated[
        str, typer.Option("--scheduler", help="Agents are the workers of this Dask cluster: tcp://host:8786.")
    ] = "",
    server_on: Annotated[
        str, typer.Option("--server-on", help="Its worker that starts the server: tcp://host:port.")
    ] = "",
    burst: Annotated[int, typer.Option("--burst", help="Extra messages at once, every second.")] = 0,
    resume: Resume = None,
    *,
    setup: Setup,
    output: Output,
) -> None:
    """Send at a fixed rate, whatever comes back: response times, and the highest rate a server can carry."""
    from ..commands.load import load_and_report, load_in_turns
    from ..commands.resume import resume_and_report

    if resume:
        require_alone(ctx, "format", "write", "quiet", "strict")
        raise typer.Exit(
            resume_and_report(resume, output.form, output.write, quiet=output.quiet, strict=strict)
        )
    if not target:
        raise UsageError("load needs a target: wsbench load tornado --rate 2000, or ws://host/path")
    words = LoadWords(
        target=target[0],
        rates=tuple(rate or ()),
        sweep=sweep,
        slo=tuple(slo or ()),
        connections=connections,
        size=size,
        text=text,
        duration_s=read_duration(duration, "--duration", "s") / 1e9 if duration is not None else None,
        ramp_s=read_duration(ramp, "--ramp", "s") / 1e9 if ramp is not None else None,
        poisson=poisson,
        agents=agents,
        burst=burst,
        scheduler=scheduler,
        server_on=server_on,
        stages=tuple(stage or ()),
        **setup._asdict(),
    )
    if len(target) > 1:
        many = [replace(words, target=one) for one in target]
        raise typer.Exit(load_in_turns(many, **output._asdict(), strict=strict))
    raise typer.Exit(load_and_report(words, **output._asdict(), strict=strict))
