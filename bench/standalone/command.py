"""Starts a server by a command of the user's, and waits until its port answers.

Like server.py, which loads it, a plain file with the standard library only.
"""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

LISTENS_S = 30.0
"""How long a command gets to listen on its port."""

POLL_S = 0.01
"""The time between two attempts to connect to it."""


def free_port(host: str) -> int:
    """Return a port that is free just now."""
    with socket.socket() as sock:
        sock.bind((host, 0))
        port: int = sock.getsockname()[1]
        return port


def answers(host: str, port: int) -> bool:
    """Whether connections are accepted there."""
    try:
        socket.create_connection((host, port), 1.0).close()
    except OSError:
        return False
    return True


def fate(code: int) -> str:
    """Say how a process ended, by its return code."""
    return f"ended with code {code}" if code >= 0 else f"was killed by {signal.Signals(-code).name}"


def run(order: dict[str, Any], say: Callable[[dict[str, Any]], None], unable: type[Exception]) -> None:
    """Start `order["argv"]` with `{port}` and `{host}` filled in, say when it is ready, end when it does.

    It inherits the core and the process group. Raises `unable` where its port is taken, and where it ends or
    is silent before it listens.
    """
    host, port = order["host"], order["port"] or free_port(order["host"])
    filled = [word.replace("{port}", str(port)).replace("{host}", host) for word in order["argv"]]
    if not shutil.which(filled[0]):
        raise unable(f"there is no program {filled[0]}")
    if answers(host, port):
        raise unable(f"somebody listens on {host}:{port} already")
    process = subprocess.Popen(filled, stdin=subprocess.DEVNULL, stdout=sys.stderr)
    deadline = time.monotonic() + LISTENS_S
    while not answers(host, port):
        if process.poll() is not None:
            raise unable(f"{filled[0]} {fate(process.returncode)} before port {port} answered")
        if time.monotonic() > deadline:
            raise unable(f"{filled[0]} did not listen on port {port} within {LISTENS_S:g} s")
        time.sleep(POLL_S)
    say({"event": "ready", "port": port, "pid": process.pid, "version": "", "python": "", "loop": ""})
    sys.exit(process.wait())
