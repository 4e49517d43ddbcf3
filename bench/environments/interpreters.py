"""What a Python interpreter is and has installed, as it says itself when it is run."""

from __future__ import annotations

import functools
import importlib.metadata
import subprocess
import sys
from typing import TypeVar

import msgspec
from packaging.utils import canonicalize_name

OLDEST = (3, 11)  # server.py, which runs in every server's process, is written for it
ANSWER_S = 20.0
"""How long an interpreter gets to start and to answer."""

NEEDS = ("asyncio", "venv", "_ctypes", "_hashlib", "_socket", "zlib")
"""Modules that builds and distributions leave out at times, and that a server's process can't do without."""

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
    trampolines=bool(sysconfig.get_config_var("PY_HAVE_PERF_TRAMPOLINE")),
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
    """What an interpreter says of itself.

    `free` is one without the GIL, `lacks` are the modules of `NEEDS` that it does not have. `trampolines` are
    those of `-X perf`: machine code for each Python function, which 3.12 and newer can have.
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
    trampolines: bool = False

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
            timeout=ANSWER_S,
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
