"""What runs in a worker's process: functions that are called there by name, each of which answers at once.

None raises anything: a worker would write its arguments into its log, and they may hold a secret. What can't
be done is said in an `Answer`. What takes long is left to a process or awaited in a thread.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import platform
import sys
import time
from typing import Any

import msgspec

from .. import __version__
from ..driver.orders import AgentOrder
from ..machine.orders import READY_S, Settings, order_for, private_for, start_child
from ..machine.process import Child, ChildError
from ..records.rates.report import AgentReport
from ..targets.spec import ServerSpec
from .keeper import Keeper

AGENT, SERVER = "agent", "server"

RUNS: dict[str, Keeper] = {}
"""The runs that this worker takes part in, by their ids."""


class Answer(msgspec.Struct, frozen=True):
    """What a worker answers: a problem in one line, or "" and what was found."""

    problem: str = ""
    found: Any = None


class Told(msgspec.Struct, frozen=True):
    """What a worker is: versions, what its orders look like, and how many cores it may run on."""

    wsbench: str
    python: str
    schema: str
    cpus: int


def told() -> bytes:
    """Return as JSON what this process is."""
    schema = msgspec.json.encode(msgspec.json.schema_components([AgentOrder, AgentReport])[1])
    python = ".".join(platform.python_version_tuple()[:2])
    cpus = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return msgspec.json.encode(Told(__version__, python, hashlib.sha256(schema).hexdigest()[:12], cpus))


def begin(run: str, lease_s: float, agent: bool) -> None:
    """Begin to take part in a run, with a process for an agent where this worker is to be one."""
    for other in [name for name, one in RUNS.items() if one.is_over]:
        del RUNS[other]
    keeper = RUNS[run] = Keeper(lease_s)
    if agent:
        argv = [sys.executable, "-P", "-m", "wsbench.cluster.agent"]
        keeper.start(AGENT, lambda: Child(AGENT, argv))


def renew(run: str) -> int:
    """Have a run go on; return the time here in ns, 0 where it is over."""
    return time.time_ns() if run in RUNS and RUNS[run].renew() else 0


async def end(run: str, patience: float) -> bool:
    """End what runs here for a run; whether nothing is left of it after `patience` s."""
    keeper = RUNS.pop(run, None)
    if keeper is None:
        return True
    keeper.end()
    return await asyncio.to_thread(keeper.join, patience)


async def agent_ready(run: str) -> bytes:
    """Wait until the agent's process runs."""
    return await _answered(run, AGENT, lambda child: child.hear(READY_S))


async def work(run: str, step: str, line: str, patience: float) -> bytes:
    """Have the agent do what a line says, once for each step: one that is begun again is refused."""
    keeper = RUNS.get(run)
    if keeper and step in keeper.begun:
        return msgspec.json.encode(Answer("it was told to begin a step twice"))
    if keeper:
        keeper.begun.add(step)
    return await _answered(run, AGENT, lambda child: child.ask(line, patience).get("found"))


def serve(run: str, spec: bytes, settings: bytes, environment: dict[str, str]) -> None:
    """Start a server as it is installed here."""

    def start() -> Child:
        one = msgspec.json.decode(spec, type=ServerSpec)
        order = order_for(one, msgspec.json.decode(settings, type=Settings))
        return start_child(one.label, order, {**environment, **private_for(one)})

    if keeper := RUNS.get(run):
        keeper.start(SERVER, start)


async def server_hear(run: str, patience: float) -> bytes:
    """Wait for the next message of the server."""
    return await _answered(run, SERVER, lambda child: child.hear(patience))


async def server_ask(run: str, line: str, patience: float) -> bytes:
    """Ask the server, and wait for its answer."""
    return await _answered(run, SERVER, lambda child: child.ask(line, patience))


async def server_fate(run: str) -> bytes:
    """Return whether the server still runs, how it ended where not, and what it printed last."""

    def fate(child: Child) -> tuple[bool, str, tuple[str, ...]]:
        settles = child.settles()
        return settles, "" if settles else child.fate(), child.tail

    return await _answered(run, SERVER, fate)


def server_stop(run: str) -> None:
    """End the server."""
    if keeper := RUNS.get(run):
        keeper.stop(SERVER)


async def _answered(run: str, name: str, question: Any) -> bytes:
    """Put a question to a process of a run in a thread; return the answer as JSON."""
    keeper = RUNS.get(run)
    if keeper is None:
        return msgspec.json.encode(Answer("it knows nothing of this run: it was begun anew meanwhile"))

    def ask() -> Answer:
        try:
            return Answer(found=question(keeper.child(name, READY_S)))
        except (ChildError, OSError, ValueError) as problem:
            if keeper.is_over:  # and its pipes may be closed
                return Answer("it was ended, for nobody told it any more that the run goes on")
            return Answer(str(problem))

    return msgspec.json.encode(await asyncio.to_thread(ask))
