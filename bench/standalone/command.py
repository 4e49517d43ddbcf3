"""Starts a server by a command of the user's, and waits until it answers a WebSocket handshake.

Like server.py, which loads it, a plain file with the standard library only; it is handed the files beside it
that it needs.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

PRIVATE = "WSBENCH_PRIVATE"
"""The variable with the command, its variables, headers and subprotocols, as JSON.

They may be secret, and anybody may read a command line. The command itself does not get it.
"""

PATIENCE_S, LEAST_S = 1.0, 0.25
"""How long the first handshake may take, and the last one at least; silence is followed by twice as long."""

STABLE_S = 1.0
"""A refusal counts once it has been the answer for so long: routes may be loaded after the port is open."""

PAUSES_S = 0.01, 0.1
"""The time between two attempts where nobody listens, and where somebody does."""


def addresses(host: str) -> tuple[str, ...]:
    """Return where a server may listen that is told to serve on a host: `localhost` may be either."""
    return (host, "::1") if host == "127.0.0.1" else (host,)


def free_port(host: str) -> int:
    """Return a port that is free just now on all addresses of a host."""
    while True:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as sock:
            sock.bind((host, 0))
            port: int = sock.getsockname()[1]
            if all(_is_free(other, port) for other in addresses(host)[1:]):
                return port


def _is_free(host: str, port: int) -> bool:
    """Whether nobody has a port of an IPv6 address; where there is no IPv6, nobody has."""
    try:
        with socket.socket(socket.AF_INET6) as sock:
            sock.bind((host, port))
    except OSError as problem:
        return problem.errno != errno.EADDRINUSE
    return True


def fate(code: int) -> str:
    """Say how a process ended, by its return code."""
    if code >= 0:
        return f"ended with code {code}"
    named = -code in {one.value for one in signal.Signals}  # those of real time have no names
    return f"was killed by {signal.Signals(-code).name if named else f'signal {-code}'}"


class Started:
    """A command that runs: the first process, and whatever that leaves behind.

    `under` are words before its own, such as valgrind's.
    """

    def __init__(self, argv: Sequence[str], environment: dict[str, str], under: Sequence[str] = ()) -> None:
        self.name = f"{argv[0]} under {os.path.basename(under[0])}" if under else argv[0]  # noqa: PTH119
        self.process = subprocess.Popen(
            [*under, *argv], stdin=subprocess.DEVNULL, stdout=sys.stderr, env={**os.environ, **environment}
        )

    @property
    def code(self) -> int | None:
        """The return code of the first process, None while it runs."""
        return self.process.returncode

    def lives(self, *, wait: bool = False) -> bool:
        """Bury those that have ended, with `wait` once one has; return whether any is left."""
        try:
            while (found := os.waitpid(-1, 0 if wait else os.WNOHANG))[0]:
                wait = False
                if found[0] == self.process.pid:
                    self.process.returncode = os.waitstatus_to_exitcode(found[1])
        except ChildProcessError:
            return False
        return True

    def has_ended(self) -> bool:
        """Whether it is over: one that went into the background ends well and lives on in others."""
        return not self.lives() or self.code not in {None, 0}


def run(
    order: dict[str, Any],
    say: Callable[[dict[str, Any]], None],
    unable: type[Exception],
    greeting: Any,
    descendants: Any,
) -> None:
    """Start the command of `PRIVATE`, `{port}` and `{host}` in it, say when it is ready, end when it does.

    It inherits the core and the process group; all that descends from it is ended with it. Raises `unable`
    where its port is taken, and where it ends or answers no handshake in time.
    """
    private = json.loads(os.environ.pop(PRIVATE))
    host, port = order["host"], order["port"] or free_port(order["host"])
    door = greeting.Door(addresses(host), port, order["path"], **private.get("handshake", {}))
    argv, environment = _filled(private, host, port)
    if not shutil.which(argv[0], path=environment.get("PATH")):
        raise unable(f"there is no program {argv[0]}")
    for one in door.hosts:
        if greeting.accepts(one, port):
            raise unable(f"somebody listens on {one}:{port} already")
    descendants.become_keeper()
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    try:
        started = Started(argv, environment, _found(order.get("under", ())))
        found = _await_answer(started, door, order["timeout"], unable, greeting)
        pid = os.getpid() if descendants.is_keeper(os.getpid()) else started.process.pid
        nothing_known = dict.fromkeys(("version", "python", "loop"), "")
        say({"event": "ready", "host": found, "port": port, "pid": pid, **nothing_known})
        while not started.has_ended() and (started.code is None or greeting.accepts(found, port)):
            started.lives(wait=True)
    finally:
        descendants.end_all()
    sys.exit(started.code)


def _found(under: Sequence[str]) -> list[str]:
    """Return the words with the path of their program: a command's own PATH may not have it."""
    return [shutil.which(under[0]) or under[0], *under[1:]] if under else []


def _filled(private: dict[str, Any], host: str, port: int) -> tuple[list[str], dict[str, str]]:
    """Return the words and the variables of a command with host and port in them."""

    def filled(word: str) -> str:
        return word.replace("{port}", str(port)).replace("{host}", host)

    variables = private.get("environment", {})
    return [filled(word) for word in private["argv"]], {name: filled(variables[name]) for name in variables}


def _await_answer(started: Started, door: Any, timeout: float, unable: type[Exception], greeting: Any) -> str:
    """Return the address where a handshake is answered, whatever the answer; raises `unable`."""
    name, deadline, patience = started.name, time.monotonic() + timeout, PATIENCE_S
    before, since = None, 0.0
    while True:
        host, answer = door.knock(max(LEAST_S, min(patience, deadline - time.monotonic())))
        now = time.monotonic()
        if answer != before:
            before, since = answer, now
        if answer.status == greeting.SWITCHED or (answer.is_final and now - since >= STABLE_S):
            return str(host)
        if started.has_ended():
            raise unable(f"{name} {fate(started.code or 0)} before port {door.port} answered")
        if now > deadline:
            asked = f"a WebSocket handshake on port {door.port} within {timeout:g} s"
            raise unable(f"{name} did not answer {asked}: {answer.words}")
        patience *= 2 if answer == greeting.SILENT else 1
        time.sleep(PAUSES_S[answer != greeting.REFUSED])
