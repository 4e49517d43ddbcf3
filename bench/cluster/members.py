"""Which workers of a cluster take part: chosen among those there are, and refused where they don't fit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from ..errors import UsageError
from .worker import Told

INSTALL = "install there what runs here, with pip install 'wsbench[cluster]'"


class Member(NamedTuple):
    """A worker: its address, the name it is shown by, and the host it can be reached at."""

    address: str
    name: str
    host: str

    @property
    def shown(self) -> str:
        """How it is named in a message."""
        place = self.address.partition("://")[2]
        return f"worker {self.name}" if self.name == place else f"worker {self.name} at {place}"


def members_of(workers: Mapping[str, Mapping[str, Any]]) -> list[Member]:
    """Return all workers, as the scheduler describes them, those of different hosts first."""
    found, before = [], defaultdict[str, int](int)
    for address in sorted(workers):
        place = address.partition("://")[2]
        host = place.rpartition(":")[0].strip("[]")
        name = str(workers[address].get("name", address))
        found.append((before[host], Member(address, place if name == address else name, host)))
        before[host] += 1
    return [one for _, one in sorted(found)]


def server_host(members: Iterable[Member], asked: str) -> Member:
    """Return the worker that is to start the server. Raises `UsageError` where there is none."""
    listed = list(members)
    for one in listed:
        if asked in {one.address, one.address.partition("://")[2], one.name}:
            return one
    known = ", ".join(one.address for one in listed[:4]) or "none"
    raise UsageError(f"--server-on {asked}: no worker has this address; there are: {known}")


def agents_among(members: Sequence[Member], count: int, server: Member | None) -> list[Member]:
    """Return the workers that are agents, one each, none on the server's host.

    Raises `UsageError` where there are fewer.
    """
    free = [one for one in members if not server or one.host != server.host]
    if len(free) < count:
        beside = f" besides those of the host of --server-on, {server.host}" if server else ""
        raise UsageError(
            f"--agents {count}: the cluster has {len(free)} workers{beside}: start more, or lower --agents"
        )
    return free[:count]


def require_same(member: Member, there: Told | Exception, here: Told) -> Told:
    """Return what runs on a worker.

    Raises `UsageError`, naming the worker, where it is not what runs here.
    """
    if isinstance(there, ImportError):
        raise UsageError(f"{member.shown} has no {there.name}: {INSTALL}=={here.wsbench}")
    if isinstance(there, Exception):
        reason = str(there).partition("\n")[0]
        raise UsageError(f"{member.shown} can't be asked what it is: {type(there).__name__}: {reason}")
    if there.wsbench != here.wsbench:
        raise UsageError(
            f"{member.shown} has wsbench {there.wsbench}, here is {here.wsbench}: {INSTALL}=={here.wsbench}"
        )
    if there.python != here.python:
        raise UsageError(f"{member.shown} runs Python {there.python}, here is {here.python}: use the same")
    if there.schema != here.schema:
        raise UsageError(f"{member.shown} has other code of wsbench {there.wsbench}: {INSTALL}")
    return there
