"""What a server says of itself while it is counted: calls of Python functions, collections, machine code.

A plain file beside server.py, which loads it by path where a run asks for it: standard library only. Each
kind is asked for in a process of its own: calls cost so much that nothing else may be counted beside them.
"""

from __future__ import annotations

import contextlib
import gc
import os
import sys
import threading
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

CONTESTANTS = "wsbench_contestants."
"""The package as which child.py's neighbours are loaded: of a contestant's file there is only its name."""


class Counters:
    """Counts one kind, `calls` from `begin` on, or `collections`, which the interpreter counts itself.

    With `trampolines` others count, and each Python function gets machine code of its own for that, with
    which it is called: the interpreter's perf trampoline, which CPython has since 3.12 (`-X perf`).

    Calls are those that `sys.setprofile` tells of: each start of a Python function, and each time that a
    coroutine or a generator goes on. They are counted in the thread that begins and in those that are started
    after that, so not in the one that answers the parent.
    """

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._codes: dict[
            int, tuple[CodeType, str]
        ] = {}  # by identity: hashing code is slow, and goes by value
        self._calls: dict[int, int] = {}  # since the last answer, in the order of their first calls
        self._before: dict[int, int] = {}
        self._map = -1

    def begin(self) -> None:
        """Begin to count. Raises `OSError` where the list of trampolines can't be taken over."""
        if self._kind == "trampolines":
            self._map = take_over(sys.activate_stack_trampoline)  # type: ignore[attr-defined]
        if self._kind == "calls":
            threading.setprofile(self._called)
            sys.setprofile(self._called)

    def _called(self, frame: FrameType, event: str, _argument: object) -> None:
        if event != "call":
            return
        code = frame.f_code
        key = id(code)
        if key in self._calls:
            self._calls[key] += 1
            return
        self._calls[key] = 1
        if key not in self._codes:  # that the code is kept makes its identity unique
            self._codes[key] = code, str(frame.f_globals.get("__name__", ""))

    def answer(self, line: str) -> dict[str, Any] | None:
        """Return what was counted so far; None for any other line than `counts`.

        Calls are in the order in which each was first made since the last answer: who calls comes first.
        """
        if line != "counts":
            return None
        if self._kind == "collections":
            return {"collections": sum(one["collections"] for one in gc.get_stats())}
        if self._kind == "trampolines":
            return {"trampolines": [*trampolines(self._map)]}
        latest, self._calls = self._calls, {}
        self._before = {
            key: self._before.get(key, 0) + latest.get(key, 0) for key in [*latest, *self._before]
        }
        calls: dict[str, int] = {}
        for key, count in self._before.items():
            name = named(*self._codes[key])
            calls[name] = calls.get(name, 0) + count
        return {"calls": calls}


def named(code: CodeType, module: str) -> str:
    """Return the name of a function with its file, from its package on, and line.

    It is `WebSocketHandler.get (tornado/websocket.py:240)` wherever tornado is.
    """
    base = os.path.basename(code.co_filename)  # noqa: PTH119  # pathlib is not loaded for it
    module = module.removeprefix(CONTESTANTS)
    folder, _, last = module.rpartition(".")
    if base == "__init__.py":
        folder = module
    elif base != f"{last}.py":  # made by `exec`, or run as a script
        folder = ""
    path = f"{folder.replace('.', '/')}/{base}" if folder else base
    return f"{code.co_qualname} ({path}:{code.co_firstlineno})"


def take_over(activate: Callable[[str], None]) -> int:
    """Switch the trampolines on; return the list of them, which goes on growing, open for reading.

    The interpreter writes it to a file with a name that everybody knows (the kernel's `perf` looks for it).
    It is opened as the interpreter has it open, so that nobody can put another one in its place, and the
    name is removed at once: nothing is left behind, however the process ends.
    """
    path = f"/tmp/perf-{os.getpid()}.map"  # noqa: S108  # that is where CPython puts it
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)  # noqa: PTH108  # of an earlier process with this number
    os.register_at_fork(after_in_child=_let_go)
    activate("perf")
    _let_go()
    for name in os.listdir("/proc/self/fd"):  # noqa: PTH208
        with contextlib.suppress(OSError):
            if os.readlink(f"/proc/self/fd/{name}").removesuffix(" (deleted)") == path:  # noqa: PTH115
                return os.open(f"/proc/self/fd/{name}", os.O_RDONLY | os.O_CLOEXEC)
    raise OSError(f"the interpreter does not list its trampolines in {path}")


def _let_go() -> None:
    """Remove the name of this process's list; a forked child has one of its own, which nobody reads."""
    with contextlib.suppress(OSError):
        os.unlink(f"/tmp/perf-{os.getpid()}.map")  # noqa: PTH108, S108


def trampolines(file: int) -> Iterator[tuple[int, int, str]]:
    """Yield each trampoline: where it is, how many bytes it has, and the name of its function."""
    os.lseek(file, 0, os.SEEK_SET)
    known = {(code.co_qualname, code.co_filename): named(code, module) for code, module in _codes()}
    with os.fdopen(os.dup(file), encoding="utf-8", errors="replace") as lines:
        for line in lines:
            start, size, name = line.rstrip("\n").split(" ", 2)
            function, _, path = name.removeprefix("py::").partition(":")
            base = os.path.basename(path)  # noqa: PTH119
            yield int(start, 16), int(size, 16), known.get((function, path), f"{function} ({base})")


def _codes() -> Iterator[tuple[CodeType, str]]:
    """Yield the code of all functions that there are, and of those inside, each with its module."""
    for one in gc.get_objects():
        if type(one) is FunctionType:
            module = str(one.__globals__.get("__name__", ""))
            below = [one.__code__]
            while below:
                code = below.pop()
                yield code, module
                below += [inner for inner in code.co_consts if type(inner) is CodeType]
