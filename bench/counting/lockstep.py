"""One connection on which a server gets its messages in lockstep, and rests after each."""

from __future__ import annotations

import contextlib
import time
from types import TracebackType
from typing import Self
from uuid import UUID

from ..demand.workload import Workload, payloads
from ..machine.launcher import Server
from ..targets.templates import filled, is_constant
from .errors import CountError
from .lines import line_to
from .rest import Rest

SMALL_BYTES = 65_536
"""So many bytes in flight fit into any socket buffer: nobody has to wait until the other one reads."""

DEFLATE_WINDOW = 32_768
"""Bytes that deflate looks back on: payloads that come round sooner would be references to themselves."""

FIRST_N, FIRST_MS = 1_000_000, 1_700_000_000_000
"""Where numbers and times in messages of the user's begin: far from where they would get another digit."""


def filled_in(message: bytes, number: int) -> bytes:
    """Return a message of the user's for the `number`th time, the first one being 1, in any run the same.

    No two are the same, and all are equally long, so that each is the same work.
    """
    values = {
        "n": str(FIRST_N + number),
        "uuid": str(UUID(int=number, version=4)),
        "timestamp": str(FIRST_MS + number),
    }
    return filled(message.decode("latin-1"), values).encode("latin-1")


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
        self.line, self.sent = line_to(server, workload, timeout), 0
        self.payloads = payloads(workload, seed, span=DEFLATE_WINDOW if server.spec.deflate else 0)
        self.framed = tuple((payload, self.line.framed(payload)) for payload in self.payloads)
        self.filled = any(not is_constant(one) for one in workload.messages)

    def exchange(self, count: int) -> int:
        """Exchange messages in whole groups of `depth`; return how many, at least `count`.

        Raises `CountError` for a wrong reply and for a server that does not rest, and what a line raises.
        """
        self.rest.refresh()
        self.rest.wait(self.timeout)
        done = 0
        while done < count:
            for first, last in self._groups(done):
                messages = [self._message(number) for number in range(first, last)]
                self.line.sock.sendall(b"".join(sent for _, sent in messages))
                for number, message in enumerate(messages, first + 1):
                    self.line.take(number, *message)
            done += self.depth
            self.rest.wait(self.timeout)
        return done

    def stirs(self, seconds: float) -> bool:
        """Whether the server does anything by itself, watched for so long while it has no message."""
        before = self.rest.wait(self.timeout)
        time.sleep(seconds)
        return self.rest.wait(self.timeout) != before

    def _message(self, number: int) -> tuple[bytes, bytes]:
        turn = number % len(self.framed)
        if not self.filled:
            return self.framed[turn]
        self.sent += 1
        payload = filled_in(self.payloads[turn], self.sent)
        return payload, self.line.framed(payload)

    def _groups(self, first: int) -> list[tuple[int, int]]:
        """Return the messages of a step, from number `first` on, in groups that are on their way together."""
        largest = max(len(sent) for _, sent in self.framed)
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
