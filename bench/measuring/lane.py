"""One connection of a library's client and what is in flight on it: the same for every flavour."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Generic, TypeVar

from .tally import Tally, check

Connection = TypeVar("Connection")


class Lane(Generic[Connection]):
    """The messages of a connection take turns, and so do the replies that must come back to them."""

    __slots__ = ("connection", "done", "messages", "period", "replies", "sent", "stamps")

    def __init__(
        self,
        connection: Connection,
        messages: Sequence[str | bytes],
        replies: Sequence[str | bytes | None],
    ) -> None:
        self.connection = connection
        self.messages = messages
        self.replies = replies
        self.period = len(messages)
        self.stamps: deque[int] = deque()
        self.sent = 0
        self.done = 0

    def next_message(self) -> str | bytes:
        """Return the message to send now."""
        message = self.messages[self.sent % self.period]
        self.sent += 1
        return message

    def take(self, reply: object, now: int, tally: Tally) -> None:
        """Compare and count the reply that came at `now`; raises `ReplyError`."""
        check(reply, self.replies[self.done % self.period], self.done)
        self.done += 1
        tally.add(now - self.stamps.popleft(), now)
