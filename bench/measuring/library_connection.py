"""One connection of a library's client and what is in flight on it: the same for every flavour."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from typing import Generic, TypeVar

from .recorder import Recorder, check

Connection = TypeVar("Connection")


class LibraryConnection(Generic[Connection]):
    """The messages of a connection take turns, and so do the replies that must come back to them."""

    __slots__ = ("done", "inner", "messages", "period", "replies", "sent", "stamps", "timed")

    def __init__(
        self,
        connection: Connection,
        messages: Sequence[str | bytes],
        replies: Sequence[str | bytes | None],
    ) -> None:
        self.inner = connection
        self.messages = messages
        self.replies = replies
        self.period = len(messages)
        self.stamps: deque[int] = deque()
        self.sent = 0
        self.done = 0
        self.timed = 0  # replies of this slice that were timed

    def next_message(self) -> str | bytes:
        """Return the message to send now."""
        message = self.messages[self.sent % self.period]
        self.sent += 1
        return message

    def take(self, reply: object, now: int, recorder: Recorder) -> None:
        """Compare and count the reply that came at `now`; raises `ReplyError`."""
        check(reply, self.replies[self.done % self.period], self.done)
        self.done += 1
        self.timed += recorder.add(now - self.stamps.popleft(), now)


def begin(connections: Iterable[LibraryConnection[Connection]]) -> None:
    """Count the timed replies of each connection from 0 again, for a new slice."""
    for connection in connections:
        connection.timed = 0


def answered(connections: Sequence[LibraryConnection[Connection]]) -> list[int]:
    """Return the timed replies of each connection in this slice, [] where there is only one."""
    return [connection.timed for connection in connections] if len(connections) > 1 else []
