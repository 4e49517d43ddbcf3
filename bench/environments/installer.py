"""Has uv make virtual environments and install into them: wheels, or sources that are built."""

from __future__ import annotations

import importlib.metadata
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

from ..errors import UsageError
from . import messages as complaints
from . import tools

TRIES = 4
"""How often an installation is tried: each time one more distribution may be built from its source."""

LOWEST = ("3.10", "3.9", "3.8", "3.7")
"""Pythons that came before ours, of which a version may have wheels."""


def python_of(folder: Path) -> str:
    """Return the interpreter of a virtual environment."""
    return str(folder / "bin" / "python")


def packages_of(python: str) -> str:
    """Return the folder of the packages of a virtual environment, by the path of its interpreter."""
    return str(next(Path(python).parents[1].glob("lib/python*/site-packages")))


def create(python: str, folder: Path) -> None:
    """Make an empty virtual environment of an interpreter. Raises `UsageError`."""
    done = tools.run(
        [tools.uv(), "venv", "--no-project", "--python", python, "--", str(folder)], folder.parent
    )
    if done.code:
        raise UsageError(f"uv can't make an environment of {python}: {complaints.short(done.words)}")


def install(
    folder: Path, version: str, what: str, requirements: Sequence[str], built: str = "", as_of: str = ""
) -> None:
    """Install requirements into an environment: wheels, and sources of what has nothing else.

    `built` is the distribution whose source was asked for, "" for none; messages name `what` is installed
    for which `version` of Python. With `as_of`, a day, it is as if nothing had been uploaded since. Raises
    `UsageError`.
    """
    allowed = [built] if built else []
    when = ("--exclude-newer", as_of) if as_of else ()
    done = _install(folder, allowed, requirements, *when)
    for _ in range(TRIES):
        if not done.code:
            return
        sources = [one for one in complaints.sources_only(done.words) if one[0] not in allowed]
        if not sources or _has_wheels(folder, *sources[0], *when):
            break
        allowed.append(sources[0][0])
        done = _install(folder, allowed, requirements, *when)
    raise UsageError(complaints.explain(done.words, what, version, lambda name: _newest(folder, name)))


def _install(folder: Path, allowed: Sequence[str], requirements: Sequence[str], *more: str) -> tools.Done:
    words = [tools.uv(), "pip", "install", "--python", python_of(folder), "--only-binary", ":all:", *more]
    for distribution in allowed:
        words += ["--no-binary", distribution]
    words += ["--no-sources", "--link-mode", "copy", "--compile-bytecode"]  # as pip leaves it
    return tools.run([*words, "--", *requirements], folder.parent)


def _has_wheels(folder: Path, name: str, versions: str, *more: str) -> bool:
    """Whether there are wheels for other Pythons or machines: then its source has to be compiled.

    A version that needs a newer Python than it is asked for is not found, so several are tried.
    """
    words = [tools.uv(), "pip", "compile", "--python", python_of(folder), "--only-binary", ":all:"]
    with tempfile.NamedTemporaryFile("w", prefix="wsbench-", suffix=".txt") as file:
        file.write(name + versions)
        file.flush()
        words += ["--universal", "--no-deps", *more, "--", file.name]
        lowest = ([], *(["--python-version", number] for number in LOWEST))
        return any(tools.run([*words[:3], *one, *words[3:]], folder.parent).code == 0 for one in lowest)


def _newest(folder: Path, name: str) -> str:
    """Return the newest version that could be installed there, "" where that can't be known."""
    done = _install(folder, [], [name], "--dry-run")
    found = re.search(rf"\+ {re.escape(name)}==(\S+)", done.words)
    return found[1] if found else ""


def metadata_of(distribution: str, python: str, version: str) -> importlib.metadata.PackageMetadata:
    """Return what the package index says of a distribution that is not installed. Raises `UsageError`."""
    with tempfile.TemporaryDirectory(prefix="wsbench-") as scratch:
        folder = Path(scratch, "environment")
        create(python, folder)
        install(folder, version, distribution, [distribution])
        places = [packages_of(python_of(folder))]
        return next(iter(importlib.metadata.distributions(name=distribution, path=places))).metadata
