"""What a server counts of itself: calls of Python functions, and garbage collections.

A plain file beside server.py, which loads it by path where a run asks for it: standard library only. Each
kind is asked for in a process of its own: calls cost so much that nothing else may be counted beside them.
"""

from __future__ import annotations

import gc
import os
import sys
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import CodeType, FrameType

CONTESTANTS = "wsbench_contestants."
"""The package as which child.py's neighbours are loaded: of a contestant's file there is only its name."""


class Counters:
    """Counts one kind, `calls` from `begin` on, or `collections`, which the interpreter counts itself.

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

    def begin(self) -> None:
        """Begin to count."""
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
