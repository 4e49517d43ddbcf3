"""The options that several commands share, and the parser they hang on."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from ..plan.workload import THINK_US
from ..plan.workloads import Kind, Words
from ..targets.catalogue import LOOPS, choose
from ..targets.reply import read_reply
from ..targets.spec import Access, Axes
from ..targets.spec_parser import read_header, read_python

ORDER = (
    *("run", "compare", "check", "load", "report"),
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

SPEC = "Such as tornado, websockets==15.0, aiohttp@uvloop, tornado@tls, mine=FILE.py, mine=ws://host/path"
Servers = Annotated[list[str] | None, typer.Argument(metavar="[SERVER]...", help=SPEC)]
Rounds = Annotated[
    int | None, typer.Option("--rounds", help="Rounds of fresh processes; chosen for you if left out.")
]
Seed = Annotated[int | None, typer.Option("--seed", help="Fixes payloads and the order of turns.")]
Out = Annotated[Path, typer.Option("--out", help="Folder for the result file.")]
Clients = Annotated[list[str] | None, typer.Option("--client", "-c", help="Who drives; `list` names all.")]
AsShipped = Annotated[bool, typer.Option("--as-shipped", help="Libraries' own defaults, not equal settings.")]
KeepAwake = Annotated[
    bool, typer.Option("--keep-awake/--no-keep-awake", help="Keep both cores from sleeping.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")]


def spread(**builders: Callable[..., Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Put the options of a function in the place of one parameter of a command.

    `@spread(axes=axes_of)` gives a command with a parameter `axes` all parameters of `axes_of`, and calls it
    with what that returns: options that several commands share are written once.
    """

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        own = inspect.signature(command, eval_str=True).parameters
        shared = {
            name: inspect.signature(builder, eval_str=True).parameters for name, builder in builders.items()
        }
        parameters = [
            one.replace(kind=inspect.Parameter.KEYWORD_ONLY)
            for name, parameter in own.items()
            for one in (shared[name].values() if name in shared else [parameter])
        ]

        def spreading(**values: Any) -> Any:
            for name, builder in builders.items():
                values[name] = builder(**{one: values.pop(one) for one in shared[name]})
            return command(**values)

        spreading.__name__, spreading.__doc__ = command.__name__, command.__doc__
        spreading.__annotations__ = {one.name: one.annotation for one in parameters}
        spreading.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        return spreading

    return decorate


def axes_of(
    loop: Annotated[
        list[str] | None, typer.Option("--loop", help="Event loops of the servers: asyncio, uvloop.")
    ] = None,
    python: Annotated[
        list[str] | None, typer.Option("--python", help="Interpreters of the servers: 3.12,3.13 or paths.")
    ] = None,
    tls: Annotated[bool, typer.Option("--tls", help="Serve over TLS, with certificates made here.")] = False,
    deflate: Annotated[bool, typer.Option("--deflate", help="Agree on permessage-deflate.")] = False,
    reply: Annotated[str, typer.Option(help="A server of yours: echo, prefix:TEXT or any.")] = "echo",
    header: Annotated[
        list[str] | None, typer.Option("--header", help="A server of yours: 'Name: value' to send.")
    ] = None,
    subprotocol: Annotated[
        list[str] | None, typer.Option("--subprotocol", help="A server of yours: subprotocol to offer.")
    ] = None,
    ca: Annotated[str, typer.Option(help="A server of yours: file of the authority to trust.")] = "",
    insecure: Annotated[
        bool, typer.Option("--insecure", help="A server of yours: trust any certificate.")
    ] = False,
) -> Axes:
    """Return what is asked of every server. Raises `UsageError`."""
    return Axes(
        loops=tuple(choose("loop", one, LOOPS) for one in split(loop)),
        pythons=tuple(map(read_python, split(python))),
        tls=tls,
        deflate=deflate,
        access=Access(
            reply=read_reply(reply),
            headers=tuple(map(read_header, header or ())),
            subprotocols=split(subprotocol),
            ca=ca,
            insecure=insecure,
        ),
    )


@spread(axes=axes_of)
def words_of(
    client: Clients = None,
    size: Annotated[list[int] | None, typer.Option("--size", help="Payload in bytes.")] = None,
    text: Annotated[bool, typer.Option("--text", help="Text messages; the default.")] = False,
    binary: Annotated[bool, typer.Option("--binary", help="Binary messages; with --text, both.")] = False,
    fragments: Annotated[
        list[int] | None, typer.Option("--fragments", help="Frames each message is sent in.")
    ] = None,
    payload: Annotated[
        list[str] | None, typer.Option("--payload", help="random, or words, which deflate shortens.")
    ] = None,
    connections: Annotated[
        list[int] | None, typer.Option("--connections", help="Connections at once.")
    ] = None,
    depth: Annotated[
        list[int] | None, typer.Option("--depth", help="Messages in flight on each connection.")
    ] = None,
    idle: Annotated[
        list[int] | None, typer.Option("--idle", help="More connections, which say nothing.")
    ] = None,
    slow_readers: Annotated[
        list[int] | None, typer.Option("--slow-readers", help="More connections, which hardly read.")
    ] = None,
    think: Annotated[
        int, typer.Option("--think", help="µs from a reply to the next message, one in flight.")
    ] = THINK_US,
    *,
    axes: Axes,
    as_shipped: AsShipped = False,
    rounds: Rounds = None,
    keep_awake: KeepAwake = True,
    explain: Annotated[
        bool, typer.Option("--explain", help="Say which slow messages met a pause of the server.")
    ] = False,
) -> Words:
    """Return what is to be measured; servers and profile are the command's own. Raises `UsageError`."""
    return Words(
        clients=split(client),
        sizes=tuple(size or ()),
        kinds=_kinds(text=text, binary=binary),
        fragments=tuple(fragments or ()),
        payloads=split(payload),
        connections=tuple(connections or ()),
        depths=tuple(depth or ()),
        idle=tuple(idle or ()),
        slow_readers=tuple(slow_readers or ()),
        think_us=think,
        axes=axes,
        as_shipped=as_shipped,
        rounds=rounds,
        keep_awake=keep_awake,
        explain=explain,
    )


def _kinds(*, text: bool, binary: bool) -> tuple[Kind, ...]:
    chosen: tuple[tuple[Kind, bool], ...] = (("text", text), ("binary", binary))
    return tuple(kind for kind, asked in chosen if asked)


def split(words: list[str] | None) -> tuple[str, ...]:
    """Take `--client wire,ws4py` like `--client wire --client ws4py`."""
    return tuple(part for word in words or [] for part in word.split(",") if part)


def seed_of(seed: int | None) -> int:
    """Return the seed, a random one where the user gave none."""
    return int.from_bytes(os.urandom(4), "big") if seed is None else seed
