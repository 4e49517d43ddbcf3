"""Finds the Pythons of this machine, by version or by path; each is proven by running it."""

from __future__ import annotations

import functools
import importlib.metadata
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

import msgspec
from packaging.utils import canonicalize_name

from ..errors import UsageError

OLDEST = (3, 11)  # server.py, which runs in every server's process, is written for it
PATIENCE_S = 20.0
NEEDS = ("asyncio", "venv", "_ctypes", "_hashlib", "_socket", "zlib")
"""Modules that builds and distributions leave out at times, and that a server's process can't do without."""

_WORD = re.compile(r"(?:python)?(?P<number>3\.\d+(?:\.\d+(?:(?:a|b|rc)\d+)?)?)(?P<free>t?)")
_NAME = re.compile(r"python3(?:\.\d+t?)?")
_DESCRIBE = f"""
import json, os, platform, sys, sysconfig, importlib.util
print(json.dumps(dict(
    path=sys.executable,
    kind=platform.python_implementation(),
    number=platform.python_version(),
    order=list(sys.version_info),
    free=bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
    prefix=sys.prefix,
    base=os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable),
    lacks=[name for name in {NEEDS!r} if importlib.util.find_spec(name) is None],
)))
"""
_LIST = """
import importlib.metadata, json
print(json.dumps([
    (one.metadata["Name"], one.version)
    for one in reversed(list(importlib.metadata.distributions()))
    if one.metadata["Name"]
]))
"""
_T = TypeVar("_T")


class Interpreter(msgspec.Struct, frozen=True):
    """What an interpreter says of itself; `free` is one without the GIL, `lacks` what it can't do without.

    `base` is the interpreter that a virtual environment was made of, itself where it is none.
    """

    path: str
    kind: str
    number: str
    order: tuple[int, int, int, str, int]
    free: bool
    prefix: str
    base: str
    lacks: tuple[str, ...]

    @property
    def version(self) -> str:
        """Its full version, with a `t` behind that of a free-threaded build, as in 3.13.0t."""
        return self.number + "t" * self.free

    @property
    def obstacle(self) -> str:
        """Why no server can run on it, "" where one can."""
        if self.kind != "CPython":
            return f"{self.kind} {self.number}: wsbench's servers need CPython"
        if self.order[:2] < OLDEST:
            return f"Python {self.number}: wsbench's servers need 3.11 or newer"
        if self.lacks:
            return f"Python {self.number} without {', '.join(self.lacks)}: wsbench's servers need that"
        return ""

    def same_as(self, other: Interpreter) -> bool:
        """Whether both are one: the same program, in the same virtual environment or in none."""
        return (self.base, self.prefix) == (other.base, other.prefix)


def _answer(path: str, question: str, kind: type[_T]) -> _T | None:
    """Return the last line an interpreter prints when asked, decoded; None where it does not run."""
    try:
        done = subprocess.run(
            [path, "-I", "-c", question],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE_S,
            check=True,
        )
        return msgspec.json.decode(done.stdout.strip().rpartition(b"\n")[2], type=kind)
    except (OSError, subprocess.SubprocessError, msgspec.DecodeError):
        return None


@functools.cache
def ask(path: str) -> Interpreter | None:
    """Return what an interpreter says of itself; None where it is none, or does not run."""
    return _answer(path, _DESCRIBE, Interpreter)


def installed_in(path: str) -> dict[str, str] | None:
    """Return an interpreter's distributions, normalised, with versions; None where it does not run."""
    found = _answer(path, _LIST, list[tuple[str, str]])
    return None if found is None else {canonicalize_name(name): version for name, version in found}


def version_of(distribution: str) -> str:
    """Return the version of a distribution that is installed here, "" if it is not."""
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return ""


def ours() -> Interpreter:
    """Return the interpreter that runs wsbench."""
    own = ask(sys.executable)
    assert own  # it has just run this line
    return msgspec.structs.replace(own, path=sys.executable)


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
