"""What is said when wsbench itself fails (a bug, a full disk, no memory): one line, and a report in a file.

No package is imported here: it must work when the rest can't be loaded.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sys

from . import hiding
from .errors import ResourceError
from .escaping import terminal
from .exits import FAILED

DEBUG_VARIABLE = "WSBENCH_DEBUG"

_saved: list[str] = []


def forget() -> None:
    """Begin a command: nothing is hidden or saved yet."""
    hiding.forget()
    _saved.clear()


def saved(path: str) -> None:
    """Keep in mind which result file holds the rounds that are finished."""
    if path not in _saved:
        _saved.append(path)


def fail(problem: BaseException) -> int:
    """Say in one line on standard error what went wrong and what is saved; return the exit code.

    The traceback goes to a file of its own, readable for its owner alone, and to standard error with
    `WSBENCH_DEBUG=1`.
    """
    parts = [f"failed: {_what(problem)}"]
    if _saved:
        parts.append(f"finished rounds are in {', '.join(_saved)}")
    try:
        if isinstance(problem, ResourceError):  # its line says all
            return _say(parts)
        text = _report(problem)
        if os.environ.get(DEBUG_VARIABLE, "0") not in {"", "0"}:
            sys.stderr.write(terminal(text))
        parts.append(f"the traceback is in {_written(text)} ({DEBUG_VARIABLE}=1 shows it)")
    except Exception:  # noqa: BLE001  # no disk, no memory: the line is all there is
        parts.append(f"no report could be written ({DEBUG_VARIABLE}=1 shows the traceback)")
    return _say(parts)


def _say(parts: list[str]) -> int:
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.write(terminal(f"wsbench: {'; '.join(parts)}\n"))
    return FAILED


def _what(problem: BaseException) -> str:
    if isinstance(problem, ResourceError):
        return str(problem)
    if isinstance(problem, MemoryError):
        return "no memory is left"
    if isinstance(problem, OSError) and problem.errno in {errno.ENOSPC, errno.EDQUOT}:
        return f"no space is left on the disk{f' for {problem.filename}' if problem.filename else ''}"
    if isinstance(problem, OSError) and problem.errno == errno.EFBIG:
        return f"{problem.filename or 'a file'} would be larger than files may be (ulimit -f)"
    first = next(iter(str(problem).splitlines()), "")
    text = f"{type(problem).__name__}{first and f': {_without_secrets(first)[:300]}'}"
    return text if isinstance(problem, OSError) else f"{text} (a bug in wsbench)"


def _report(problem: BaseException) -> str:
    import platform
    import traceback

    verb = next(iter(sys.argv[1:2]), "")
    head = f"wsbench {verb}: Python {platform.python_version()} on {platform.platform()}\n"
    return head + _without_secrets("".join(traceback.format_exception(problem)))


def _without_secrets(text: str) -> str:
    """Return a text without values of the user's and of environment variables, the longest first."""
    text, known = hiding.told(text), {value: name for name, value in os.environ.items()}
    for value in sorted(known, key=len, reverse=True):
        if len(value) >= hiding.LEAST:
            text = text.replace(value, f"${{{known[value]}}}")
    return text


def _written(text: str) -> str:
    import tempfile

    handle, name = tempfile.mkstemp(prefix="wsbench-", suffix=".txt")  # for its owner alone: 0600
    with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
        file.write(text)
    return name
