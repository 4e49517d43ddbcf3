"""Which core runs what, and keeping cores from sleeping (docs/method.md, section 2)."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from ..errors import UsageError
from ..targets.spec import ServerSpec
from .orders import READY_S, start_child
from .process import Child, ChildError, stop_all
from .vigil import Vigil


class Cores(msgspec.Struct, frozen=True):
    """The server's core and the clients' core; None where there is no choice."""

    server: int | None = None
    client: int | None = None


def siblings_of(core: int) -> str:
    """Return the hyperthreads that share a core, as the kernel lists them; the core alone if it doesn't."""
    try:
        return Path(f"/sys/devices/system/cpu/cpu{core}/topology/thread_siblings_list").read_text().strip()
    except OSError:
        return str(core)


def _physical(siblings: Callable[[int], str]) -> list[int]:
    """Return one hyperthread of each physical core that we may run on, [] where processes can't be pinned."""
    if not hasattr(os, "sched_getaffinity"):
        return []
    return sorted({siblings(core): core for core in sorted(os.sched_getaffinity(0))}.values())


def choose_cores(siblings: Callable[[int], str] = siblings_of) -> Cores:
    """Take two physical cores, the last ones we may run on: the first usually serves the interrupts.

    Two hyperthreads of one core would share what is measured, so that counts as having one core.
    """
    allowed = _physical(siblings)
    return Cores(server=allowed[-1], client=allowed[-2]) if len(allowed) > 1 else Cores()


def agent_cores(count: int, siblings: Callable[[int], str] = siblings_of) -> tuple[int | None, ...]:
    """Return a core for each of several agents: the clients' core first, then the others but the server's.

    Where there are fewer, they share them in turn; None where processes can't be pinned.
    """
    others = _physical(siblings)[-2::-1]
    return tuple(others[number % len(others)] if others else None for number in range(count))


def cores_for(spec: ServerSpec, cores: Cores, siblings: Callable[[int], str] = siblings_of) -> str:
    """Return the numbers of the cores that a server asks for, "" where it asks for none.

    A number alone is how many: the server's core, and others but the client's. Raises `UsageError` where they
    are not there, or one is the client's, which would be held up.
    """
    if not spec.cores:
        return ""
    said, allowed = f'{spec.label}: cores = "{spec.cores}"', _physical(siblings)
    if cores.server is None:
        raise UsageError(f"{said}: processes have no cores of their own here")
    free = [cores.server, *(core for core in reversed(allowed) if core not in {cores.server, cores.client})]
    if "," not in spec.cores:
        count = int(spec.cores)
        if not 1 <= count <= len(free):
            raise UsageError(f"{said}: there are {len(free)} here beside the client's")
        return ",".join(map(str, sorted(free[:count])))
    asked = sorted({int(one) for one in spec.cores.split(",")})
    for one in asked:
        if one == cores.client:
            raise UsageError(f"{said}: {one} is the client's")
        if one not in os.sched_getaffinity(0):
            raise UsageError(f"{said}: there is no core {one} here")
    return ",".join(map(str, asked))


def can_keep_awake() -> bool:
    """Whether the platform has SCHED_IDLE, which needs no privilege."""
    return sys.platform == "linux"


@contextmanager
def awake(cores: Cores, *, wanted: bool, polite: Collection[int | None] = ()) -> Iterator[Vigil]:
    """Keep both cores from sleeping inside the block; yields what tells whether they are kept awake.

    A `polite` core is left alone while it is busy all the time (spinner.py).
    """
    chosen = [core for core in (cores.server, cores.client) if core is not None]
    if not (wanted and chosen and can_keep_awake()):
        yield Vigil(())
        return
    children: list[Child] = []
    try:
        children += (
            start_child(f"spinner {core}", {"role": "awake", "core": core, "polite": core in polite})
            for core in chosen
        )
        for child in children:
            with suppress(ChildError):  # a spinner that did not begin keeps nothing awake, which will be seen
                child.hear(READY_S)
        yield Vigil(tuple(zip(chosen, children, strict=True)))
    finally:
        stop_all(children)
