"""Which core does what, and keeping both awake (docs/method.md, section 2)."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from .launcher import READY_S, start_child
from .process import Child, ChildError, stop_all


class Cores(msgspec.Struct, frozen=True):
    """The server's core and the clients' core; None where there is no choice."""

    server: int | None = None
    client: int | None = None


def choose_cores() -> Cores:
    """Take the last two cores we may run on: the first one usually serves the interrupts."""
    if not hasattr(os, "sched_getaffinity"):
        return Cores()
    allowed = sorted(os.sched_getaffinity(0))
    return Cores(server=allowed[-1], client=allowed[-2]) if len(allowed) > 1 else Cores()


def can_keep_awake() -> bool:
    """Whether the platform has SCHED_IDLE, which needs no privilege."""
    return sys.platform == "linux"


def _all_ready(children: list[Child]) -> bool:
    try:
        for child in children:
            child.hear(READY_S)
    except ChildError:
        return False
    return True


@contextmanager
def awake(cores: Cores, *, wanted: bool) -> Iterator[bool]:
    """Keep both cores from sleeping inside the block; yields whether they are kept awake."""
    chosen = [core for core in (cores.server, cores.client) if core is not None]
    if not (wanted and chosen and can_keep_awake()):
        yield False
        return
    children: list[Child] = []
    try:
        children += (start_child(f"spinner {core}", {"role": "awake", "core": core}) for core in chosen)
        yield _all_ready(children)
    finally:
        stop_all(children)
