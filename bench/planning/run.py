"""From the words of a command to a plan."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from ..demand.workload import Workload
from ..errors import UsageError
from ..plan.margins import Comparison, Gates
from ..plan.placement import is_wide
from ..plan.run import Cell, Pace, Plan, cannot_drive, cells_of, looks_of, require_gated
from ..targets.catalogue import FLOOR, INSTRUMENT, YARDSTICK, choose
from ..targets.client_spec import ClientSpec, read_clients
from ..targets.spec import ServerSpec
from ..targets.spec_parser import read_spec, read_specs
from .profiles import GATE, PROFILES, Profile
from .workloads import Words, choose_workloads, require_started, require_yours

WIDE_TURNS = 5
"""Turns of a round where one has a thousand messages or more in flight."""

FAR, FAR_SAMPLES = "rtt_p99.9", 31_000
"""A quantile that needs more round trips a round than others do, and how many."""


def make_plan(words: Words, seed: int) -> Plan:
    """Return the plan.

    What the user named replaces the profile's choice; yardstick and floor are in every run. A time budget
    holds only for a profile as it is. Raises `UsageError`.
    """
    profile = PROFILES[choose("profile", words.profile, PROFILES)]
    named = read_specs(words.servers or profile.servers, words.axes)
    plan = msgspec.structs.replace(plan_of(words, profile, named, seed), profile=words.profile)
    as_it_is = Words(
        think_us=words.think_us,
        as_shipped=words.as_shipped,
        keep_awake=words.keep_awake,
        client_wait=words.client_wait,
        timeout_s=words.timeout_s,
        start_timeout_s=words.start_timeout_s,
        network=words.network,
    )
    if msgspec.structs.replace(words, profile=as_it_is.profile) != as_it_is:
        return plan
    return msgspec.structs.replace(plan, budget_s=profile.budget_s)


def make_comparison(words: Words, gates: Gates, seed: int, *, null: bool = False) -> Plan:
    """Return the plan of a comparison of the first server with each other one; `null` adds a copy of it.

    Raises `UsageError`.
    """
    specs = distinct(spec for word in words.servers for spec in read_spec(word, words.axes))
    if len(specs) < 2:
        raise UsageError("a comparison needs a base and a candidate: wsbench compare tornado aiohttp")
    return plan_of_pairs(words, [(specs[0], candidate) for candidate in specs[1:]], gates, seed, null=null)


def plan_of_pairs(
    words: Words,
    pairs: Sequence[tuple[ServerSpec, ServerSpec]],
    gates: Gates,
    seed: int,
    *,
    null: bool = False,
    profile: Profile = GATE,
) -> Plan:
    """Return the plan of a comparison of pairs (base, candidate) of different labels. Raises `UsageError`."""
    specs = list(dict.fromkeys(spec for pair in pairs for spec in pair))
    if any(spec.is_floor for spec in specs):
        raise UsageError(f"{FLOOR} speaks no WebSocket: it is in every run as the floor, not to be compared")
    copy = msgspec.structs.replace(pairs[0][0], label=f"{pairs[0][0].label}-null")
    named = (*specs, copy) if null else tuple(specs)
    twice = [label for label, count in Counter(spec.label for spec in named).items() if count > 1]
    if twice:
        raise UsageError(f"two servers would be called {twice[0]}: give one of them another label")
    plan = without_wide_floor(plan_of(words, profile, named, seed))
    gated = require_gated(gates, plan.cells, [candidate.label for _, candidate in pairs])
    return msgspec.structs.replace(
        plan,
        pace=msgspec.structs.replace(plan.pace, latency_samples=FAR_SAMPLES) if FAR in gated else plan.pace,
        comparison=Comparison(
            pairs=tuple((base.label, candidate.label) for base, candidate in pairs),
            gates=gates,
            looks=looks_of(plan.rounds),
            null=copy.label if null else "",
        ),
    )


def make_session(words: Words, specs: tuple[ServerSpec, ...], profile: Profile, seed: int) -> Plan:
    """Return the plan of a run that is to be held against stored ones, or stored for that."""
    rounds = looks_of(profile.rounds)[0] if words.rounds is None else words.rounds
    return without_wide_floor(plan_of(msgspec.structs.replace(words, rounds=rounds), profile, specs, seed))


def without_wide_floor(plan: Plan) -> Plan:
    """Leave the floor out of throughput cells: nothing there is held against it."""
    cells = tuple(
        cell
        for cell in plan.cells
        if cell.workload.goal == "latency" or not plan.spec_of(cell.server).is_floor
    )
    driven = {cell.server for cell in cells}
    servers = tuple(spec for spec in plan.servers if spec.label in driven)
    return msgspec.structs.replace(plan, servers=servers, cells=cells)


def distinct(specs: Iterable[ServerSpec]) -> tuple[ServerSpec, ...]:
    """Give specs that share a label one of their own: `tornado`, `tornado-2`."""
    found: dict[str, ServerSpec] = {}
    for spec in specs:
        names = itertools.chain([spec.label], (f"{spec.label}-{n}" for n in itertools.count(2)))
        label = next(name for name in names if name not in found)
        found[label] = msgspec.structs.replace(spec, label=label)
    return tuple(found.values())


def plan_of(words: Words, profile: Profile, named: tuple[ServerSpec, ...], seed: int) -> Plan:
    """Return the plan of a run of some servers, with yardstick and floor. Raises `UsageError`."""
    clients = read_clients(words.clients or profile.clients)
    require_yours(named, words.axes.access)
    require_started(named, words.network)
    servers = _with_references(named)
    workloads = choose_workloads(words, profile)
    if words.rounds is not None and words.rounds < 1:
        raise UsageError(f"--rounds {words.rounds}: a run has at least 1 round")
    cells = cells_of(servers, clients, workloads)
    if not words.clients:
        cells = tuple(cell for cell in cells if cell.client == INSTRUMENT or _is_for_library(cell, profile))
    _require_driven(named, clients if words.clients else clients[:1], cells, workloads[0])
    driven, driving = {cell.server for cell in cells}, {cell.client for cell in cells}
    return Plan(
        servers=tuple(spec for spec in servers if spec.label in driven),
        cells=cells,
        rounds=words.rounds or profile.rounds,
        seed=seed,
        equal=not words.as_shipped,
        keep_awake=words.keep_awake,
        client_wait=words.client_wait,
        timeout_s=words.timeout_s,
        start_timeout_s=words.start_timeout_s,
        network=words.network,
        pace=_pace(words, profile, workloads),
        explain=words.explain,
        clients=tuple(spec for spec in clients if spec.label in driving),
    )


def _is_for_library(cell: Cell, profile: Profile) -> bool:
    """Whether a client library that nobody asked for by name drives a cell."""
    latency = cell.workload.goal == "latency"
    return (latency or profile.library_throughput) and not is_wide(cell.workload)


def _pace(words: Words, profile: Profile, workloads: Iterable[Workload]) -> Pace:
    """Return the profile's pace; the slowest messages are explained where there are enough of them.

    Where a turn is a whole window of many messages, a few turns are enough.
    """
    pace = profile.pace
    if words.explain:
        pace = msgspec.structs.replace(pace, latency_samples=max(FAR_SAMPLES, pace.latency_samples))
    if any(map(is_wide, workloads)):
        pace = msgspec.structs.replace(pace, throughput_turns=min(WIDE_TURNS, pace.throughput_turns))
    return pace


def _require_driven(
    named: Sequence[ServerSpec], clients: Sequence[ClientSpec], cells: Sequence[Cell], workload: Workload
) -> None:
    """Raise `UsageError` for a server that was named and nobody drives, or a client that drives none.

    The floor may go undriven where others are there: it takes no part.
    """
    found = {(cell.server, cell.client) for cell in cells}
    for spec in named:
        if spec.is_floor and len(named) > 1:
            continue
        if not any((spec.label, client.label) in found for client in clients):
            raise UsageError(cannot_drive(clients[0], spec, workload))
    for client in clients:
        if not any((spec.label, client.label) in found for spec in named):
            raise UsageError(cannot_drive(client, named[0], workload))


def _with_references(named: tuple[ServerSpec, ...]) -> tuple[ServerSpec, ...]:
    absent = {
        YARDSTICK: not any(spec.is_yardstick for spec in named),
        FLOOR: not any(spec.is_floor for spec in named),
    }
    labels = {spec.label for spec in named}
    return named + read_specs(word for word in absent if absent[word] and word not in labels)
