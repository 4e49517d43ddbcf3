"""Servers of a test's own, started as server.py starts them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from wsbench.environments.availability import missing
from wsbench.machine.orders import start_child
from wsbench.targets.catalogue import SERVERS

HERE = [word for word, one in SERVERS.items() if not one.obstacle and not missing(one.distributions)]
"""The servers of ours that can be run where the tests run: no environment has the libraries of all."""


def order_of(path: Path, **changes: object) -> dict[str, object]:
    """Return an order to serve a file."""
    order = {"role": "serve", "file": str(path), "loop": "asyncio", "equal": True, "limit": 7}
    return {**order, "host": "127.0.0.1", "port": 0, "core": None, **changes}


def written(folder: Path, files: Mapping[str, str]) -> Path:
    """Write files by their paths in a folder, and return it."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def message_of(
    folder: Path, files: Mapping[str, str], server: str = "contestant.py", **changes: object
) -> dict[str, object]:
    """Write a server and what it imports into a folder, start it, and return what it says of itself.

    It finds the folder on its path. `tail` is what it printed.
    """
    order = order_of(written(folder, files) / server, **changes)
    one = start_child("it", order, {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"})
    try:
        message = {**one.hear(20), **one.ask("code", 20)}
    finally:
        one.stop()
    return {**message, "tail": one.tail}  # which is all there only now
