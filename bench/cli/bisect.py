"""The command that finds changes: `bisect`."""

from __future__ import annotations

from typing import Annotated

import typer

from ..planning.count import SEED
from ..planning.workloads import Words
from ..targets.spec import Axes
from .options import SIZE, AsShipped, Rounds, chosen_kinds
from .output_options import Quiet, Seed
from .parser import app, expand_parameters
from .server_options import axes_from_options


@app.command()
@expand_parameters(axes=axes_from_options)
def bisect(  # noqa: PLR0917  # typer makes options of them
    good: Annotated[str, typer.Argument(metavar="GOOD", help="tornado==6.2, or tornado@git:REPO#REF.")],
    bad: Annotated[str, typer.Argument(metavar="BAD", help="A later release, or a later commit.")],
    margin: Annotated[float, typer.Option(help="What is a change, in percent of instructions.")] = 0.5,
    size: Annotated[list[int] | None, SIZE] = None,
    text: Annotated[bool, typer.Option("--text", help="Text messages; the default.")] = False,
    binary: Annotated[bool, typer.Option("--binary", help="Binary messages.")] = False,
    depth: Annotated[
        list[int] | None, typer.Option("--depth", help="Messages sent at once; 1 usually.")
    ] = None,
    rounds: Rounds = None,
    as_shipped: AsShipped = False,
    seed: Seed = None,
    format: Annotated[str, typer.Option("--format", help="table, markdown or json.")] = "table",  # noqa: A002
    quiet: Quiet = False,
    *,
    axes: Axes,
) -> None:
    """Find the releases or commits at which the instructions per message changed."""
    from ..commands.bisect import bisect_and_report

    words = Words(
        sizes=tuple(size or ()),
        kinds=chosen_kinds(text=text, binary=binary),
        depths=tuple(depth or ()),
        rounds=rounds,
        axes=axes,
        as_shipped=as_shipped,
    )
    seed = SEED if seed is None else seed
    raise typer.Exit(bisect_and_report(good, bad, words, margin=margin, seed=seed, form=format, quiet=quiet))
