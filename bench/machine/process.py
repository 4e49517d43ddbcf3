"""Child processes that speak JSON lines and live no longer than we do."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from .pipe import ended, put
from .variables import passed_on

TAIL_LINES, TAIL_WIDTH = 20, 500  # characters of each line
READ_BYTES = 65_536  # a longer line counts as several
MOST_BYTES = 64 * 1024 * 1024
"""An answer has fewer bytes: the round trips of a slice take some tens of thousands."""
SHOWN = 60  # bytes of what is no message
CLOSE_S, TERM_S = 0.3, 0.5
"""How long a child gets to end after its pipe is closed, and after SIGTERM."""


class ChildError(RuntimeError):
    """A child died, was silent for too long, or said that it failed; one line."""


class Child:
    """One child process in a group of its own: lines in, lines out, standard error drained.

    It stays in our session, for Linux gives each an equal share of a core (autogroup): idle spinners in their
    own delayed 2 % of round trips by ticks of 3 ms. With `own_session` it gets more of cores that are busy.
    Its standard input is a pipe only we hold: when our process ends, for whatever reason, the child reads the
    end of it. `term_s` is how long it gets to end after SIGTERM. Of our variables it inherits those that
    variables.py passes on; `environment` goes before them.
    """

    def __init__(
        self,
        name: str,
        argv: Sequence[str],
        environment: Mapping[str, str] | None = None,
        on_stderr: Callable[[str], None] | None = None,
        *,
        term_s: float = TERM_S,
        own_session: bool = False,
    ) -> None:
        self.name = name
        self.term_s = term_s
        self._tail: deque[str] = deque(maxlen=TAIL_LINES)
        self._heard = bytearray()
        self._asked = 0
        self._on_stderr = on_stderr
        self.process = subprocess.Popen(
            list(argv),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**passed_on(os.environ), **(environment or {})},
            process_group=None if own_session else 0,  # a session has a group
            start_new_session=own_session,
        )
        self._drain = threading.Thread(target=self._read_stderr, name=f"stderr of {name}", daemon=True)
        self._drain.start()

    @property
    def pid(self) -> int:
        """The process id, which is also the id of its group."""
        return self.process.pid

    @property
    def tail(self) -> tuple[str, ...]:
        """The last lines it printed on standard error."""
        return tuple(self._tail)

    def _read_stderr(self) -> None:
        assert self.process.stderr  # it is a pipe
        while raw := self.process.stderr.readline(READ_BYTES):
            line = raw.decode(errors="replace").rstrip("\n")
            self._tail.append(line[:TAIL_WIDTH])
            if self._on_stderr:
                self._on_stderr(line)

    def tell(self, line: str, timeout: float) -> None:
        """Send one line. Raises `ChildError` if the child is gone, or does not take it within `timeout` s."""
        assert self.process.stdin  # it is a pipe
        try:
            put(self.process.stdin.fileno(), line.encode() + b"\n", timeout)
        except TimeoutError:
            raise ChildError(f"{self.name} did not answer within {timeout:g} s") from None
        except (BrokenPipeError, ValueError):
            raise ChildError(f"{self.name} {self.fate()}") from None

    def hear(self, timeout: float) -> dict[str, Any]:
        """Return the next message.

        Raises `ChildError` when the child ends, fails, writes what is none, or is silent for `timeout` s.
        """
        return self._hear(time.monotonic() + timeout, timeout)

    def ask(self, line: str, timeout: float) -> dict[str, Any]:
        """Send one line under a number of its own, and return the answer that bears it. Raises `ChildError`.

        Whatever else comes is dropped: answers that came too late for their question, and those that nobody
        asked for.
        """
        self._asked += 1
        deadline = time.monotonic() + timeout
        self.tell(f"{self._asked} {line}", timeout)
        while True:
            message = self._hear(deadline, timeout)
            if message.get("answers") == self._asked:
                return message

    def _hear(self, deadline: float, timeout: float) -> dict[str, Any]:
        line = self._line(deadline, timeout)
        message = None
        with contextlib.suppress(ValueError, RecursionError):
            message = msgspec.json.decode(line)
        if not isinstance(message, dict):
            shown = line[:SHOWN].decode(errors="replace")
            raise ChildError(f"{self.name} wrote what is no message where it answers wsbench: {shown!r}")
        if message.get("event") == "failed":
            self.fate()  # waits for the rest of its standard error, which is another pipe
            raise ChildError(f"{self.name}: {message.get('reason')}")
        return message

    def _line(self, deadline: float, timeout: float) -> bytes:
        assert self.process.stdout  # it is a pipe
        source = self.process.stdout.fileno()
        while b"\n" not in self._heard:
            if not select.select([source], [], [], max(0.0, deadline - time.monotonic()))[0]:
                raise ChildError(f"{self.name} did not answer within {timeout:g} s")
            data = os.read(source, 1 << 20)
            if not data:
                raise ChildError(f"{self.name} {self.fate()}")
            self._heard += data
            if len(self._heard) > MOST_BYTES:
                raise ChildError(f"{self.name} answered with more than {MOST_BYTES >> 20} MiB")
        line, _, self._heard = self._heard.partition(b"\n")
        return bytes(line)

    def settles(self) -> bool:
        """Whether it still runs 50 ms after something went wrong: a process that is ending takes a while."""
        try:
            self.process.wait(0.05)
        except subprocess.TimeoutExpired:
            return True
        return False

    def fate(self) -> str:
        """Return how it ended, once the rest of its standard error has been read."""
        try:
            code = self.process.wait(CLOSE_S)
        except subprocess.TimeoutExpired:
            return "closed its output"
        self._drain.join(CLOSE_S)
        return ended(code)

    def close(self) -> None:
        """Close its standard input, which asks it to end."""
        assert self.process.stdin  # it is a pipe
        with contextlib.suppress(BrokenPipeError):  # it is gone already
            self.process.stdin.close()

    def _signal_group(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    def stop(self) -> None:
        """End the whole process group: close, then SIGTERM, then SIGKILL."""
        self.close()
        self._signal_group(signal.SIGCONT)  # a stopped process does not see the end of its input
        for number, patience in ((signal.SIGTERM, CLOSE_S), (signal.SIGKILL, self.term_s)):
            try:
                self.process.wait(patience)
                break
            except subprocess.TimeoutExpired:
                self._signal_group(number)
        self._signal_group(signal.SIGKILL)  # processes that are left of its group
        self.process.wait()
        self._drain.join(TERM_S)
        if self.process.stdout:
            self.process.stdout.close()
        if self.process.stderr and not self._drain.is_alive():  # else a process that left the group
            self.process.stderr.close()  # holds the other end, and closing would wait for the reader


def stop_all(children: Iterable[Child]) -> None:
    """End several children: ask all of them first, then wait for each."""
    for child in (listed := list(children)):
        child.close()
    for child in listed:
        child.stop()
