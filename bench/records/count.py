"""What was counted: one process under one instrument, a round, a run."""

from __future__ import annotations

import msgspec

from ..plan.count import CountPlan, Instrument
from .common import AnyHeader, AnyRun, Failure, Proof


class Count(msgspec.Struct, frozen=True):
    """What one process did for a message, as one instrument counted it, in one cell of one round.

    `values` are per message, by metric: `instructions`; apart from them `lookups` (instructions of
    lookups in types that the interpreter's cache has lost, which depend on addresses in memory);
    `allocations` and `allocated` (bytes); `syscalls`; `calls` (of Python functions); `switches`
    (voluntary context switches); `collections` (garbage collections, per 1,000 messages); `python`
    (instructions by Python function, in a process that has trampolines, which make them more). `parts`
    split a metric up by name: of the function with its file and line, of the system call. `idle` is what
    the process does in a second without messages, by metric, where it does anything then: `values` are
    without that.
    """

    cell: int
    instrument: Instrument
    values: dict[str, float]
    parts: dict[str, dict[str, float]] = {}
    idle: dict[str, float] = {}
    graph: dict[str, dict[str, dict[str, float]]] = {}


class CountRound(msgspec.Struct, frozen=True, tag_field="line", tag="count-round"):
    """One finished round: every cell counted by every instrument, with one hash seed.

    `hash_seed` and `padding` (bytes added to the environment) are those of all its processes. `servers` are
    what really ran, by label. `failures` are of this round.
    """

    number: int
    seconds: float
    counts: tuple[Count, ...]
    servers: dict[str, Proof]
    hash_seed: int
    padding: int
    failures: tuple[Failure, ...] = ()


class CountHeader(AnyHeader, frozen=True, tag_field="line", tag="count"):
    """The first line of a file of counts.

    `tools` are the versions of what counted (`valgrind`, `strace`), `missing` the instruments that could
    not be used here, each with how to get it. `build` is what counts depend on besides distributions: the
    interpreter's build, the C library, and the features of the processor that valgrind shows.
    """

    plan: CountPlan
    tools: dict[str, str] = msgspec.field(default_factory=dict)
    missing: dict[str, str] = msgspec.field(default_factory=dict)
    build: dict[str, str] = msgspec.field(default_factory=dict)


class CountRun(AnyRun[CountHeader, CountRound], frozen=True):
    """A whole run of counts."""
