"""The options that several commands share, each written once, and the functions that make records of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, NamedTuple, get_args

import typer
from msgspec.structs import replace

from ..demand.durations import read_micros, read_timeout
from ..demand.messages import weighed
from ..demand.workload import THINK_US, TIMEOUT_S, Wait
from ..plan.network import PROFILES, NetworkWords, read_network
from ..planning.workloads import Kind, Words
from ..targets.catalogue import choose
from ..targets.contract import START_S
from ..targets.spec import Axes
from ..targets.templates import refers
from ..workflow.values import read_message
from . import completion
from .parser import expand_parameters
from .scenario import File, targets_of
from .server_options import axes_from_options, split_at_commas

SPEC = (
    "Such as tornado, websockets==15.0, aiohttp@uvloop==0.22.1, fastapi@with:uvicorn==0.41.0, tornado@tls,"
    " mine=FILE.py, mine=ws://host/path, mine='cmd:node server.js {port}'"
)
CLIENT = (
    "Client library that sends: wire, websockets==15.0.1, picows==1.11.1@with:aiofastnet==0.0.2;"
    " `list` names all."
)
Servers = Annotated[
    list[str] | None, typer.Argument(metavar="SERVER", help=SPEC, autocompletion=completion.servers)
]
Rounds = Annotated[
    int | None, typer.Option("--rounds", help="Rounds of fresh processes; chosen for you if left out.")
]
Clients = Annotated[
    list[str] | None, typer.Option("--client", "-c", help=CLIENT, autocompletion=completion.clients)
]
AsShipped = Annotated[bool, typer.Option("--as-shipped", help="Libraries' own defaults, not equal settings.")]
Everybody = Annotated[bool, typer.Option("--all", help="All servers; those not installed get environments.")]
KeepAwake = Annotated[
    bool, typer.Option("--keep-awake/--no-keep-awake", help="Keep both cores from sleeping (on usually).")
]
ClientWait = Annotated[
    str | None, typer.Option("--client-wait", help="How wire waits for replies: poll, or sleep.")
]
Timeout = Annotated[
    str | None, typer.Option("--timeout", help="How long connecting or an answer may take: 10s; 5s usually.")
]
StartTimeout = Annotated[
    str | None, typer.Option("--start-timeout", help="How long a server may take to start: 2m.")
]
Network = Annotated[
    str | None,
    typer.Option(
        "--network",
        help="Put a network in between: lan, wan, mobile, satellite, or 'delay=20ms loss=0.1%'.",
        autocompletion=completion.of(*PROFILES),
    ),
]
Messages = Annotated[
    list[str] | None,
    typer.Option("--message", help="Message to send; {n}, {uuid}, {timestamp} are filled in."),
]
Weights = Annotated[
    list[int] | None,
    typer.Option("--weight", help="How often each --message is sent, in their order: --weight 9 --weight 1."),
]
Resume = Annotated[
    Path | None, typer.Option("--resume", help="Go on with the run of this file, however it ended.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be measured, and for how long.")]
SIZE = typer.Option("--size", help="Payload in bytes.")
CONNECTIONS = typer.Option("--connections", help="Connections open at the same time.")


Flame = Annotated[
    Path | None,
    typer.Option("--flame", help="Draw who calls whom, and the cost, as a flame graph: an SVG file."),
]

WAITS: dict[str, Wait] = {one: one for one in get_args(Wait)}


class Setup(NamedTuple):
    """How servers are measured, whatever is sent: side by side or at a rate."""

    axes: Axes
    as_shipped: bool
    rounds: int | None
    keep_awake: bool
    client_wait: Wait | None
    timeout_s: float
    start_timeout_s: float
    messages: tuple[str, ...]
    typed: tuple[str, ...]
    network: NetworkWords | None


@expand_parameters(axes=axes_from_options)
def setup_from_options(
    *,
    axes: Axes,
    as_shipped: AsShipped = False,
    rounds: Rounds = None,
    keep_awake: KeepAwake = True,
    client_wait: ClientWait = None,
    timeout: Timeout = None,
    start_timeout: StartTimeout = None,
    message: Messages = None,
    weight: Weights = None,
    network: Network = None,
    scenario: File = "",
) -> Setup:
    """Return how servers are measured. Raises `UsageError`."""
    wait = None if client_wait is None else WAITS[choose("wait", client_wait, WAITS)]
    patience = read_timeout(timeout, "--timeout") if timeout else TIMEOUT_S
    start = read_timeout(start_timeout, "--start-timeout") if start_timeout else START_S
    axes = replace(axes, targets=targets_of(scenario))
    between = None if network is None else read_network(network)
    sent = read_messages(message, weight)
    return Setup(axes, as_shipped, rounds, keep_awake, wait, patience, start, *sent, between)


@expand_parameters(setup=setup_from_options)
def words_from_options(
    client: Clients = None,
    size: Annotated[list[int] | None, SIZE] = None,
    text: Annotated[bool, typer.Option("--text", help="Text messages; the default.")] = False,
    binary: Annotated[bool, typer.Option("--binary", help="Binary messages; with --text, both.")] = False,
    fragments: Annotated[
        list[int] | None, typer.Option("--fragments", help="Split each message into this many frames.")
    ] = None,
    payload: Annotated[
        list[str] | None, typer.Option("--payload", help="random, or words, which deflate shortens.")
    ] = None,
    connections: Annotated[list[int] | None, CONNECTIONS] = None,
    depth: Annotated[
        list[int] | None, typer.Option("--depth", help="Messages in flight on each connection.")
    ] = None,
    idle: Annotated[
        list[int] | None, typer.Option("--idle", help="Extra idle connections to keep open.")
    ] = None,
    slow_readers: Annotated[
        list[int] | None,
        typer.Option("--slow-readers", help="Extra connections that read slowly."),
    ] = None,
    think: Annotated[
        str, typer.Option("--think", help="Pause from a reply to the next message, with one in flight: 50us.")
    ] = f"{THINK_US}us",
    *,
    setup: Setup,
    explain: Annotated[
        bool, typer.Option("--explain", help="Say which slow messages coincided with a pause of the server.")
    ] = False,
) -> Words:
    """Return what is to be measured; servers and profile are the command's own. Raises `UsageError`."""
    return Words(
        clients=split_at_commas(client),
        sizes=tuple(size or ()),
        kinds=chosen_kinds(text=text, binary=binary),
        fragments=tuple(fragments or ()),
        payloads=split_at_commas(payload),
        connections=tuple(connections or ()),
        depths=tuple(depth or ()),
        idle=tuple(idle or ()),
        slow_readers=tuple(slow_readers or ()),
        think_us=read_micros(think, "--think"),
        **setup._asdict(),
        explain=explain,
    )


def read_messages(
    said: list[str] | None, weights: list[int] | None = None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return messages in turn, each as often as it weighs, and how each was typed.

    That is "" where it names no file or variable. Raises `UsageError`.
    """
    turn = weighed(said or (), weights or ())
    known = {one: read_message(one) for one in said or ()}
    return tuple(known[one] for one in turn), tuple(one if refers(one) else "" for one in turn)


def chosen_kinds(*, text: bool, binary: bool) -> tuple[Kind, ...]:
    """Return the kinds of messages that were asked for."""
    chosen: tuple[tuple[Kind, bool], ...] = (("text", text), ("binary", binary))
    return tuple(kind for kind, asked in chosen if asked)
