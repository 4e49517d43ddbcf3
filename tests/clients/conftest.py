"""Fixtures of the tests of client libraries: an echo server, plain and over TLS, and each client."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from types import ModuleType

import pytest
from echoing import DEFLATE, NAMES, serving


@pytest.fixture(scope="module", params=["ws", "wss"])
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    """Start an echo server, plain and over TLS."""
    with serving(request.param) as address:
        yield address


@pytest.fixture(scope="module")
def secure() -> Iterator[str]:
    """Start an echo server over TLS."""
    with serving("wss") as address:
        yield address


def _import(name: str) -> ModuleType:
    library, _, _ = name.partition("_")
    pytest.importorskip(library, reason=f"{library} is not installed")
    return importlib.import_module(f"wsbench.clients.{name}")


@pytest.fixture(params=NAMES)
def client(request: pytest.FixtureRequest) -> ModuleType:
    """Import one client, or skip where its library is missing."""
    return _import(request.param)


@pytest.fixture(params=DEFLATE)
def deflating(request: pytest.FixtureRequest) -> ModuleType:
    """Import one client that can do permessage-deflate."""
    return _import(request.param)
