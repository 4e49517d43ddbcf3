"""The processes of one run on one worker, which live no longer than somebody wants them to."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future

from ..machine.process import Child, ChildError, stop_all

TICK_S = 0.5
"""How often it is looked whether the lease has run out, in s."""


class Keeper:
    """Starts processes in a thread of its own, and ends them all at the end of the run.

    That is when it is told so, or when the lease runs out that whoever began the run renews: then nobody is
    there any more. Linux ends a child with the thread that started it, so no thread of a pool may.
    """

    def __init__(self, lease_s: float) -> None:
        self.lease_s = lease_s
        self.begun: set[str] = set()
        """The steps that were begun here: none may be begun twice."""
        self._until = time.monotonic() + lease_s
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._children: dict[str, Future[Child]] = {}
        self._thread = threading.Thread(target=self._keep, name="wsbench keeper", daemon=True)
        self._thread.start()

    @property
    def is_over(self) -> bool:
        """Whether the lease has run out, or the run has ended."""
        return time.monotonic() > self._until

    def renew(self) -> bool:
        """Have the processes live on for another lease; return False where that came too late."""
        if self.is_over:
            return False
        self._until = time.monotonic() + self.lease_s
        return True

    def end(self) -> None:
        """Have all processes ended, without waiting for it."""
        self._until = 0.0
        self._jobs.put(None)

    def start(self, name: str, make: Callable[[], Child]) -> None:
        """Have a process started, and one of that name ended before, without waiting for it."""
        before, future = self._children.get(name), Future[Child]()
        self._children[name] = future

        def begin() -> None:
            if before:
                self._stop([before])
            try:
                future.set_result(make())
            except Exception as problem:  # noqa: BLE001  # whoever waits for the process is to know
                future.set_exception(problem)

        self._jobs.put(begin)

    def child(self, name: str, timeout: float) -> Child:
        """Return the process of that name once it is started; raises `ChildError` where there is none."""
        if name not in self._children:
            raise ChildError(f"there is no {name} here")
        try:
            return self._children[name].result(timeout)
        except TimeoutError:
            raise ChildError(f"{name} was not started within {timeout:g} s") from None

    def stop(self, name: str) -> None:
        """Have the process of that name ended, without waiting for it."""
        if one := self._children.pop(name, None):
            self._jobs.put(lambda: self._stop([one]))

    def join(self, timeout: float) -> bool:
        """Wait until all are ended, at most `timeout` s; whether they are."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _keep(self) -> None:
        try:
            while not self.is_over:
                try:
                    job = self._jobs.get(timeout=TICK_S)
                except queue.Empty:
                    continue
                if job:
                    job()
        finally:
            self._until = 0.0
            self._stop([*self._children.values()])

    @staticmethod
    def _stop(futures: list[Future[Child]]) -> None:
        stop_all(one.result() for one in futures if one.done() and not one.exception())
