"""What every child process does, whatever its role: pin itself, send messages, and end with its parent.

A plain file beside server.py, which loads it by path; drivers import it.

A child lives no longer than its parent: standard input is a pipe whose other end only the parent holds, and
on Linux the kernel is asked for SIGKILL at the parent's death, which also reaches a process stuck in C code.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

PR_SET_PDEATHSIG, CLONE_NEWNET = 1, 0x40000000  # <linux/prctl.h>, <sched.h>
HEAP_BYTES = 1 << 20
NEIGHBOURS = "wsbench_contestants"
"""The package as part of which server.py loads a server's file: its modules are the files beside that."""


class UnableError(Exception):
    """A server can't be started as it was asked for; one line that says all there is to say."""


def die_with_parent() -> None:
    """Ask the kernel to kill this process when its parent dies, where the platform can."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def answer_parent(
    answer: Callable[[str], dict[str, Any] | None], say: Callable[[dict[str, Any]], None]
) -> None:
    """Answer the parent's lines until its end of the pipe closes.

    Each begins with a number that the answer bears, so that a late one is taken for no other's.
    """
    for line in sys.stdin:
        number, _, question = line.strip().partition(" ")
        try:
            found = answer(question)
        except Exception as problem:  # noqa: BLE001  # whatever it is, the parent waits for an answer
            found = {"event": "failed", "reason": explain(problem)}
        if found is not None:
            say({**found, "answers": int(number)})


def watch_parent(
    answer: Callable[[str], dict[str, Any] | None],
    say: Callable[[dict[str, Any]], None],
    end: Callable[[], None],
) -> None:
    """Answer the parent's lines as `answer_parent`, then end."""
    answer_parent(answer, say)
    end()


def open_channel() -> Callable[[dict[str, Any]], None]:
    """Return what sends one JSON line to the parent, and point `print` at standard error.

    Names of files may be no UTF-8: JSON can't say them, and gets question marks.
    """
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8", errors="replace")
    os.dup2(2, 1)
    sys.stdout = sys.stderr

    def say(message: dict[str, Any]) -> None:
        channel.write(json.dumps(message, ensure_ascii=False) + "\n")
        channel.flush()

    return say


def pin(core: int | list[int] | None) -> None:
    """Stay on one core, or on some, before any thread exists."""
    if core is not None and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {core} if isinstance(core, int) else core)


def enter(namespace: str | None) -> None:
    """Have this thread, and those it starts, in a network namespace that a file names; None or "" stays.

    A socket stays where it was made. Raises `OSError`.
    """
    if namespace:
        import ctypes

        file = os.open(namespace, os.O_RDONLY)
        try:
            if ctypes.CDLL(None, use_errno=True).setns(file, CLONE_NEWNET):
                raise OSError(
                    ctypes.get_errno(), f"can't enter {namespace}: {os.strerror(ctypes.get_errno())}"
                )
        finally:
            os.close(file)


def settle(namespace: str | None, core: int | list[int] | None) -> None:
    """Be in a namespace and on a core from now on. Raises `OSError`."""
    enter(namespace)
    pin(core)


def settle_heap() -> None:
    """Free one block of `HEAP_BYTES`, as any process has that has lived for a while.

    After that glibc's malloc takes blocks up to that size from the heap; before, it maps and unmaps each of
    asyncio's 256 KiB read buffers, at 20 µs a message, unless a library happened to free one at import.
    """
    bytearray(HEAP_BYTES)


def explain(problem: BaseException) -> str:
    """Say in one line why the server could not run."""
    if isinstance(problem, ModuleNotFoundError) and problem.name:
        return explain_missing(problem.name)
    if isinstance(problem, UnableError):
        return str(problem)
    if isinstance(problem, OSError) and problem.strerror and not problem.filename:
        return problem.strerror
    return f"{type(problem).__name__}: {problem}".split("\n")[0]


def explain_missing(module: str) -> str:
    """Say what is missing where a module is: its package, or, where that is installed, the module itself."""
    import importlib.metadata
    import importlib.util

    package, _, rest = module.partition(".")
    if package == NEIGHBOURS:
        return f"there is no {rest}.py beside it"
    if package not in sys.modules and importlib.util.find_spec(package) is None:
        return f"{package} is not installed: pip install {package}"
    owners = dict.fromkeys(importlib.metadata.packages_distributions().get(package, []))
    versions = [f" {importlib.metadata.version(owner)}" for owner in owners]
    return f"{package}{versions[0] if len(versions) == 1 else ''} has no module {module}"
