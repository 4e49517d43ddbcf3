"""Hears what local agents tell of each second, in a thread that runs where nobody else needs the core."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator

import msgspec

from ..records.live import Told, together

LARGEST = 65_536
"""Bytes of a datagram; an agent's are a few thousand."""

AGAIN_S = 0.001


class Line:
    """From agents to a listener: `theirs` is the end that each agent's process is given.

    `hear` is called, in a thread, with each second once all agents have told of it; one that some have not
    told of comes with the next, or at the end of the step.
    """

    def __init__(self, agents: int, hear: Callable[[Told], None]) -> None:
        self.agents = agents
        self.hear = hear
        self.ours, self.theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._seconds: dict[int, list[Told]] = {}

    def close(self) -> None:
        """Give both ends back."""
        self.ours.close()
        self.theirs.close()

    @contextlib.contextmanager
    def open(self) -> Iterator[None]:
        """Hear what is told inside; at the end all of it has been heard."""
        thread = threading.Thread(target=self._listen, daemon=True)
        thread.start()
        try:
            yield
        finally:
            while not self._hang_up():
                time.sleep(AGAIN_S)
            thread.join()

    def _hang_up(self) -> bool:
        """Whether the listener could be told that this is all."""
        with contextlib.suppress(BlockingIOError):
            self.theirs.send(b"")
            return True
        return False

    def _listen(self) -> None:
        _give_way()
        while data := self.ours.recv(LARGEST):
            self._take(msgspec.json.decode(data, type=Told))
        self._flush()

    def _take(self, told: Told) -> None:
        self._flush(before=told.at_s)
        self._seconds.setdefault(told.at_s, []).append(told)
        if len(self._seconds[told.at_s]) == self.agents:
            self.hear(together(self._seconds.pop(told.at_s)))

    def _flush(self, before: int | None = None) -> None:
        """Tell of seconds that not all agents have told of, and never will."""
        for at_s in sorted(self._seconds):
            if before is None or at_s < before - 1:
                self.hear(together(self._seconds.pop(at_s)))


def _give_way() -> None:
    """Have this thread run only where its core would be idle otherwise, on systems that know such threads."""
    if hasattr(os, "SCHED_IDLE"):
        with contextlib.suppress(OSError):
            os.sched_setscheduler(threading.get_native_id(), os.SCHED_IDLE, os.sched_param(0))
