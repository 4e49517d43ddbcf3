"""What the server's process counts itself, and what the kernel counts of it."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from ..machine.launcher import Server
from .errors import CountError
from .instrument import Tool, Totals
from .rest import Rest

ANSWER_S = 60.0


class Counted(msgspec.Struct, frozen=True):
    """What standalone/counters.py answers: calls by function, or collections."""

    calls: dict[str, int] = {}
    collections: int = 0


def ask(server: Server) -> Counted:
    """Ask the process for its own counts. Raises `ChildError`, `CountError`."""
    assert server.child  # it is ours
    try:
        return msgspec.convert(server.child.ask("counts", ANSWER_S), Counted)
    except msgspec.ValidationError as problem:
        raise CountError(f"its process says of its counts what can't be read: {problem}") from None


class Calls(Tool):
    """Calls of Python functions, by function: the interpreter's profile hook in the server's process."""

    counts: ClassVar[str] = "calls"

    def totals(self, server: Server) -> Totals:
        """Return the calls so far."""
        return {"calls": {name: float(count) for name, count in ask(server).calls.items()}}


class Bare(Tool):
    """A server as it is: how often its threads go to sleep, and how often its garbage is collected.

    Collections are rare, so there are more messages; each takes as long as usual.
    """

    counts: ClassVar[str] = "collections"
    longer: ClassVar[int] = 8

    def totals(self, server: Server) -> Totals:
        """Return the sleeps of all its threads, and the collections for every 1,000 messages."""
        assert server.pid  # it is ready
        rest = Rest(server.pid)
        rest.refresh()
        asleep = rest.wait(ANSWER_S)
        found = {"switches": {"": float(sum(one.switches for one in asleep.values()))}}
        if server.spec.started_by_us:  # no other process tells its collections
            found["collections"] = {"": 1000.0 * ask(server).collections}
        return found
