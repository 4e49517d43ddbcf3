"""The command that shows stored runs over time: `history`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..targets.catalogue import YARDSTICK
from . import completion
from .output_options import Format, Write
from .parser import app
from .server_options import split_at_commas


@app.command()
def history(  # noqa: PLR0917  # typer makes options of them
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[FOLDER|FILE]...",
            help="Folders, all below them and in zip files too; results/ if left out.",
        ),
    ] = None,
    since: Annotated[str, typer.Option("--since", help="2026-01-31, or 30d.")] = "",
    only: Annotated[
        list[str] | None, typer.Option("--server", metavar="NAME", help="These servers only, by label.")
    ] = None,
    metric: Annotated[
        list[str] | None,
        typer.Option(
            "--metric",
            help="Such as rtt_p99; what check gates if left out.",
            autocompletion=completion.metrics,
        ),
    ] = None,
    against: Annotated[
        str,
        typer.Option(
            "--against", help="The server that times are ratios to.", autocompletion=completion.servers
        ),
    ] = YARDSTICK,
    badge: Annotated[
        Path | None,
        typer.Option("--badge", help="Write a badge: SVG, or for shields.io .json."),
    ] = None,
    format: Format = "table",  # noqa: A002
    write: Write = None,
) -> None:
    """Show all stored runs over time, and where their level changed, by how much, and how sure that is."""
    from ..commands.history import Wanted, history_and_report

    wanted = Wanted(since, split_at_commas(only), split_at_commas(metric), against)
    raise typer.Exit(history_and_report(paths or (), wanted, format, badge, write or ()))
