"""`serve`: one server in the foreground; `hello`: the reference conversation with one."""

from __future__ import annotations

import os
import time

from .. import output
from ..conformance.hello_exchange import converse
from ..environments.availability import provide_all, require_clients
from ..errors import UsageError
from ..exits import INVALID
from ..machine.certificates import certificates_for
from ..machine.launcher import Server
from ..machine.orders import Settings
from ..machine.process import ChildError
from ..targets.catalogue import CLIENTS, choose
from ..targets.contract import ECHO_PATH, SOCKET_PATH
from ..targets.spec import Axes, ServerSpec
from ..targets.spec_parser import read_specs
from ..websocket.http_messages import authority


def serve_in_foreground(server: str, axes: Axes, *, host: str, port: int, equal: bool) -> int:
    """Run one server until Ctrl-C; what it prints is printed. Raises `UsageError`."""
    specs = read_specs([server], axes)
    if len(specs) > 1:
        raise UsageError("one server is served at a time: name one event loop and one interpreter")
    (spec,) = provide_all(specs, output.tell)
    if spec.kind == "url":
        raise UsageError(f"{server} is a URL: there is nothing to start")
    try:
        with certificates_for([spec]) as certificates:
            return _serve(spec, Settings(equal=equal, host=host, port=port, certificates=certificates))
    except ChildError as problem:
        output.tell(f"wsbench: {problem}")
        return INVALID


def _say(line: str) -> None:
    """Print a line in one go: what the server prints comes from another thread, and must not get into it."""
    output.say(line)


def _serve(spec: ServerSpec, settings: Settings) -> int:
    with Server(spec, settings, os.environ, on_stderr=_say) as running:  # debug modes too: nothing is timed
        address, s = authority(running.host, running.port), "s" if spec.tls else ""
        what = f"{spec.label} {running.proof.version}".strip()
        _say(f"{what} on http{s}://{address}/")
        _say(f"ws{s}://{address}{SOCKET_PATH} and ws{s}://{address}{ECHO_PATH}; Ctrl-C ends it")
        if spec.tls:
            _say(f"clients have to trust {running.authority}")
        while running.child and running.child.settles():
            time.sleep(0.1)
        output.tell(f"wsbench: {spec.label} ended by itself")
        return INVALID


def play_hello(server: str, client: str) -> int:
    """Play the reference conversation. Raises `UsageError`."""
    require_clients([choose("client", client, CLIENTS)])
    (spec,) = provide_all(read_specs([server]), output.tell)
    if spec.is_floor or not spec.started_by_us or spec.tls:
        raise UsageError(f"{server} does not hold the reference conversation: choose a server of ours")
    try:
        converse(spec, client, output.say)
    except Exception as problem:  # noqa: BLE001  # each client has exceptions of its own
        output.tell(f"wsbench: {server} and {client} could not talk: {problem}")
        return INVALID
    return 0
