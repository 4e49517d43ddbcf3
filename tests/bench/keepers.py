"""Commands that run below a keeper, as the launcher starts them."""

from __future__ import annotations

import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from wsbench.machine.launcher import Server
from wsbench.machine.orders import Settings
from wsbench.targets.spec_parser import read_spec

SERVES = """
import os, socket, sys, time
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
if sys.argv[2] == "two" and os.fork():
    time.sleep(600)
while True:
    connection, _ = listener.accept()
    connection.recv(1000)
    done = time.process_time() + 0.05
    while time.process_time() < done:
        pass
    connection.sendall(b"HTTP/1.1 101 Here I am\\r\\n\\r\\n")
    connection.close()
"""
"""Works for 50 ms of CPU time before it answers; of two processes only the second does."""

WORK_NS = 50_000_000


@contextmanager
def kept(folder: Path, words: str) -> Iterator[Server]:
    """Run a command, `{it}` in it being the server above with its port."""
    path = folder / "it.py"
    path.write_text(SERVES)
    (spec,) = read_spec(f"it=cmd:{words.replace('{it}', f'{sys.executable} -S {path} {{port}}')}")
    with Server(spec, Settings()) as server:
        yield server


def until(true: Callable[[], object]) -> bool:
    """Whether something is so before long."""
    deadline = time.monotonic() + 10
    while not (found := true()) and time.monotonic() < deadline:
        time.sleep(0.01)
    return bool(found)


def ask(server: Server) -> None:
    """Have it work and answer."""
    with socket.create_connection((server.host, server.port), 5) as sock:
        sock.sendall(b"x")
        assert sock.recv(1000)
