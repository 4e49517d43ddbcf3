"""What a child may do to whoever writes to it: read no more, or end of a signal that has no name."""

from __future__ import annotations

import os
import select
import signal
import time


def put(fd: int, data: bytes, timeout: float) -> None:
    """Write bytes into a pipe within `timeout` s, in pieces that never wait: a stopped child takes 64 KiB.

    Raises `TimeoutError`, and `BrokenPipeError` where nobody reads.
    """
    deadline, done = time.monotonic() + timeout, 0
    while done < len(data):
        if not select.select([], [fd], [], max(0.0, deadline - time.monotonic()))[1]:
            raise TimeoutError
        done += os.write(fd, data[done : done + select.PIPE_BUF])


def ended(code: int) -> str:
    """Return how a process ended, by its return code; signals of real time have no names."""
    if code >= 0:
        return f"exited with code {code}"
    try:
        return f"was killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"was killed by signal {-code}"
