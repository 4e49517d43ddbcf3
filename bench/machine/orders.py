"""What a child process is told to start: a server in its settings, or a spinner."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from ..targets.command_words import command_words
from ..targets.contract import ECHO_PATH, HOST, LIMIT, START_S
from ..targets.spec import ServerSpec
from .certificates import Certificates
from .process import TERM_S, Child, ChildError

READY_S = 60.0
"""How long a child gets from its start to its first message."""

CHILD_S = 10.0
"""How long the child itself gets, which starts a command and waits for it."""

KEEPER_S = 6.0
"""How long that child gets after SIGTERM: it ends whoever has left its group, which nobody else can."""

PRIVATE = "WSBENCH_PRIVATE"  # standalone/command.py reads it

CHILD = Path(__file__).parents[1] / "standalone" / "server.py"


class Settings(msgspec.Struct, frozen=True):
    """How a server is started; `core` None leaves it unpinned, `port` 0 takes a free one.

    `certificates` are there where a server is started over TLS. `explain` has a server of ours record its
    pauses. `start_timeout` is how long a command may take to answer, in s. `under` are words before those of
    a server or a command, such as valgrind's, and `counts` is what a server of ours counts itself
    (standalone/counters.py).
    """

    equal: bool = True
    core: int | None = None
    host: str = HOST
    port: int = 0
    limit: int = LIMIT
    certificates: Certificates | None = None
    explain: bool = False
    start_timeout: float = START_S
    under: tuple[str, ...] = ()
    counts: str = ""

    @property
    def patience(self) -> float:
        """How long a command is waited for, in s: the child that starts it says itself what is wrong."""
        return max(READY_S, self.start_timeout + CHILD_S)

    @property
    def file_patience(self) -> float:
        """How long a server of a file is waited for, in s: shorter than usual only where the user says so."""
        return self.start_timeout if self.start_timeout < START_S else max(READY_S, self.start_timeout)


def start_child(
    name: str,
    order: Mapping[str, Any],
    environment: Mapping[str, str] | None = None,
    on_stderr: Callable[[str], None] | None = None,
    python: str = "",
    under: Sequence[str] = (),
) -> Child:
    """Start server.py with an order, as a plain file in safe-path mode; `python` is another interpreter.

    `under` are words before those; with such words, of which no times are taken, it has a session of its
    own. Raises `ChildError` where there is no such interpreter.
    """
    argv = [*under, python or sys.executable, "-P", str(CHILD), json.dumps(dict(order))]
    try:
        term_s = KEEPER_S if order["role"] == "command" else TERM_S
        alone = bool(under or order.get("under"))
        return Child(name, argv, environment, on_stderr, term_s=term_s, own_session=alone)
    except OSError as problem:
        raise ChildError(f"{name}: can't start {argv[0]}: {problem.strerror}") from None


def contestant_file(spec: ServerSpec) -> str:
    """Return the path of a server's file; nothing but our own empty packages is imported for it."""
    if spec.kind == "file":
        return spec.file
    assert spec.contestant  # what is neither a file, a command nor a URL is in the catalogue
    if spec.contestant.file:
        return spec.contestant.file
    found = importlib.util.find_spec(spec.contestant.module)
    assert found and found.origin  # the catalogue names our own modules
    return found.origin


def private_for(spec: ServerSpec) -> dict[str, str]:
    """Return the variables with what nobody else shall read of an order: command lines are public."""
    if spec.kind != "command":
        return {}
    environment, argv = command_words(spec.command)
    asked = {"headers": spec.access.headers, "subprotocols": spec.access.subprotocols}
    return {PRIVATE: json.dumps({"argv": argv, "environment": environment, "handshake": asked})}


def order_for(spec: ServerSpec, settings: Settings) -> dict[str, Any]:
    """Return what server.py is told to start.

    Raises `ChildError` where a server is to be started over TLS without a certificate.
    """
    core = settings.core if settings.core is None or not spec.pinned else [*map(int, spec.pinned.split(","))]
    order = {"core": core, "host": settings.host, "port": settings.port, "equal": settings.equal}
    if spec.kind == "command":
        told = {"timeout": settings.start_timeout, "path": ECHO_PATH, "under": settings.under}
        return {"role": "command", **told, **order}
    if spec.tls and not settings.certificates:
        raise ChildError(f"{spec.label}: no certificate was made for it")
    one = settings.certificates
    return {
        "role": "serve",
        "file": contestant_file(spec),
        "loop": spec.loop,
        "busy_ns": spec.busy_ns,
        "limit": settings.limit,
        "deflate": spec.deflate,
        "certificate": (one.chain, one.key) if one and spec.tls else None,
        "explain": settings.explain,
        "counts": settings.counts,
        **order,
    }
