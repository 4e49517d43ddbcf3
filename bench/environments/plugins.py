"""Contestants of other distributions: the entry-point groups `wsbench.servers` and `wsbench.clients`.

Their modules are found and read, not imported: that happens in their own process, as with ours.
"""

from __future__ import annotations

import ast
import contextlib
import importlib.metadata
import importlib.util
import re
from pathlib import Path

from ..targets.catalogue import CLIENTS, SERVERS, Ability, Contestant

GROUPS = (("wsbench.servers", SERVERS, "serve"), ("wsbench.clients", CLIENTS, "connect"))


WORD = re.compile(r"[\w-]+")
"""What can be typed as the name of a server or client."""


def register() -> list[str]:
    """Add them to the catalogue; return a line for each that can't be.

    Whatever is wrong with one, the others are there, and every verb that does not need it.
    """
    told: list[str] = []
    for group, table, function in GROUPS:
        for point in _points(group, told):
            owner, module = _name_of(point.dist), _module_of(point)
            what = f"{owner} brings a {group[8:-1]} called {point.name}"
            if not WORD.fullmatch(point.name) or not module:
                told.append(f"{what}, which is left out: write NAME = package.module ({point.value!r})")
                continue
            known = table.setdefault(point.name, contestant(point.name, module, owner, function))
            if known.module != module:
                told.append(f"{what}, a word that is taken")
    return list(dict.fromkeys(told))


def _points(group: str, told: list[str]) -> list[importlib.metadata.EntryPoint]:
    """Return what distributions say they bring; where that of one can't be read, that of the others."""
    with contextlib.suppress(Exception):
        return list(importlib.metadata.entry_points(group=group))
    found: list[importlib.metadata.EntryPoint] = []
    for one in importlib.metadata.distributions():
        try:
            found += one.entry_points.select(group=group)
        except Exception as problem:  # noqa: BLE001  # whatever its files hold
            why = f"{type(problem).__name__}: {problem}"
            told.append(f"what {_name_of(one)} brings can't be read, and is left out: {why}")
    return found


def _module_of(point: importlib.metadata.EntryPoint) -> str:
    """Return the module that an entry names, "" where its value is no name of one."""
    with contextlib.suppress(Exception):  # Pythons differ in what they raise, and when
        return point.module
    return ""


def _name_of(owner: importlib.metadata.Distribution | None) -> str:
    with contextlib.suppress(Exception):  # its metadata may be missing, or say nothing
        return str((owner and owner.name) or "somebody")
    return "somebody"


def contestant(word: str, module: str, owner: str, function: str) -> Contestant:
    """Return what the source of a module says of itself; where there is none, that is its obstacle."""
    about = f"from {owner}"
    try:
        file = source_of(module)
        if file is None:
            return Contestant(word, module, "", about, obstacle=f"{owner} has no module {module}")
        tree = ast.parse(file.read_bytes())
    except Exception as problem:  # noqa: BLE001  # whatever is wrong with it, others are measured
        why = problem.msg if isinstance(problem, SyntaxError) else f"{type(problem).__name__}: {problem}"
        return Contestant(word, module, "", about, obstacle=f"{module} of {owner} can't be read: {why}")
    can = abilities(tree, function)
    if can is None:
        return Contestant(word, module, "", about, obstacle=f"{file.name} has no function {function}")
    return Contestant(word, module, library_of(tree), about, can=can, file=str(file))


def source_of(module: str) -> Path | None:
    """Return the file of a module without importing the packages it is in; None where there is none."""
    top, *rest = module.split(".")
    found = importlib.util.find_spec(top)
    if found is None:
        return None
    if not rest:
        return Path(found.origin) if found.origin else None
    for folder in found.submodule_search_locations or ():
        path = Path(folder, *rest)
        for file in (path.with_suffix(".py"), path / "__init__.py"):
            if file.is_file():
                return file
    return None


def library_of(tree: ast.Module) -> str:
    """Return what stands behind `LIBRARY =`, "" where that is no plain text."""
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        named = any(isinstance(one, ast.Name) and one.id == "LIBRARY" for one in targets)
        if named and isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Constant):
            return str(node.value.value)
    return ""


def abilities(tree: ast.Module, function: str) -> tuple[Ability, ...] | None:
    """Return what a server or client can do, by the parameters of its function; None where there is none."""
    for node in tree.body:
        if isinstance(node, ast.AsyncFunctionDef | ast.FunctionDef) and node.name == function:
            names = {one.arg for one in (*node.args.args, *node.args.kwonlyargs)}
            held: tuple[tuple[Ability, bool], ...] = (
                ("loop", isinstance(node, ast.AsyncFunctionDef) and function == "serve"),
                ("tls", bool(names & {"tls", "certificate"})),
                ("deflate", "deflate" in names),
            )
            return tuple(ability for ability, holds in held if holds)
    return None
