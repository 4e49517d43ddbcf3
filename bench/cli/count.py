"""The command that counts work: `count`."""

from __future__ import annotations

from typing import Annotated

import typer

from ..planning.count import SEED
from ..planning.workloads import Words
from ..targets.spec import Axes
from .options import SIZE, AsShipped, Flame, Output, Rounds, Servers, chosen_kinds, output_with_label
from .parser import app, expand_parameters
from .server_options import axes_from_options, split_at_commas


@app.command()
@expand_parameters(axes=axes_from_options, output=output_with_label("count", SEED))
def count(  # noqa: PLR0917  # typer makes options of them
    servers: Servers = None,
    instrument: Annotated[
        list[str] | None,
        typer.Option(
            "--instrument",
            help="instructions, allocations, syscalls, calls, bare: these usually; or python, from 3.12 on.",
        ),
    ] = None,
    size: Annotated[list[int] | None, SIZE] = None,
    text: Annotated[bool, typer.Option("--text", help="Text messages; the default.")] = False,
    binary: Annotated[bool, typer.Option("--binary", help="Binary messages; with --text, both.")] = False,
    depth: Annotated[
        list[int] | None, typer.Option("--depth", help="Messages sent at once; 1 and 32 usually.")
    ] = None,
    rounds: Rounds = None,
    flame: Flame = None,
    as_shipped: AsShipped = False,
    *,
    axes: Axes,
    output: Output,
) -> None:
    """Count the work a server does per message: instructions, system calls, allocations, Python calls."""
    from ..commands.count import count_and_report

    words = Words(
        servers=tuple(servers or ()),
        sizes=tuple(size or ()),
        kinds=chosen_kinds(text=text, binary=binary),
        depths=tuple(depth or ()),
        rounds=rounds,
        axes=axes,
        as_shipped=as_shipped,
    )
    raise typer.Exit(
        count_and_report(words, instruments=split_at_commas(instrument), flame=flame, **output._asdict())
    )
