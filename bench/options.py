"""The options that several commands share, and the parser they hang on."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

ORDER = (
    *("run", "compare", "check", "report"),
    *("verify", "calibrate", "selftest"),
    *("list", "env", "serve", "hello"),
)
"""The commands as `wsbench --help` lists them: measuring first."""


class InOrder(TyperGroup):
    """The commands in their own order, wherever they are defined."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names in that order."""
        return sorted(super().list_commands(ctx), key=ORDER.index)


app = typer.Typer(
    name="wsbench",
    cls=InOrder,
    help="WebSocket echo benchmark suite: servers side by side, an interval on every number.",
    epilog="Examples: wsbench run | wsbench compare tornado aiohttp@uvloop | wsbench verify tornado",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

SPEC = "name, name@loop, label=name, label=FILE.py or label=ws://host/path"
Servers = Annotated[list[str] | None, typer.Argument(metavar="[SERVER]...", help=SPEC)]
AsShipped = Annotated[bool, typer.Option("--as-shipped", help="Libraries' own defaults, not equal settings.")]
Loops = Annotated[
    list[str] | None, typer.Option("--loop", help="Event loop of the servers: asyncio, uvloop.")
]
Clients = Annotated[list[str] | None, typer.Option("--client", "-c", help="Who drives; `list` names all.")]
Sizes = Annotated[list[int] | None, typer.Option("--size", help="Payload in bytes.")]
Connections = Annotated[list[int] | None, typer.Option("--connections", help="Connections at once.")]
Depths = Annotated[list[int] | None, typer.Option("--depth", help="Messages in flight on each connection.")]
Think = Annotated[int, typer.Option("--think", help="µs from a reply to the next message, one in flight.")]
Text = Annotated[bool, typer.Option("--text/--binary", help="Type of the messages.")]
Rounds = Annotated[
    int | None, typer.Option("--rounds", help="Rounds of fresh processes; chosen for you if left out.")
]
Seed = Annotated[int | None, typer.Option("--seed", help="Fixes payloads and the order of turns.")]
Out = Annotated[Path, typer.Option("--out", help="Folder for the result file.")]
KeepAwake = Annotated[
    bool, typer.Option("--keep-awake/--no-keep-awake", help="Keep both cores from sleeping.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")]


def split(words: list[str] | None) -> tuple[str, ...]:
    """Take `--client wire,ws4py` like `--client wire --client ws4py`."""
    return tuple(part for word in words or [] for part in word.split(",") if part)


def seed_of(seed: int | None) -> int:
    """Return the seed, a random one where the user gave none."""
    return int.from_bytes(os.urandom(4), "big") if seed is None else seed
