"""From the words of a command to a plan of counts."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import msgspec

from ..demand.messages import require_answerable, sent_of
from ..demand.workload import Workload
from ..errors import UsageError
from ..plan.count import (
    COUNT_TIMEOUT_S,
    INSTRUMENTS,
    NOT_TOLD,
    REPETITIONS,
    USUAL,
    CountCell,
    CountPlan,
    Instrument,
)
from ..plan.margins import Comparison, Gates
from ..targets.catalogue import FLOOR, choose
from ..targets.contract import LIMIT
from ..targets.spec import ServerSpec
from ..targets.spec_parser import read_spec, read_specs
from .run import distinct
from .workloads import Words, for_messages, is_one_way, require_yours

SEED = 1
"""The same for everybody, so that counts of different days have the same hash seeds and can be paired."""

DEPTHS, GATED_DEPTHS = (1, 32), (1,)
"""Messages sent at once unless said otherwise, by `count` and by a comparison, which is to be quick."""

DRAWN: tuple[Instrument, ...] = ("instructions", "python")
"""What flame graphs are made of; the first decides."""

DEFAULT = ("tornado", "websockets", "aiohttp")


def make_count_plan(words: Words, instruments: Sequence[str], seed: int | None) -> CountPlan:
    """Return the plan of `count`. Raises `UsageError`."""
    specs = distinct(read_specs(words.servers or DEFAULT, words.axes))
    chosen = tuple(_instrument(word) for word in instruments) or (INSTRUMENTS if words.flame else USUAL)
    if words.flame and not {*DRAWN} & {*chosen}:
        raise UsageError(f"--flame draws what these count: --instrument {' or '.join(DRAWN)}")
    return _plan(words, specs, DEPTHS, chosen, seed)


def make_count_comparison(words: Words, gates: Gates, seed: int | None) -> CountPlan:
    """Return the plan of a comparison by counts of the first server with each other one.

    Raises `UsageError`.
    """
    specs = distinct(spec for word in words.servers for spec in read_spec(word, words.axes))
    if len(specs) < 2:
        raise UsageError("a comparison needs a base and a candidate: wsbench compare tornado aiohttp")
    return count_plan_of_pairs(words, [(specs[0], candidate) for candidate in specs[1:]], gates, seed)


def count_plan_of_pairs(
    words: Words, pairs: Sequence[tuple[ServerSpec, ServerSpec]], gates: Gates, seed: int | None
) -> CountPlan:
    """Return the plan of a comparison by counts of pairs (base, candidate). Raises `UsageError`."""
    specs = tuple(dict.fromkeys(spec for pair in pairs for spec in pair))
    instruments = INSTRUMENTS if words.explain else DRAWN if words.flame else DRAWN[:1]
    plan = _plan(words, specs, GATED_DEPTHS, instruments, seed)
    if not any(gates.gated(str(cell), "count") for cell in plan.cells):
        raise UsageError("nothing would be gated: the margin of instructions is 0")
    labels = tuple((base.label, candidate.label) for base, candidate in pairs)
    return msgspec.structs.replace(plan, comparison=Comparison(labels, gates, looks=(plan.rounds,)))


def make_count_of_one(words: Words, spec: ServerSpec, seed: int | None) -> CountPlan:
    """Return the plan of one number: the instructions of a server with one workload. Raises `UsageError`."""
    if not spec.started_by_us:
        raise UsageError(f"{spec.label} is a {spec.kind}, of which there are no releases or commits")
    plan = _plan(words, (spec,), GATED_DEPTHS, ("instructions",), seed)
    if len(plan.cells) > 1:
        raise UsageError("one workload decides: one size, text or binary, one depth")
    return plan


def _plan(
    words: Words,
    specs: tuple[ServerSpec, ...],
    depths: tuple[int, ...],
    instruments: tuple[Instrument, ...],
    seed: int | None,
) -> CountPlan:
    _require_countable(words, specs)
    plan = CountPlan(
        servers=specs,
        cells=tuple(CountCell(spec.label, one) for spec in specs for one in _workloads(words, depths)),
        seed=SEED if seed is None else seed,
        rounds=REPETITIONS if words.rounds is None else words.rounds,
        instruments=tuple(dict.fromkeys(instruments)),
        equal=not words.as_shipped,
        timeout_s=max(words.timeout_s, COUNT_TIMEOUT_S),
        start_timeout_s=max(words.start_timeout_s, COUNT_TIMEOUT_S),
        graph=words.explain or words.flame,
    )
    if not any(plan.jobs()):
        asked = " and ".join(plan.instruments)
        raise UsageError(f"{asked}: {NOT_TOLD}, and {', '.join(plan.silent)} is a command")
    return plan


def _workloads(words: Words, depths: tuple[int, ...]) -> tuple[Workload, ...]:
    """Return what is sent, each once: messages of the user's, or payloads of every size."""
    if words.messages:
        words = for_messages(words)
    kinds = words.kinds or ("text",)
    workloads = (
        Workload(
            size=size,
            text=kind == "text",
            depth=depth,
            **sent_of(words.messages, words.typed, text=kind == "text"),
        )
        for size, kind, depth in itertools.product(words.sizes or (64,), kinds, words.depths or depths)
    )
    return tuple(dict.fromkeys(workloads))


def _instrument(word: str) -> Instrument:
    known: dict[str, Instrument] = {one: one for one in INSTRUMENTS}
    return known[choose("instrument", word, known)]


def _require_countable(words: Words, specs: Sequence[ServerSpec]) -> None:
    """Raise `UsageError` for the first thing that can't be counted."""
    require_yours(specs, words.axes.access)
    defaults = Words()
    unfit = {
        "--client": words.clients,
        "--connections": any(one != 1 for one in words.connections),
        "--idle": any(words.idle),
        "--slow-readers": any(words.slow_readers),
        "--fragments": any(one != 1 for one in words.fragments),
        "--payload": words.payloads,
        "--think": words.think_us != defaults.think_us,
        "--network": words.network is not None,
    }
    for option, said in unfit.items():
        if said:
            raise UsageError(f"{option}: counts are of one connection in lockstep; leave it out")
    for spec in specs:
        if spec.is_floor:
            raise UsageError(f"{FLOOR} speaks no WebSocket, so there is nothing to count: choose another")
        if spec.kind == "url":
            instead = f"give the command that starts it: {spec.label}='cmd:… {{port}}'"
            raise UsageError(f"{spec.label}: nobody can count in a process behind a URL; {instead}")
    if is_one_way(words.axes.access):
        raise UsageError("--reply none: messages to which nothing comes back can't be counted")
    require_answerable(words.messages, words.axes.access.reply)
    if words.rounds is not None and words.rounds < 1:
        raise UsageError(f"--rounds {words.rounds}: a run has at least 1 round")
    if min((*words.depths, 1)) < 1:
        raise UsageError(f"--depth {min(words.depths)}: at least 1")
    if words.sizes and not 0 <= min(words.sizes) <= max(words.sizes) <= LIMIT:
        raise UsageError(f"--size: from 0 to {LIMIT}, which every server must echo")
