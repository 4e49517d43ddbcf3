"""A running server: started in a process of its own, asked about itself, ended."""

from __future__ import annotations

import contextlib
import functools
import ssl
from collections.abc import Callable, Iterator, Mapping
from types import TracebackType
from typing import Self

import msgspec

from ..records.common import Proof
from ..records.slowest import Pauses
from ..targets.contract import ECHO_PATH
from ..targets.spec import ServerSpec
from ..websocket.trust import client_context
from .answers import answer_of
from .orders import READY_S, Settings, order_for, private_for, start_child
from .process import Child, ChildError
from .redirects import address_in, reached


class Ready(msgspec.Struct, frozen=True):
    """What a child says when it serves, besides what it is; `host` "" stands for the one it was told."""

    port: int
    pid: int
    host: str = ""


class Workers(msgspec.Struct, frozen=True):
    """How many processes of a command share the work."""

    count: int


class Connections(msgspec.Struct, frozen=True):
    """TCP_NODELAY of each connection, by the client's port."""

    connections: dict[str, bool]


class Code(msgspec.Struct, frozen=True):
    """The digest of the code that a server has loaded, and the versions of its distributions."""

    code: str
    libraries: dict[str, str]


class Server:
    """A running server, or the address of one that runs already.

    Starting neither waits nor raises; `wait_ready` does both. As a context manager it is ready inside and
    gone after. `authority` is the file of the authority that signed its certificate, "" for the system's.
    `patience` is how long the contract's checks wait for an answer, in s.
    """

    patience = 5.0

    def __init__(
        self,
        spec: ServerSpec,
        settings: Settings,
        environment: Mapping[str, str] | None = None,
        on_stderr: Callable[[str], None] | None = None,
    ) -> None:
        self.spec = spec
        self.host, self.port, self.path = settings.host, settings.port, ECHO_PATH
        self.authority = spec.access.ca
        self.proof = Proof(version="", python="", loop="")
        self.child: Child | None = None
        self.start_patience = settings.patience if spec.kind == "command" else settings.file_patience
        self.pid: int | None = None
        """The process that serves, of a command the one that all of its processes descend from.

        None where it is not ours, or not ready.
        """
        self.problem: ChildError | None = None
        self.pauses = Pauses() if settings.explain and spec.started_by_us else None
        """Those of all times that it was watched; None where they are not asked for, or can't be known."""
        if spec.kind == "url":
            self.host, self.port, self.path, *_ = address_in(spec)
            return
        if spec.tls and settings.certificates:
            self.authority = settings.certificates.authority
        try:
            self.child = self.start_child(settings, environment or {}, on_stderr)
        except ChildError as problem:
            self.problem = problem

    def start_child(
        self, settings: Settings, environment: Mapping[str, str], on_stderr: Callable[[str], None] | None
    ) -> Child:
        """Start its process. Raises `ChildError`."""
        spec, private = self.spec, {**environment, **private_for(self.spec)}
        under = settings.under if spec.started_by_us else ()  # a command's stand in its order
        python = spec.executable or spec.python
        return start_child(spec.label, order_for(spec, settings), private, on_stderr, python, under)

    @functools.cached_property
    def tls(self) -> ssl.SSLContext | None:
        """What a client of this server trusts; None where it serves without TLS."""
        if not self.spec.tls:
            return None
        access = self.spec.access
        return client_context(self.authority, insecure=access.insecure, identity=access.identity)

    def wait_ready(self, timeout: float | None = None) -> None:
        """Wait for the readiness line and take address and proof from it. Raises `ChildError`."""
        if self.problem:
            raise self.problem
        if self.spec.access.redirects:
            self.host, self.port, self.path, tls = reached(self.spec)[:4]
            self.spec = msgspec.structs.replace(self.spec, tls=tls)
        if self.child:
            message = self.child.hear(timeout or self.start_patience)
            ready = answer_of(self.spec.label, message, Ready)
            self.host, self.port, self.pid = ready.host or self.host, ready.port, ready.pid
            self.proof = answer_of(self.spec.label, message, Proof)
            asked, runs = self.spec.loop, self.proof.loop
            if asked not in {"", "asyncio"} and not runs.startswith(asked):
                raise ChildError(f"{self.spec.label} runs on {runs}, not on {asked}")

    @property
    def tail(self) -> tuple[str, ...]:
        """The last lines it printed on standard error."""
        return self.child.tail if self.child else ()

    @property
    def processes(self) -> int:
        """How many processes share the work by now, and the core: a command may start several."""
        if not self.child or self.spec.kind != "command":
            return 1
        try:
            return answer_of(self.spec.label, self.child.ask("workers", self.patience), Workers).count
        except ChildError:
            return 1

    def nodelay(self) -> dict[str, bool]:
        """Return TCP_NODELAY of its connections by the client's port; {} where it can't be known."""
        if not self.child or not self.spec.started_by_us:
            return {}
        try:
            return answer_of(self.spec.label, self.child.ask("nodelay", 2.0), Connections).connections
        except ChildError:
            return {}

    @contextlib.contextmanager
    def watched(self) -> Iterator[None]:
        """Have it record its pauses inside, where it was started to do so."""
        self._ask_pauses("watch")
        try:
            yield
        finally:
            self._ask_pauses("pauses")

    def _ask_pauses(self, line: str) -> None:
        if self.pauses is None or not self.child:
            return
        try:
            answer = self.child.ask(line, self.patience)
            found = answer_of(self.spec.label, answer, Pauses)
        except ChildError:
            self.pauses = None
            return
        self.pauses = None if answer.get("lost") else self.pauses + found

    def identified(self) -> Proof:
        """Return the proof with the code that it has loaded by now: some is loaded with the first message."""
        if not self.child or not self.spec.started_by_us:
            return self.proof
        found = answer_of(self.spec.label, self.child.ask("code", READY_S), Code)
        return msgspec.structs.replace(self.proof, code=found.code, libraries=found.libraries)

    def stop(self) -> None:
        """End it, if we started it."""
        if self.child:
            self.child.stop()

    def __enter__(self) -> Self:
        """Wait until it is ready."""
        try:
            self.wait_ready()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it."""
        self.stop()


Start = Callable[..., Server]
"""From a spec, `Settings` and an environment to a server that starts: here, `Server` itself, or elsewhere."""
