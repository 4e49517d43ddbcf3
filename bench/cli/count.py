"""The command that counts work: `count`."""

from __future__ import annotations

from typing import Annotated

import typer
from msgspec.structs import replace

from ..demand.durations import read_timeout
from ..demand.workload import TIMEOUT_S
from ..planning.count import SEED
from ..planning.workloads import Words
from ..targets.contract import START_S
from ..targets.spec import Axes
from .options import (
    SIZE,
    AsShipped,
    Everybody,
    Flame,
    Messages,
    Rounds,
    Servers,
    StartTimeout,
    Timeout,
    Weights,
    chosen_kinds,
    read_messages,
)
from .output_options import Output, output_with_label
from .parser import app, expand_parameters
from .scenario import File, targets_of
from .server_options import axes_from_options, split_at_commas


@app.command()
@expand_parameters(axes=axes_from_options, output=output_with_label("count", SEED))
def count(  # noqa: PLR0917  # typer makes options of them
    servers: Servers = None,
    everybody: Everybody = False,
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
    message: Messages = None,
    weight: Weights = None,
    rounds: Rounds = None,
    timeout: Timeout = None,
    start_timeout: StartTimeout = None,
    scenario: File = "",
    flame: Flame = None,
    as_shipped: AsShipped = False,
    *,
    axes: Axes,
    output: Output,
) -> None:
    """Count the work a server does per message: instructions, system calls, allocations, Python calls."""
    from ..commands.count import count_and_report

    messages, typed = read_messages(message, weight)
    words = Words(
        servers=tuple(servers or ()),
        sizes=tuple(size or ()),
        kinds=chosen_kinds(text=text, binary=binary),
        depths=tuple(depth or ()),
        messages=messages,
        typed=typed,
        rounds=rounds,
        timeout_s=read_timeout(timeout, "--timeout") if timeout else TIMEOUT_S,
        start_timeout_s=read_timeout(start_timeout, "--start-timeout") if start_timeout else START_S,
        axes=replace(axes, targets=targets_of(scenario)),
        as_shipped=as_shipped,
    )
    raise typer.Exit(
        count_and_report(
            words,
            instruments=split_at_commas(instrument),
            everybody=everybody,
            flame=flame,
            **output._asdict(),
        )
    )
