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

_LOOKUP = re.compile(r"find_name_in_mro(\.\w+)*")
"""What CPython looks up an attribute of a type with that its cache has not; compilers lengthen the name."""


class Function(NamedTuple):
    """A function, and where it is from: its source file, or the object where that is unknown."""

    name: str
    where: str

    def __str__(self) -> str:
        """Read like `_PyEval_EvalFrameDefault (ceval.c)`."""
        return f"{UNKNOWN if self.address else self.name} ({self.where})"

    @property
    def address(self) -> int:
        """Where code is that a process has made itself, and has no name; 0 of all other functions."""
        return int(self.name, 16) if self.name.startswith("0x") else 0


class Dump(NamedTuple):
    """What one file says: instructions of functions themselves, how often one called another, at what cost.

    Costs are the instructions from the call to its return, with all that was called meanwhile.
    """

    own: dict[Function, int]
    calls: dict[tuple[Function, Function], int]
    costs: dict[tuple[Function, Function], int]


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
    """Return a function; those of an object of which only the address is known are one."""
    name = _VERSION.sub("", _RECURSION.sub("", name))
    if name.startswith("0x") and whole != UNKNOWN:
        name = UNKNOWN
    return Function(name, short(whole if file in {UNKNOWN, ""} else file))


def read(lines: Iterable[str]) -> Dump:
    """Read a dump."""
    own: dict[Function, int] = defaultdict(int)
    calls: dict[tuple[Function, Function], int] = defaultdict(int)
    costs: dict[tuple[Function, Function], int] = defaultdict(int)
    names, call = _Names(), None
    names.callee()
    now = names.function()
    for line in lines:
        if line[:1].isdigit() or line[:1] in {"+", "-", "*"}:
            cost = int(line.split()[1])
            if call:
                costs[call] += cost
            else:
                own[now] += cost
            call = None
        elif line.startswith("calls="):
            call = now, names.callee()
            calls[call] += int(line[6:].split()[0])
        elif found := _NAME.match(line):
            names.take(*found.groups())
            now = names.function()
    return Dump(dict(own), dict(calls), dict(costs))


def graph(dump: Dump, *, addresses: bool = False) -> tuple[dict[str, float], dict[tuple[str, str], float]]:
    """Return the instructions of functions themselves, and what calls took, by caller and callee.

    With `addresses` code without a name is called by its own; else all of it is one.
    """

    def name(function: Function) -> str:
        return function.name if addresses and function.address else str(function)

    own: dict[str, float] = defaultdict(float)
    for function, count in dump.own.items():
        own[name(function)] += count
    costs: dict[tuple[str, str], float] = defaultdict(float)
    for (caller, called), count in dump.costs.items():
        costs[name(caller), name(called)] += count
    return dict(own), dict(costs)


def allocations(dump: Dump) -> dict[str, float]:
    """Return how often each function has memory allocated, whatever lies between it and the C library."""
    total = sum(
        count for (caller, called), count in dump.calls.items() if _is_library(called) > _is_library(caller)
    )
    found: dict[str, float] = defaultdict(float)
    for (caller, called), count in dump.calls.items():
        if _allocates(called) and not _allocates(caller) and not str(caller).startswith(UNKNOWN):
            found[str(caller)] += count
    rest = total - sum(found.values())
    return {**found, UNKNOWN: rest} if rest else dict(found)


def lookups(dump: Dump) -> float:
    """Return the instructions of lookups in types, with all that they call.

    CPython keeps what was found in a cache of 4,096 places, and the place depends on the address of the
    attribute's name. Where two that each message needs meet in one place, both are looked up each time:
    that is by addresses in memory, and says nothing of the code that is counted.
    """
    return sum(
        cost
        for (caller, called), cost in dump.costs.items()
        if _LOOKUP.fullmatch(called.name) and not _LOOKUP.fullmatch(caller.name)
    )


def _is_library(function: Function) -> bool:
    return function.name.removeprefix("__libc_") in LIBRARY


def _allocates(function: Function) -> bool:
    return _is_library(function) or bool(_PYTHON.fullmatch(function.name))
