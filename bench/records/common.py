"""What both kinds of runs store: the machine, what really ran, what failed, how it ended."""

from __future__ import annotations

from typing import Generic, Literal, TypeVar

import msgspec

SCHEMA, OLDEST = 3, 2
"""The schema that is written, and the oldest one that is read: 3 has lines of load runs that 2 lacks."""


Way = Literal["netem", "relay"]
"""What carries the packets of a network: the kernel's netem, or a process of ours between two TUN devices."""


class LinkCheck(msgspec.Struct, frozen=True):
    """What a network does by itself, found before the run with raw TCP sockets.

    `plain_ns` is the median round trip of 64 B without any conditions, the others are quantiles of it with
    them; `rate` is what one connection carried at the rate that was said, in bit/s of IP packets, without one
    as much as it could.
    """

    way: Way
    plain_ns: float
    p10_ns: float
    p50_ns: float
    p90_ns: float
    rate: float


class Environment(msgspec.Struct, frozen=True):
    """The machine and the versions of a run; `busy` is the share of its cores in use before it began.

    `congestion` is the system's default congestion control of TCP, `virtualisation` the hypervisor ("none"
    for none), both "" where unknown. `quota` is how many cores' time a cgroup allows, 0 without a limit, and
    `allowed` how many cores the run may use; None where unknown. `variables` are those environment variables
    that change interpreter, allocator or libraries, None in files of versions that did not look. `link` is
    the network between client and server, None without one.
    """

    python: str
    system: str
    cpu: str
    cores: int
    server_core: int | None
    client_core: int | None
    governor: str
    load_average: float
    busy: float
    libraries: dict[str, str]
    congestion: str = ""
    virtualisation: str = ""
    quota: float | None = None
    allowed: int | None = None
    variables: dict[str, str] | None = None
    link: LinkCheck | None = None


class Proof(msgspec.Struct, frozen=True):
    """What really ran on one side of a cell, as the process reported it.

    `deviations` are the contract lines a server declares it can't meet, by name, with what it does instead.
    `heap` is `settled` where a large block was freed before it served, `fresh` where not.
    `libraries` are the versions of all distributions that it loaded something of.
    `code` identifies everything outside the standard library that it loaded, "" where that is unknown.
    """

    version: str
    python: str
    loop: str
    speedups: tuple[str, ...] = ()
    deviations: dict[str, str] = {}
    code: str = ""
    heap: str = ""
    libraries: dict[str, str] = {}


class Handshake(msgspec.Struct, frozen=True):
    """What client and server agreed on; `nodelay` is the server's socket option, None if unknown.

    `tls` is the protocol and the cipher, "" without TLS, or where a client library does not say.
    """

    extensions: str = ""
    subprotocol: str = ""
    nodelay: bool | None = None
    tls: str = ""


class Failure(msgspec.Struct, frozen=True):
    """Why a cell has no number: one line, and the last lines the server printed on standard error.

    `client` is the client library whose own fault it was, "" where it was not.
    """

    cell: int
    reason: str
    stderr: tuple[str, ...] = ()
    client: str = ""


Status = Literal["complete", "decided", "interrupted", "out of time", "incomplete", "failed"]
"""How a run ended: `decided` where a look at its verdicts left no question open, `incomplete` where all
rounds were run and not all cells are in all of them, `failed` where nobody is left of those it was about."""


class Closing(msgspec.Struct, frozen=True, tag_field="line", tag="closing"):
    """The last line; a file without it was cut off.

    `failures` are all of the run, those of a round that was not finished included.
    """

    finished: str
    status: Status
    failures: tuple[Failure, ...] = ()


class AnyHeader(msgspec.Struct, frozen=True):
    """What the first line of every file has, before its plan. `started` is UTC in ISO 8601."""

    schema: int
    wsbench: str
    started: str
    label: str
    environment: Environment


HeaderT = TypeVar("HeaderT")
RoundT = TypeVar("RoundT")


class AnyRun(msgspec.Struct, Generic[HeaderT, RoundT], frozen=True):
    """A whole run, as measured or as read from its file; without `closing` the file was cut off."""

    header: HeaderT
    rounds: tuple[RoundT, ...]
    closing: Closing | None = None

    @property
    def interrupted(self) -> bool:
        """Whether somebody stopped it."""
        return self.closing is not None and self.closing.status == "interrupted"
