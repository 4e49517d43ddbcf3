"""What the tests of networks share: whether there may be any here, and a server beside its client."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from wsbench.machine.orders import start_child
from wsbench.machine.process import Child, ChildError
from wsbench.standalone import child


def why_not() -> str:
    """Return why no namespace and no device may be made here, "" where they may."""
    try:
        with started({"a": {"address": "198.18.0.1"}}):
            return ""
    except ChildError as problem:
        return str(problem)


@contextmanager
def started(nodes: dict[str, dict[str, Any]], **order: Any) -> Iterator[tuple[Child, dict[str, str]]]:
    """Have a network of some nodes; yields its process and the namespaces by name."""
    link = start_child("the network", {"role": "link", "nodes": nodes, **order})
    try:
        yield link, link.hear(20.0)["nodes"]
    finally:
        link.stop()


def listening(namespace: str, host: str) -> socket.socket:
    """Return a listening socket of a namespace."""
    with ThreadPoolExecutor(1) as thread:  # its thread goes there, and ends there
        thread.submit(child.enter, namespace).result()
        return thread.submit(socket.create_server, (host, 0)).result()


def connected(namespace: str, listener: socket.socket) -> tuple[socket.socket, socket.socket]:
    """Return both ends of a connection that is opened in a namespace."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(child.enter, namespace).result()
        one = thread.submit(socket.create_connection, listener.getsockname(), 20.0).result()
    other, _ = listener.accept()
    return one, other


needs_namespaces = pytest.mark.skipif(bool(reason := why_not()), reason=reason or "they may be made")
