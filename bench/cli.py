"""The command line: each verb reads its words and makes one call. Heavy modules are imported late."""

from __future__ import annotations

import io
import os
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from .exits import FINE, STOPPED, USAGE
from .values.catalogue import REFERENCE, UsageError
from .values.contract import HOST, REFERENCE_PORT
from .values.workload import THINK_US

app = typer.Typer(
    name="wsbench",
    help="WebSocket echo benchmark suite: servers side by side, an interval on every number.",
    epilog="Examples: wsbench run | wsbench run tornado aiohttp@uvloop -c wire | wsbench verify tornado",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Servers = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[SERVER]...", help="name, name@loop, label=name, label=FILE.py or label=ws://host/path"
    ),
]
AsShipped = Annotated[bool, typer.Option("--as-shipped", help="Libraries' own defaults, not equal settings.")]
Loops = Annotated[
    list[str] | None, typer.Option("--loop", help="Event loop of the servers: asyncio, uvloop.")
]


@app.command()
def run(  # noqa: PLR0917  # typer makes options of them
    servers: Servers = None,
    client: Annotated[
        list[str] | None, typer.Option("--client", "-c", help="Who drives; `list` names all.")
    ] = None,
    size: Annotated[list[int] | None, typer.Option(help="Payload in bytes.")] = None,
    connections: Annotated[list[int] | None, typer.Option(help="Connections at once.")] = None,
    depth: Annotated[list[int] | None, typer.Option(help="Messages in flight on each connection.")] = None,
    think: Annotated[
        int, typer.Option(help="µs from a reply to the next message, one in flight.")
    ] = THINK_US,
    loop: Loops = None,
    text: Annotated[bool, typer.Option("--text/--binary", help="Type of the messages.")] = True,
    as_shipped: AsShipped = False,
    profile: Annotated[str, typer.Option(help="quick (30 s), default (2 min) or thorough.")] = "default",
    rounds: Annotated[
        int | None, typer.Option(help="Rounds of fresh processes; the profile's own if left out.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Fixes payloads and the order of turns.")] = None,
    label: Annotated[str, typer.Option(help="Part of the result file's name.")] = "run",
    out: Annotated[Path, typer.Option(help="Folder for the result file.")] = Path("results"),
    format: Annotated[str, typer.Option("--format", help="table, markdown, csv or json.")] = "table",  # noqa: A002
    keep_awake: Annotated[
        bool, typer.Option("--keep-awake/--no-keep-awake", help="Keep both cores from sleeping.")
    ] = True,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
) -> None:
    """Measure servers side by side and print who is faster, by how much, and how sure that is."""
    from .session import run_and_report
    from .values.choice import Words

    words = Words(
        servers=tuple(servers or ()),
        clients=_split(client),
        sizes=tuple(size or ()),
        connections=tuple(connections or ()),
        depths=tuple(depth or ()),
        loops=_split(loop),
        think_us=think,
        text=text,
        as_shipped=as_shipped,
        profile=profile,
        rounds=rounds,
        keep_awake=keep_awake,
    )
    seed = int.from_bytes(os.urandom(4), "big") if seed is None else seed
    raise typer.Exit(run_and_report(words, seed=seed, label=label, out=out, form=format, quiet=quiet))


@app.command()
def verify(servers: Servers = None, as_shipped: AsShipped = False, loop: Loops = None) -> None:
    """Try the contract on every server, line by line."""
    from .session import verify_and_report

    raise typer.Exit(verify_and_report(servers or (), _split(loop), equal=not as_shipped))


@app.command()
def report(
    file: Annotated[
        Path | None, typer.Argument(help="A result file; the newest in results/ if left out.")
    ] = None,
    format: Annotated[str, typer.Option("--format", help="table, markdown, csv or json.")] = "table",  # noqa: A002
) -> None:
    """Show a stored run again, without measuring."""
    from .session import report_file

    raise typer.Exit(report_file(file, format))


@app.command(name="list")
def list_() -> None:
    """List servers, clients, loops and profiles, with the versions installed here."""
    from .session import list_contestants

    list_contestants()


@app.command()
def env() -> None:
    """Show what this machine offers for measuring."""
    from .session import show_environment

    show_environment()


@app.command()
def serve(
    server: Annotated[str, typer.Argument(metavar="SERVER")],
    host: Annotated[str, typer.Option(help="Address to listen on.")] = HOST,
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.")] = REFERENCE_PORT,
    loop: Annotated[str, typer.Option(help="Event loop: asyncio, uvloop.")] = "asyncio",
    as_shipped: AsShipped = False,
) -> None:
    """Run one server in the foreground until Ctrl-C."""
    from .session import serve_in_foreground

    raise typer.Exit(serve_in_foreground(server, loop, host=host, port=port, equal=not as_shipped))


@app.command()
def hello(
    server: Annotated[str, typer.Argument(metavar="[SERVER]")] = REFERENCE,
    client: Annotated[str, typer.Option("--client", "-c", help="Who says hello.")] = "ws4py",
) -> None:
    """Play the reference conversation and print what each side sees."""
    from .session import play_hello

    raise typer.Exit(play_hello(server, client))


def _split(words: list[str] | None) -> tuple[str, ...]:
    """Take `--client wire,ws4py` like `--client wire --client ws4py`."""
    return tuple(part for word in words or [] for part in word.split(",") if part)


def _interrupt(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


def main() -> None:
    """Run the command line; a usage error is one line and exit code 2."""
    signal.signal(signal.SIGTERM, _interrupt)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a table is worth more than its dashes
    try:
        code = app(standalone_mode=False)
    except UsageError as problem:
        code = _complain(str(problem), USAGE)
    except KeyboardInterrupt:
        code = STOPPED
    except BrokenPipeError:  # the reader of our output has gone, as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = FINE
    except Exception as problem:  # noqa: BLE001  # what is no usage error is raised again
        code = _of_click(problem)
    sys.exit(code or FINE)


def _of_click(problem: Exception) -> int:
    """Turn the parser's own complaints into one line; everything else is a bug and is raised."""
    if type(problem).__name__ == "Abort":
        return STOPPED
    message = getattr(problem, "format_message", None)
    if message is None:
        raise problem
    return _complain(message().replace("\n", " "), USAGE)


def _complain(line: str, code: int) -> int:
    print(f"wsbench: {line}", file=sys.stderr)  # noqa: T201
    return code


if __name__ == "__main__":
    main()
