"""One server at a time: its contract, itself in the foreground, and the reference conversation."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from functools import partial

from rich.markup import escape

from .conformance.hello_exchange import converse
from .conformance.verify import Check, verify
from .environments.availability import missing, provided, require_clients
from .errors import UsageError
from .exits import BROKEN, INVALID
from .machine.certificates import certified
from .machine.launcher import Server, Settings
from .machine.process import ChildError
from .report.terminal import Screen
from .targets.catalogue import CLIENTS, FLOOR, SERVERS, choose
from .targets.contract import ECHO_PATH, SOCKET_PATH
from .targets.spec import Axes, ServerSpec
from .targets.spec_parser import read_specs


def verify_and_report(servers: Sequence[str], axes: Axes, *, equal: bool) -> int:
    """Try every server's contract and print each line; return 1 if one is broken. Raises `UsageError`.

    Without names it is every server that is installed here and can do what is asked.
    """
    console = Screen(highlight=False)
    specs = provided(read_specs(servers or _installed(axes), axes), partial(print, file=sys.stderr))
    broken = 0
    with certified(specs) as certificates:
        for spec in specs:
            console.print(f"[bold]{escape(spec.label)}[/]")
            try:
                found = verify(spec, equal=equal, certificates=certificates)
            except ChildError as problem:
                found = [Check("start", "the server starts", "broken", str(problem))]
            for check in found:
                console.print(_line(check))
            broken += sum(check.outcome == "broken" for check in found)
    return BROKEN if broken else 0


def _installed(axes: Axes) -> list[str]:
    """Return the servers whose libraries are here and that can do what the axes ask of all."""
    asked = {ability for ability, wanted in (("tls", axes.tls), ("deflate", axes.deflate)) if wanted}
    return [
        word
        for word, one in SERVERS.items()
        if not one.obstacle and not missing(one.distributions) and asked <= {*one.can}
    ]


def _line(check: Check) -> str:
    style = {"ok": "green", "broken": "bold red", "deviates": "yellow"}[check.outcome]
    detail = f": {escape(check.detail)}" if check.detail else ""
    return f"  [{style}]{check.outcome:8}[/] {check.title}{detail}"


def serve_in_foreground(server: str, axes: Axes, *, host: str, port: int, equal: bool) -> int:
    """Run one server until Ctrl-C; what it prints is printed. Raises `UsageError`."""
    specs = read_specs([server], axes)
    if len(specs) > 1:
        raise UsageError("one server is served at a time: name one event loop and one interpreter")
    (spec,) = provided(specs, partial(print, file=sys.stderr))
    if spec.url:
        raise UsageError(f"{server} is served by somebody else")
    try:
        with certified([spec]) as certificates:
            return _serve(spec, Settings(equal=equal, host=host, port=port, certificates=certificates))
    except ChildError as problem:
        print(f"wsbench: {problem}", file=sys.stderr)
        return INVALID


def _serve(spec: ServerSpec, settings: Settings) -> int:
    with Server(spec, settings, on_stderr=partial(print, flush=True)) as running:
        address, s = f"{running.host}:{running.port}", "s" if spec.tls else ""
        what = f"{spec.label} {running.proof.version}".strip()
        print(f"{what} on http{s}://{address}/", flush=True)
        print(f"ws{s}://{address}{SOCKET_PATH} and ws{s}://{address}{ECHO_PATH}; Ctrl-C ends it", flush=True)
        if spec.tls:
            print(f"clients have to trust {running.authority}", flush=True)
        while running.child and running.child.settles():
            time.sleep(0.1)
        print(f"wsbench: {spec.label} ended by itself", file=sys.stderr)
        return INVALID


def play_hello(server: str, client: str) -> int:
    """Play the reference conversation. Raises `UsageError`."""
    require_clients([choose("client", client, CLIENTS)])
    (spec,) = provided(read_specs([server]), partial(print, file=sys.stderr))
    if spec.name == FLOOR or not spec.started_by_us or spec.tls:
        raise UsageError(f"{server} does not hold the reference conversation: choose a server of ours")
    try:
        converse(spec, client, print)
    except Exception as problem:  # noqa: BLE001  # each client has exceptions of its own
        print(f"wsbench: {server} and {client} could not talk: {problem}", file=sys.stderr)
        return INVALID
    return 0
