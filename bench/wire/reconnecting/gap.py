"""What stands in the place of a connection that is lost: what is due on it meanwhile fails."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter_ns
from typing import cast

from ..connection import WireConnection
from ..open_connection import OpenLoopConnection

NOT_CONNECTED = "not connected"
"""The kind of messages that are due while a connection is being opened again."""


class _Nowhere:
    """What a connection that is none has in place of a socket."""

    sent = 0
    unsent = memoryview(b"")

    def flush(self) -> None:
        """Send nothing."""


class Gap(OpenLoopConnection):
    """The messages that were due on a place while it had no connection; `kind` says why it has none.

    It is `NOT_CONNECTED` until an attempt has failed, then what that failed of. All are over at once.
    """

    __slots__ = ("kind", "tell")

    def __init__(self, kind: str, tell: Callable[[int], None]) -> None:
        """`tell` is told how many messages failed, whenever some did."""
        super().__init__(cast("WireConnection", _Nowhere()), 0)
        self.kind = kind
        self.tell = tell

    def offer(self, count: int) -> None:
        """Fail the next `count` messages."""
        self.sent.append(perf_counter_ns())
        self.sizes.append(count)
        self.answered += count
        self.fail(self.kind, count)
        self.tell(count)

    def receive(self) -> int:
        """Return how many replies came, which is none."""
        return 0
