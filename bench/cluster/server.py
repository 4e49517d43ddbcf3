"""A server that a worker starts, asked and ended from here; it does not outlive the run, whatever happens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from ..machine.launcher import Server
from ..machine.orders import Settings
from ..machine.process import Child, ChildError
from ..targets.spec import ServerSpec
from . import worker
from .connection import ASK_S
from .crew import Crew
from .members import Member


class ChildThere(Child):
    """A child process of a worker: everything that is asked of it goes there and back."""

    def __init__(
        self,
        crew: Crew,
        member: Member,
        spec: ServerSpec,
        settings: Settings,
        environment: Mapping[str, str],
    ) -> None:
        self.crew, self.member, self.name = crew, member, spec.label
        self._last: tuple[bool, str, tuple[str, ...]] = True, "", ()
        there = msgspec.structs.replace(settings, host=member.host, core=None, certificates=None)
        self._ask(worker.serve, msgspec.json.encode(spec), msgspec.json.encode(there), {**environment})

    def _ask(self, function: Any, *args: Any, timeout: float = 0.0) -> Any:
        answer = self.crew.ask(self.member, function, *args, timeout=timeout + ASK_S)
        if answer.problem:
            raise ChildError(f"{self.member.shown}: {answer.problem}")
        return answer.found

    def hear(self, timeout: float) -> dict[str, Any]:
        """Return the next message. Raises `ChildError`."""
        found: dict[str, Any] = self._ask(worker.server_hear, timeout, timeout=timeout)
        return found

    def ask(self, line: str, timeout: float) -> dict[str, Any]:
        """Send one line, and return the answer. Raises `ChildError`."""
        found: dict[str, Any] = self._ask(worker.server_ask, line, timeout, timeout=timeout)
        return found

    def _look(self) -> tuple[bool, str, tuple[str, ...]]:
        try:
            settles, fate, tail = self._ask(worker.server_fate)
            self._last = settles, fate, tuple(tail)
        except ChildError as problem:
            self._last = False, f"is out of reach: {problem}", self._last[2]
        return self._last

    @property
    def tail(self) -> tuple[str, ...]:
        """The last lines it printed on standard error."""
        return self._look()[2]

    def settles(self) -> bool:
        """Whether it still runs."""
        return self._look()[0]

    def fate(self) -> str:
        """Return how it ended."""
        return self._look()[1]

    def close(self) -> None:
        """End it."""
        self.stop()

    def stop(self) -> None:
        """End it; where its worker is out of reach, it has ended, or will with its lease."""
        self.crew.ask(self.member, worker.server_stop, timeout=ASK_S)


class ServerThere(Server):
    """A server on a worker: its process can't be looked at from here, so it has no CPU time and no memory."""

    def __init__(
        self,
        crew: Crew,
        member: Member,
        spec: ServerSpec,
        settings: Settings,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.crew, self.member = crew, member
        super().__init__(spec, settings, environment)

    def start_child(self, settings: Settings, environment: Mapping[str, str], *_told: Any) -> Child:
        """Have the worker start it."""
        return ChildThere(self.crew, self.member, self.spec, settings, environment)

    def wait_ready(self, timeout: float | None = None) -> None:
        """Wait for the readiness line; its process id is of another machine. Raises `ChildError`."""
        super().wait_ready(timeout)
        self.pid = None
        self.host = self.member.host
