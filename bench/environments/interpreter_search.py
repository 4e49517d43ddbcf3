"""Finds the Pythons of this machine, by version or by path; each is proven by running it."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from ..errors import UsageError
from .interpreters import OLDEST, Interpreter, ask, ours

_WORD = re.compile(r"(?:python)?(?P<number>3\.\d+(?:\.\d+(?:(?:a|b|rc)\d+)?)?)(?P<free>t?)")
_NAME = re.compile(r"python3(?:\.\d+t?)?")


def _folders() -> Iterator[Path]:
    """Yield where interpreters are kept: what is on PATH first, then what managers and systems install."""
    home, environment = Path.home(), os.environ
    yield from (Path(entry) for entry in environment.get("PATH", "").split(os.pathsep))
    data = Path(environment.get("XDG_DATA_HOME") or home / ".local/share")
    for root, pattern in (
        (Path(environment.get("PYENV_ROOT") or home / ".pyenv"), "versions/*/bin"),
        (Path(environment.get("UV_PYTHON_INSTALL_DIR") or data / "uv/python"), "*/bin"),
        (Path("/opt"), "python*/bin"),
        (Path("/opt/python"), "*/bin"),
    ):
        yield from sorted(root.glob(pattern))
    yield from (Path("/usr/bin"), Path("/usr/local/bin"), home / ".local/bin")


def _candidates(folders: Iterable[Path]) -> Iterator[str]:
    """Yield the paths that look like interpreters, each file of a folder once."""
    seen = set()
    for folder in folders:
        try:
            paths = sorted(folder.iterdir()) if folder.is_absolute() else []
        except OSError:
            continue  # not there, or not ours to read
        for path in paths:
            identity = (os.path.realpath(folder), os.path.realpath(path))
            if _NAME.fullmatch(path.name) and identity not in seen and os.access(path, os.X_OK):
                seen.add(identity)
                yield str(path)


def known() -> list[Interpreter]:
    """Return the interpreters of this machine that servers can run on, in the order of the search."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor() as pool:
        return [one for one in pool.map(ask, _candidates(_folders())) if one and not one.obstacle]


def find(word: str) -> str:
    """Return the absolute path of the interpreter for `3.13`, `3.13.0`, `3.13t` or a path.

    The one that runs wsbench wins if it fits, else the newest. Raises `UsageError`.
    """
    if os.sep in word:
        return _by_path(word)
    match = _WORD.fullmatch(word)
    if not match:
        raise UsageError(f"{word!r} names no Python: write a version, as 3.13, or the path of an interpreter")
    number, free = match["number"], bool(match["free"])
    if tuple(map(int, number.split(".")[:2])) < OLDEST:
        raise UsageError(f"{word!r} is too old: wsbench's servers need Python 3.11 or newer")

    def fits(one: Interpreter) -> bool:
        return one.free == free and f"{one.number}.".startswith(f"{number}.")

    if fits(ours()):
        return sys.executable
    found = known()
    fitting = [one for one in found if fits(one)]
    if not fitting:
        everyone = sorted([ours(), *found], key=lambda one: one.order)
        listed = ", ".join(dict.fromkeys(one.version for one in everyone))
        lacking = f"there is no Python {number}{match['free']} here"
        raise UsageError(f"{lacking}; found are {listed}: install it or give its path")
    return max(fitting, key=lambda one: one.order).path


def _by_path(word: str) -> str:
    path = str(Path(word).expanduser().absolute())  # not resolved: that would lead out of an environment
    if not Path(path).exists():
        raise UsageError(f"there is no interpreter {word}")
    answer = ask(path)
    if answer is None:
        raise UsageError(f"{word} is no interpreter: it could not be run as Python 3")
    if answer.obstacle:
        raise UsageError(f"{word} is {answer.obstacle}")
    return path
