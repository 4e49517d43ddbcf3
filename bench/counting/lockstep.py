"""One connection on which a server gets its messages in lockstep, and rests after each."""

from __future__ import annotations

import contextlib
import time
from types import TracebackType
from typing import Self

from ..demand.workload import Workload, payloads
from ..machine.launcher import Server
from ..targets.templates import filled
from .errors import CountError
from .lines import line_to
from .rest import Rest

SMALL_BYTES = 65_536
"""So many bytes in flight fit into any socket buffer: nobody has to wait until the other one reads."""

DEFLATE_WINDOW = 32_768
"""Bytes that deflate looks back on: payloads that come round sooner would be references to themselves."""

FILLED = {"n": "1", "uuid": "00000000-0000-4000-8000-000000000000", "timestamp": "1700000000000"}
"""What stands in the place of placeholders in messages of the user's: the same in all of them."""


class Lockstep:
    """Sends `workload.depth` messages at once, takes their replies, and waits until the server rests.

    Of large messages only as many are on their way as fit into `SMALL_BYTES`, but one at least. Payloads take
    turns, from the first one on in each call of `exchange`, so that calls differ in nothing but their length.
    """

    def __init__(self, server: Server, workload: Workload, seed: int, timeout: float) -> None:
        if server.spec.access.reply.rule == "none" or workload.one_way:
            raise CountError("messages to which nothing comes back can't be counted")
        assert server.pid  # it is ready, and ours
        self.rest, self.timeout, self.depth = Rest(server.pid), timeout, workload.depth
        self.line = line_to(server, workload, timeout)
        chosen = payloads(workload, seed, span=DEFLATE_WINDOW if server.spec.deflate else 0)
        if workload.messages:
            chosen = tuple(filled(one.decode("latin-1"), FILLED).encode("latin-1") for one in chosen)
        self.messages = tuple((payload, self.line.framed(payload)) for payload in chosen)

    def exchange(self, count: int) -> int:
        """Exchange messages in whole groups of `depth`; return how many, at least `count`.

        Raises `CountError` for a wrong reply and for a server that does not rest, and what a line raises.
        """
        self.rest.refresh()
        self.rest.wait(self.timeout)
        done = 0
        while done < count:
            for first, last in self._groups(done):
                self.line.sock.sendall(b"".join(self._message(number)[1] for number in range(first, last)))
                for number in range(first, last):
                    self.line.take(number + 1, *self._message(number))
            done += self.depth
            self.rest.wait(self.timeout)
        return done

    def stirs(self, seconds: float) -> bool:
        """Whether the server does anything by itself, watched for so long while it has no message."""
        before = self.rest.wait(self.timeout)
        time.sleep(seconds)
        return self.rest.wait(self.timeout) != before

    def _message(self, number: int) -> tuple[bytes, bytes]:
        return self.messages[number % len(self.messages)]

    def _groups(self, first: int) -> list[tuple[int, int]]:
        """Return the messages of a step, from number `first` on, in groups that are on their way together."""
        largest = max(len(sent) for _, sent in self.messages)
        most = max(1, min(self.depth, SMALL_BYTES // largest))
        end = first + self.depth
        return [(at, min(at + most, end)) for at in range(first, end, most)]

    def close(self) -> None:
        """Close the connection; the server ends right after."""
        with contextlib.suppress(OSError):
            self.line.sock.close()

    def __enter__(self) -> Self:
        """Return it."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        self.close()
