"""The connections of an open loop: which are open, and how a lost one is opened again beside the schedule.

Message k is due on place k mod n, whatever becomes of the connection there. Those that wait for a reply when
it is lost fail, and so do those that are due until the place has a connection again: none is forgotten, put
off, or sent over another place, which would load the server otherwise than the schedule says.
"""

from __future__ import annotations

import contextlib
import select
from collections.abc import Sequence
from time import perf_counter_ns

from ...measuring.recorder import ReplyError
from ...websocket.closing import hang_up
from ...websocket.failures import NO_CLOSE_FRAME, ClosedError, is_local, kind_of
from ...websocket.target import Opened, worded
from ..connection import FOREVER
from ..open_connection import OpenLoopConnection, open_loop_connection
from ..session import WireSession
from .gap import NOT_CONNECTED, Gap
from .places import Places
from .reopener import Reopener

FIRST_NS, LONGEST_NS = 10_000_000, 1_000_000_000
"""How long after a first failed attempt the next one is made, and after many: each time twice as long."""

READS = 64
"""So often a lost connection is read from at most, for what came before its end."""


class Reconnecting(Places):
    """The places of a schedule, and what is done where one loses its connection."""

    __slots__ = ("_again", "_cut_off", "_tries", "problem", "reopened", "reopener", "wrong")

    def __init__(self, session: WireSession, connections: Sequence[OpenLoopConnection]) -> None:
        super().__init__(session, connections)
        self.reopened: list[int] = []
        """When lost connections were open again, on the monotonic clock."""
        self.wrong: tuple[int, str] | None = None
        """When the first wrong reply came, and which, in words."""
        self.problem = session.problem
        """Why there was last one connection fewer."""
        self.reopener: Reopener | None = None
        self._tries = [0] * len(self.connections)
        self._again: dict[int, int] = {}  # when to try to fill which gap, on the monotonic clock
        self._cut_off = 0  # since when no connection is open

    def begin_without(self) -> None:
        """Have the connections opened that are missing from the beginning."""
        for one in self.connections[self.open :]:
            self._refused(one.place, self.problem)

    def lost(self, connection: OpenLoopConnection, problem: Exception) -> None:
        """Close a connection on which something went wrong, and have its place filled again.

        Raises `TimeoutError` where a service sends whatever but no reply, and `ReplyError` where none of our
        messages can be meant.
        """
        if isinstance(problem, BlockingIOError):
            return  # there was nothing to read after all
        problem = self._last_said(connection, problem)
        if isinstance(problem, TimeoutError) and problem.errno is None:
            raise problem
        if isinstance(problem, ReplyError) and not self.wrong:
            shown = "" if self.session.workload.messages else problem.shown  # the user's may be secret
            self.wrong = perf_counter_ns(), f"{problem}{shown and f': {shown}'}"
        self.answered += connection.lose(problem)
        self.count_failed(sum(count for _, count in connection.failures))
        self.poller.unregister(connection.wire.sock.fileno())
        gap = Gap(NOT_CONNECTED, self.count_failed)
        self.by_fd[connection.wire.sock.fileno()] = gap
        hang_up(connection.wire.sock, whole=not connection.wire.unsent)
        self.replace(connection.place, gap)
        self.open -= 1
        if isinstance(problem, OSError):
            self.problem = problem
        self._try_later(connection.place, useful=bool(connection.runs))

    def _last_said(self, connection: OpenLoopConnection, problem: Exception) -> Exception:
        """Read what came before the end: replies, and perhaps why; return what is known of that."""
        if isinstance(problem, ClosedError | ReplyError | TimeoutError):
            return problem
        with contextlib.suppress(OSError):
            try:
                for _ in range(READS):
                    self.answered += connection.receive()
            except ReplyError as wrong:
                return wrong
            except ClosedError as closed:
                return closed if closed.code != NO_CLOSE_FRAME else problem
        return problem

    def _try_later(self, place: int, *, useful: bool) -> None:
        """Fill a gap: at once after a `useful` connection, else the later the more attempts have failed."""
        tries = 0 if useful else self._tries[place] + 1
        self._tries[place] = tries
        wait = min(LONGEST_NS, FIRST_NS << min(tries - 1, 10)) if tries else 0
        self._again[place] = perf_counter_ns() + wait
        self._reopen()

    def _reopen(self) -> None:
        """Ask for the connections whose time has come."""
        now = perf_counter_ns()
        for place in [place for place, moment in self._again.items() if moment <= now]:
            del self._again[place]
            if self.reopener is None:
                self.reopener = Reopener(self.session.target)
                self.by_fd[self.reopener.wake] = _Door(self)
                self.poller.register(self.reopener.wake, select.POLLIN)
            self.reopener.ask(place)

    def welcome(self) -> None:
        """Fill the gaps for which connections were opened. Raises where this machine can't open more."""
        assert self.reopener
        for place, outcome in self.reopener.outcomes():
            if isinstance(outcome, OSError):
                self._refused(place, outcome)
                continue
            opened, took = outcome
            self._fill(place, opened, took)

    def _fill(self, place: int, opened: Opened, took: int) -> None:
        try:
            wire = self.session.greet(*opened)
        except (OSError, ReplyError) as problem:
            self._refused(place, problem if isinstance(problem, OSError) else ConnectionError(str(problem)))
            return
        wire.bound_ns = FOREVER
        wire.sock.setblocking(False)
        self.session.times.append(took)
        if any(not isinstance(one, Gap) for one in self.lives[place]):
            self.reopened.append(perf_counter_ns())
        connection = open_loop_connection(self.session, wire)
        self.replace(place, connection)
        self.by_fd[wire.sock.fileno()] = connection
        self.open += 1

    def _refused(self, place: int, problem: OSError) -> None:
        if is_local(problem):
            raise worded(problem, self.open, len(self.connections))
        self.problem = problem
        self.replace(place, Gap(kind_of(problem), self.count_failed))
        self._try_later(place, useful=False)

    def is_cut_off(self, patience_ns: int) -> bool:
        """Ask for the connections whose time has come; say whether there was none for `patience_ns`."""
        self._reopen()
        now = perf_counter_ns()
        if self.open or not self._cut_off:
            self._cut_off = now
        return now - self._cut_off > patience_ns

    def hand_back(self) -> None:
        """Open no more, and leave the session with the connections that are open now."""
        if self.reopener:
            self.poller.unregister(self.reopener.wake)
            self.reopener.stop()
        super().hand_back()


class _Door(Gap):
    """What the poller has for the connections that were opened again."""

    __slots__ = ("loop",)

    def __init__(self, loop: Reconnecting) -> None:
        super().__init__(NOT_CONNECTED, loop.count_failed)
        self.loop = loop

    def receive(self) -> int:
        """Take them over."""
        self.loop.welcome()
        return 0
