"""A checkout of a library on this machine: whose it is, a digest of its content, a copy to build from."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from packaging.utils import canonicalize_name

from ..errors import UsageError
from . import tools

SKIPPED = frozenset(
    {
        *(".git", ".hg", ".svn", "__pycache__", "node_modules", ".venv", ".tox", ".nox", ".eggs"),
        *(".mypy_cache", ".pytest_cache", ".ruff_cache", ".hypothesis", ".benchmarks"),
    }
)
"""Folders that belong to no project, wherever they stand."""

MADE = ("build", "dist")
"""What building leaves at the top; where git tells what belongs to the project, they may well."""


def project_in(folder: Path) -> str:
    """Return the name of the project in a folder, "" where only building it would tell.

    Raises `UsageError` where there is none.
    """
    import configparser
    import tomllib

    try:
        declared = tomllib.loads((folder / "pyproject.toml").read_text())
    except FileNotFoundError:
        declared = {}
    except (OSError, ValueError) as problem:
        raise UsageError(f"{folder / 'pyproject.toml'} can't be read: {problem}") from None
    name = declared.get("project", {}).get("name") or declared.get("tool", {}).get("poetry", {}).get("name")
    if name:
        return str(name)
    settings = configparser.ConfigParser(interpolation=None)
    try:
        settings.read(folder / "setup.cfg")
    except configparser.Error:
        return ""  # who builds it will say what is wrong
    if not any((folder / file).exists() for file in ("pyproject.toml", "setup.cfg", "setup.py")):
        raise UsageError(f"{folder} is no Python project: it has no pyproject.toml, setup.cfg or setup.py")
    return settings.get("metadata", "name", fallback="")


def folder_of(source: str, library: str) -> Path:
    """Return the folder that `path:DIR` names. Raises `UsageError` where that is no checkout of a library."""
    folder = Path(source.removeprefix("path:")).expanduser().absolute()
    if not folder.is_dir():
        raise UsageError(f"{library}@{source}: there is no folder {folder}")
    name = project_in(folder)
    if name and canonicalize_name(name) != canonicalize_name(library):
        raise UsageError(f"{library}@{source}: {folder} is a checkout of {name}")
    return folder


def files_of(folder: Path) -> list[str]:
    """Return the paths of a checkout's files, relative and sorted.

    Git is asked what belongs to it, if it is there and knows: tracked files, and new ones that are not
    ignored. Otherwise all do but caches, environments and what building leaves.
    """
    done = tools.run(
        ["git", "-C", str(folder), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    )
    listed = [os.fsdecode(name) for name in done.output.split(b"\0") if name] if not done.code else []
    if not listed:
        return sorted(_walk(folder, "", MADE))
    made = tuple(name[: -len("pyvenv.cfg")] for name in listed if name.endswith("/pyvenv.cfg"))
    found = set()
    for name in listed:
        if (folder / name).is_dir() and not (folder / name).is_symlink():  # a submodule, or a nested checkout
            found |= {os.path.join(name, inner) for inner in files_of(folder / name)}  # noqa: PTH118
        elif not os.path.lexists(folder / name):
            continue  # it was deleted
        elif not SKIPPED & set(Path(name).parts) and not name.startswith(made):
            found.add(name)
    return sorted(found)


def _walk(folder: Path, start: str, skipped: tuple[str, ...] = ()) -> Iterator[str]:
    for entry in os.scandir(folder / start):
        name = os.path.join(start, entry.name)  # noqa: PTH118  # "" joined with a name is the name
        if entry.is_symlink() or entry.is_file():
            yield name
        elif entry.is_dir() and entry.name not in {*SKIPPED, *skipped} and not _made(entry):
            yield from _walk(folder, name)


def _made(entry: os.DirEntry[str]) -> bool:
    """Whether a folder was made by installing: a virtual environment under whatever name, or its traces."""
    return entry.name.endswith(".egg-info") or Path(entry, "pyvenv.cfg").exists()


def digest_of(folder: Path, names: Iterable[str]) -> str:
    """Return a digest of the names and contents of files in a folder; times and places don't count."""
    whole = hashlib.sha256()
    for name in names:
        path = folder / name
        if path.is_symlink():
            content = b"link " + os.fsencode(path.readlink())
        else:
            with path.open("rb") as file:
                content = hashlib.file_digest(file, "sha256").digest()
        whole.update(os.fsencode(name) + b"\0" + content + b"\0")
    return whole.hexdigest()


def copy(folder: Path, target: Path) -> str:
    """Copy a checkout to a folder that is not there yet, with its history if it has one; return its digest.

    Many projects take their version from the history. Building the copy leaves nothing in the checkout, and
    nothing that was left there by building gets into what is built.
    """
    done = tools.run(["git", "-C", str(folder), "rev-parse", "--show-toplevel"])
    if not done.code and Path(os.fsdecode(done.output.rstrip(b"\n"))) == folder.resolve():
        tools.run(["git", "clone", "--quiet", "--shared", "--no-checkout", "--", str(folder), str(target)])
        tools.run(["git", "-C", str(target), "reset", "--quiet"])  # the index, so that nothing seems deleted
    names = files_of(folder)
    for name in names:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(folder / name, target / name, follow_symlinks=False)
    return digest_of(target, names)
