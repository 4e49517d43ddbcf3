"""The command that sends to a server at rates the user sets: `load`."""

from __future__ import annotations

from typing import Annotated

import typer

from ..errors import UsageError
from ..planning.load import LoadWords
from . import completion
from .options import CONNECTIONS, SIZE, SPEC, Resume, Setup, setup_from_options
from .output_options import Output, output_with_label
from .parser import app, expand_parameters, require_alone
from .shared.pace import Pace, pace_from_options


@app.command()
@expand_parameters(pace=pace_from_options, setup=setup_from_options, output=output_with_label("load"))
def load(  # noqa: PLR0917  # typer makes options of them
    ctx: typer.Context,
    target: Annotated[
        str,
        typer.Argument(
            metavar="TARGET",
            help=f"{SPEC}; or ws://host/path alone.",
            autocompletion=completion.servers,
        ),
    ] = "",
    sweep: Annotated[
        bool, typer.Option("--sweep", help="Measure at 10 %, 20 %, … of the maximum rate; the default.")
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 3 where an --slo can't be told.")
    ] = False,
    connections: Annotated[int, CONNECTIONS] = 16,
    size: Annotated[int, SIZE] = 64,
    text: Annotated[bool, typer.Option("--text/--binary", help="Kind of the messages.")] = True,
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
    pace: Pace,
    setup: Setup,
    output: Output,
) -> None:
    """Send at a fixed rate, whatever comes back: response times, and the highest rate a server can carry."""
    from ..commands.load import load_and_report
    from ..commands.resume import resume_and_report

    if resume:
        require_alone(ctx, "format", "write", "quiet", "strict")
        raise typer.Exit(
            resume_and_report(resume, output.form, output.write, quiet=output.quiet, strict=strict)
        )
    if not target:
        raise UsageError("load needs a target: wsbench load tornado --rate 2000, or ws://host/path")
    words = LoadWords(
        target=target,
        sweep=sweep,
        connections=connections,
        size=size,
        text=text,
        agents=agents,
        burst=burst,
        **pace._asdict(),
        scheduler=scheduler,
        server_on=server_on,
        **setup._asdict(),
    )
    raise typer.Exit(load_and_report(words, **output._asdict(), strict=strict))
