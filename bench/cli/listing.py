"""The commands that show what there is: `list` and `env`."""

from __future__ import annotations

from typing import Annotated

import typer

from .parser import app


@app.command(name="list")
def list_(
    versions: Annotated[
        str,
        typer.Option("--versions", metavar="NAME", help="All versions of this server's or client's library."),
    ] = "",
) -> None:
    """List servers, clients, loops and profiles, with the versions installed here."""
    from ..commands.listing import list_contestants, list_versions

    if versions:
        list_versions(versions)
    else:
        list_contestants()


@app.command()
def env(
    clear: Annotated[bool, typer.Option("--clear", help="Remove all environments that are kept.")] = False,
) -> None:
    """Show what this machine offers for measuring, and which environments are kept."""
    from ..commands.listing import clear_environments, show_environment

    if clear:
        clear_environments()
    else:
        show_environment()
