"""What goes wrong while a process is counted."""

from __future__ import annotations


class CountError(Exception):
    """A process can't be counted: one line, and the last lines that it printed."""

    def __init__(self, reason: str, tail: tuple[str, ...] = ()) -> None:
        super().__init__(reason)
        self.tail = tail
