"""The workers that take part in a run: each is an agent, in step with our clock, or starts the server."""

from __future__ import annotations

import contextlib
import threading
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from ..errors import UsageError
from . import worker
from .clocks import Clock
from .connection import ASK_S, GONE, Connection, LostError
from .members import Member, agents_among, members_of, require_same, server_host
from .worker import Answer, Told

RENEW_S, LEASE_S = 1.0, 6.0
"""How often the workers are told that the run goes on, and how long they go on without that, in s."""

RENEWED_S = 2.0
"""How long one may take to answer that, in s: the others are told as long as one does not."""

ASKED = 7
"""How often the clocks are asked at first."""

END_S = 2.0
"""How long the workers get to end what runs there, in s."""


class Crew:
    """Workers from the beginning of a run to its end; their processes are started at once."""

    def __init__(self, connection: Connection, agents: int, server_on: str) -> None:
        self.connection = connection
        members = members_of(connection.workers())
        self.server = server_host(members, server_on) if server_on else None
        self.agents = agents_among(members, agents, self.server)
        self.members = [*self.agents, *([self.server] if self.server else [])]
        self.clocks = {one: Clock() for one in self.members}
        self.lost: set[Member] = set()
        self.run = uuid.uuid4().hex
        self._ended = threading.Event()
        there = self._require_same()
        hosts = Counter(one.host for one in self.agents)
        self.shares_core = {one: hosts[one.host] >= there[one].cpus for one in self.agents}

    def _require_same(self) -> dict[Member, Told]:
        """Return what each worker is. Raises `UsageError` where one can't take part."""
        found: dict[Member, Told] = {}
        here = msgspec.json.decode(worker.told(), type=Told)
        for one, said in self._call(self.members, worker.told):
            told = said if isinstance(said, Exception) else msgspec.json.decode(said, type=Told)
            found[one] = require_same(one, told, here)
        return found

    def _call(
        self, members: Sequence[Member], function: Any, *args: Any, timeout: float = ASK_S
    ) -> Iterator[tuple[Member, Any]]:
        """Yield what each worker returned, or the exception that it raised or met."""
        addresses = [one.address for one in members]
        for one, reply in zip(
            members, self.connection.call(addresses, function, *args, timeout=timeout), strict=True
        ):
            yield one, reply.found

    def begin(self) -> None:
        """Have each worker start its process, and ask for the time there. Raises `UsageError`."""
        servers = [self.server] if self.server else []
        begun = [
            *self._call(self.agents, worker.begin, self.run, LEASE_S, True),
            *self._call(servers, worker.begin, self.run, LEASE_S, False),
        ]
        for one, found in begun:
            if isinstance(found, Exception):
                raise UsageError(f"{one.shown} can't take part: {found}")
        for _ in range(ASKED):
            self._renew()
        threading.Thread(target=self._go_on, name="lease of the agents", daemon=True).start()

    def wait_ready(self) -> None:
        """Wait until each agent's process runs. Raises `UsageError`."""
        for one, found in self._call(self.agents, worker.agent_ready, self.run):
            problem = str(found) if isinstance(found, Exception) else answer_of(found).problem
            if problem:
                raise UsageError(f"{one.shown} can't start an agent: {problem}")

    def ask(self, one: Member, function: Any, *args: Any, timeout: float) -> Answer:
        """Have a worker answer; where it is lost, or fails, that is the problem."""
        if one in self.lost:
            return Answer(GONE)
        try:
            ((_, found),) = self._call([one], function, self.run, *args, timeout=timeout)
        except LostError as problem:
            return Answer(str(problem))
        if isinstance(found, LostError):
            self.lost.add(one)
            return Answer(str(found))
        if isinstance(found, Exception):
            return Answer(f"failed with {type(found).__name__}: {found}".partition("\n")[0])
        return answer_of(found)

    def _renew(self) -> None:
        """Tell all workers but lost ones that the run goes on, and take the time there."""
        members = [one for one in self.members if one not in self.lost]
        addresses = [one.address for one in members]
        replies = self.connection.call(addresses, worker.renew, self.run, timeout=RENEWED_S)
        for one, (found, sent, back) in zip(members, replies, strict=True):
            if isinstance(found, int) and found:
                self.clocks[one].add(sent, found, back)
        if any(isinstance(one.found, LostError) for one in replies):
            there = self.connection.workers()
            self.lost.update(one for one in members if one.address not in there)

    def _go_on(self) -> None:
        with contextlib.suppress(LostError):  # the scheduler is gone: whoever waits for a step is told
            while not self._ended.wait(RENEW_S):
                self._renew()

    def end(self) -> None:
        """Have every worker end what it started, and wait for that, not for long."""
        if not self._ended.is_set():
            self._ended.set()
            members = [one for one in self.members if one not in self.lost]
            with contextlib.suppress(LostError):
                list(self._call(members, worker.end, self.run, END_S, timeout=END_S + 1))


def answer_of(found: bytes | None) -> Answer:
    """Return what a worker answered; one that answers nothing has done what it was told."""
    return msgspec.json.decode(found, type=Answer) if found else Answer()
