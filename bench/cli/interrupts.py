"""Ctrl-C, SIGTERM, and SIGHUP of a terminal that is closed: all of them end a run in the same way, once."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

SIGNALS = [getattr(signal, one) for one in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, one)]
ENDING_S = 10.0
"""How long a run gets to end its processes and to print its tables before it can be interrupted again."""


class Interrupts:
    """Raises `KeyboardInterrupt` at a signal; what comes while a run ends because of it is passed over."""

    def __init__(self) -> None:
        self.latest = -ENDING_S

    def install(self) -> None:
        """Take over the signals, except those that are ignored, as by nohup."""
        for number in SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self.handle)

    def finish(self) -> None:
        """Pass over all that still comes where there was one: an interpreter that ends would die of it."""
        for number in SIGNALS if self.latest > -ENDING_S else ():
            signal.signal(number, signal.SIG_IGN)

    def handle(self, _signal: int, _frame: object) -> None:
        """Raise `KeyboardInterrupt`, unless that was done a moment ago."""
        now = time.monotonic()
        if now - self.latest >= ENDING_S:
            self.latest = now
            raise KeyboardInterrupt


@contextmanager
def one_interrupt() -> Iterator[None]:
    """Have a Ctrl-C inside be one, however often it is pressed while all processes are ended.

    That is for a program that calls us, and has Python's own handler, in its main thread; another handler is
    left alone, and so are other threads, which get no signals.
    """
    usual = signal.default_int_handler
    if threading.current_thread() is not threading.main_thread() or signal.getsignal(signal.SIGINT) != usual:
        yield
        return
    signal.signal(signal.SIGINT, Interrupts().handle)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, usual)
