"""Hostile: sends a signal to a process of the run, which is how the suite hits a stage of it.

HOSTILE_SIGNAL names the signal, HOSTILE_AT who gets it: `wsbench`, `driver`, `spinner` or `agent`.
"""

import os
import signal
from pathlib import Path

from . import turn
from .polite import Echo, served

LIBRARY = ""
VERSION = "polite"
MARKS = {"driver": "wsbench.driver.main", "spinner": '"role": "awake"', "agent": "multiprocessing.spawn"}


def words_of(pid: int) -> str:
    """Return a process's command line."""
    return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")


def victims() -> list[int]:
    """Return who is meant."""
    mark = MARKS.get(os.environ["HOSTILE_AT"])
    if not mark:
        return [os.getppid()]
    found = []
    for folder in Path(f"/proc/{os.getppid()}/task").glob("*/children"):
        found += [pid for pid in map(int, folder.read_text().split()) if mark in words_of(pid)]
    return found


def strike() -> None:
    """Send the signal, once."""
    if turn.once():
        for pid in victims():
            os.kill(pid, signal.Signals[os.environ["HOSTILE_SIGNAL"]])


class Bent(Echo):
    """The polite connection, which has somebody else hit."""

    def strike(self, opcode: int, payload: bytes) -> None:
        """Hit, and answer."""
        strike()
        if opcode:
            super().strike(opcode, payload)


serve = served(Bent, strike)
