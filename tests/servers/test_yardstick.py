"""The yardstick is frozen; and every server file is built alike."""

import ast
import hashlib
import re
import sys
from pathlib import Path

import pytest
from wsbench.environments.plugins import abilities
from wsbench.targets.catalogue import SERVERS

FOLDER = Path(__file__).parents[2] / "servers"
SHARED = {
    *("asgi_echo", "autobahn_echo", "ws4py_echo", "daphne_serve", "hypercorn_serve", "uvicorn_serve"),
    "websockets_legacy",
}
"""Neighbours of servers, which are none themselves."""
FILES = sorted(path for path in FOLDER.glob("*.py") if path.stem not in {"__init__", *SHARED})

# ---------------------------------------------------------------------------------------------------------
# The yardstick's behaviour, by version. A change of code needs a new VERSION in servers/stdlib_asyncio.py
# and a new line here, and ends all comparisons with older results; comments and formatting are free.
FROZEN = {
    "1": "99baebe14b042332704ffca9592c1c8e1499167e58410b05b4d4ecb31cccf26d",
}
# ---------------------------------------------------------------------------------------------------------


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def behaviour(source: str) -> str:
    """Return the sha256 of a module's syntax tree, the same for every Python.

    Docstrings are left out, and what the file declares that it can't do: that is no behaviour.
    """
    tree = ast.parse(source)
    tree.body = [node for node in tree.body if _assigned(node) != "DEVIATIONS"]
    for node in ast.walk(tree):
        documented = isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        if documented and ast.get_docstring(node) is not None:
            node.body = node.body[1:]
    # fields that came with later versions of Python are empty here and would change the dump
    for node in ast.walk(tree):
        if "type_params" in node._fields:
            assert not node.type_params
            del node.type_params
            node._fields = tuple(name for name in node._fields if name != "type_params")
    options = {"show_empty": True} if sys.version_info >= (3, 13) else {}
    return hashlib.sha256(ast.dump(tree, **options).encode()).hexdigest()


def _assigned(node: ast.stmt) -> str:
    return ast.unparse(node.targets[0]) if isinstance(node, ast.Assign) else ""


def _version(path: Path) -> str:
    for node in _tree(path).body:
        if _assigned(node) == "VERSION":
            return str(ast.literal_eval(node.value))
    return ""


def test_the_yardstick_is_frozen():
    """The code of the yardstick is the one its VERSION stands for."""
    path = FOLDER / "stdlib_asyncio.py"
    assert FROZEN[_version(path)] == behaviour(path.read_text())


def test_the_hash_sees_behaviour_only():
    """Comments, docstrings and formatting don't count; a changed number does."""
    one = 'def f(x):\n    """Add."""\n    return x + 1\n'
    same = "def f( x ):\n    # it adds\n    return (x+1)\n"
    assert behaviour(one) == behaviour(same)
    assert behaviour(one) != behaviour(one.replace("1", "2"))


def test_every_server_of_the_table_is_a_file_and_back():
    """The folder and the catalogue name the same servers."""
    named = {one.module.rpartition(".")[2] for one in SERVERS.values() if not one.obstacle}
    assert {path.stem for path in FILES} == named


def test_shared_files_have_servers():
    """A neighbour that nobody imports is gone."""
    text = "".join(path.read_text() for path in FILES)
    assert all(re.search(rf"from \.{name} import|from \. import .*\b{name}\b", text) for name in SHARED)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_server_file_shows_its_parts_in_order(path: Path):
    """Docstring, LIBRARY, the handlers, and `serve` last, with the interface the launcher calls."""
    tree = _tree(path)
    assert ast.get_docstring(tree)
    names = [name for node in tree.body if (name := _assigned(node) or getattr(node, "name", ""))]
    names += [ast.unparse(node.target) for node in tree.body if isinstance(node, ast.AnnAssign)]
    (serve,) = [node for node in tree.body if getattr(node, "name", "") == "serve"]
    assert names.index("LIBRARY") < names.index("serve")
    assert [arg.arg for arg in serve.args.args] == ["sock", "ready"]
    taken = [arg.arg for arg in serve.args.kwonlyargs]
    assert taken == [one for one in ("equal", "limit", "tls", "certificate", "deflate") if one in taken]
    assert taken[:2] == ["equal", "limit"]
    library = next(node for node in tree.body if _assigned(node) == "LIBRARY").value
    (one,) = [one for one in SERVERS.values() if one.module == f"wsbench.servers.{path.stem}"]
    assert ast.literal_eval(library) == one.library
    can = abilities(tree, "serve")
    assert set(one.can) - {"loop"} == set(can) - {"loop"}
    assert ("loop" in one.can) <= ("loop" in can)
