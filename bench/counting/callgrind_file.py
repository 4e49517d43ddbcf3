"""Reads what callgrind dumps: instructions and calls ("Callgrind Format Specification" of its manual)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

UNKNOWN = "???"
_NAME = re.compile(r"(c?)(ob|fl|fi|fe|fn)=(?:\((\d+)\))? ?(.*)")
_RECURSION = re.compile(r"'\d+$")
_TAG = re.compile(r"\.(cpython|pypy|abi3)[^/]*\.so$|\.so[.\d]*$")
_VERSION = re.compile(r"@.*")

LIBRARY = frozenset({"malloc", "calloc", "realloc", "memalign", "aligned_alloc", "posix_memalign", "valloc"})
"""What the C library allocates with; glibc's other names of them begin with `__libc_`."""

_PYTHON = re.compile(r"_?Py(Object|Mem)_(Raw)?(Malloc|Calloc|Realloc)")
"""What Python allocates with, which ends in the library's where PYTHONMALLOC=malloc."""


class Function(NamedTuple):
    """A function, and where it is from: its source file, or the object where that is unknown."""

    name: str
    where: str

    def __str__(self) -> str:
        """Read like `_PyEval_EvalFrameDefault (ceval.c)`."""
        return f"{self.name} ({self.where})"


class Dump(NamedTuple):
    """What one file says: instructions of functions themselves, and how often one called another."""

    own: dict[Function, int]
    calls: dict[tuple[Function, Function], int]


def short(path: str) -> str:
    """Return the name of a source file or an object: nothing of it says whose machine this is.

    `websockets/speedups.cpython-311-x86_64-linux-gnu.so` is `speedups`, `libc.so.6` is `libc`.
    """
    return _TAG.sub("", path.rpartition("/")[2])


class _Names:
    """Names as they stand in a file: in full the first time, then as a number; each until the next one."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], str] = {}
        self.now = dict.fromkeys(("ob", "fl", "fn", "cob", "cfi", "cfn"), UNKNOWN)

    def take(self, called: str, kind: str, number: str | None, name: str) -> None:
        """Take one line. Those of a called function hold for one call."""
        table = kind if kind in {"ob", "fn"} else "fl"
        if number:
            name = self._known.setdefault((table, number), name)
        if called:
            self.now["cfi" if table == "fl" else f"c{kind}"] = name
        elif kind in {"ob", "fl", "fn"}:  # others are of inlined code, which is the function's own
            self.now[kind] = name

    def function(self) -> Function:
        """Return the function whose lines follow."""
        return _function(self.now["fn"], self.now["fl"], self.now["ob"])

    def callee(self) -> Function:
        """Return the function that is called: of the same object and file where nothing else was said."""
        now = self.now
        found = _function(now["cfn"], now["cfi"] or now["fl"], now["cob"] or now["ob"])
        now["cob"] = now["cfi"] = ""
        return found


def _function(name: str, file: str, whole: str) -> Function:
    """Return a function; those of which only the address is known are one for each object."""
    name = UNKNOWN if name.startswith("0x") else _VERSION.sub("", _RECURSION.sub("", name))
    return Function(name, short(whole if file in {UNKNOWN, ""} else file))


def read(lines: Iterable[str]) -> Dump:
    """Read a dump."""
    own: dict[Function, int] = defaultdict(int)
    calls: dict[tuple[Function, Function], int] = defaultdict(int)
    names, inclusive = _Names(), False
    names.callee()
    now = names.function()
    for line in lines:
        if line[:1].isdigit() or line[:1] in {"+", "-", "*"}:
            if not inclusive:  # else it is what the call took
                own[now] += int(line.split()[1])
            inclusive = False
        elif line.startswith("calls="):
            calls[now, names.callee()] += int(line[6:].split()[0])
            inclusive = True
        elif found := _NAME.match(line):
            names.take(*found.groups())
            now = names.function()
    return Dump(dict(own), dict(calls))


def instructions(dump: Dump) -> dict[str, float]:
    """Return the instructions of each function, without those that it calls."""
    found: dict[str, float] = defaultdict(float)
    for function, count in dump.own.items():
        found[str(function)] += count
    return dict(found)


def allocations(dump: Dump) -> dict[str, float]:
    """Return how often each function has memory allocated, whatever lies between it and the C library."""
    total = sum(
        count for (caller, called), count in dump.calls.items() if _is_library(called) > _is_library(caller)
    )
    found: dict[str, float] = defaultdict(float)
    for (caller, called), count in dump.calls.items():
        if _allocates(called) and not _allocates(caller) and caller.name != UNKNOWN:
            found[str(caller)] += count
    rest = total - sum(found.values())
    return {**found, UNKNOWN: rest} if rest else dict(found)


def _is_library(function: Function) -> bool:
    return function.name.removeprefix("__libc_") in LIBRARY


def _allocates(function: Function) -> bool:
    return _is_library(function) or bool(_PYTHON.fullmatch(function.name))
