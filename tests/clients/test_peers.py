"""All client files have one shape, so that a diff of two shows their libraries alone."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path
from types import ModuleType

import pytest
from echoing import (
    DEFLATE,
    NAMES,
)

pytestmark = pytest.mark.filterwarnings("error")  # a socket left open is a warning of its finaliser


CLIENTS_FOLDER = Path(__file__).parents[2] / "clients"


def _shape(path: Path) -> list[str]:
    """Public names of a module and of its Connection, in order."""
    names = []
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Assign | ast.AnnAssign):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            names.append(ast.unparse(target))
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.append(node.name)
            members = node.body if isinstance(node, ast.ClassDef) else []
            names += [f"{node.name}.{m.name}" for m in members if hasattr(m, "name")]
    return [name for name in names if not name.startswith("_") and "._" not in name]


@pytest.mark.parametrize("name", NAMES)
def test_peers_have_the_same_shape(name: str) -> None:
    """Every client file defines the same public names in the same order."""
    members = ["Connection.send", "Connection.receive", "Connection.close"]
    expected = ["LIBRARY", "SPEEDUPS", "connect", "Connection", *members]
    assert _shape(CLIENTS_FOLDER / f"{name}.py") == expected


def test_peers_take_the_same_parameters(client: ModuleType) -> None:
    """Every `connect` has the same parameters in the same order; `deflate` is there if the library can."""
    expected = ["url", "subprotocols", "headers", "equal", "timeout", "tls"]
    can = client.__name__.rpartition(".")[2] in DEFLATE
    assert list(inspect.signature(client.connect).parameters) == expected + ["deflate"] * can
