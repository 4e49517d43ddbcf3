"""From the words of `wsbench run` to a plan."""

from __future__ import annotations

import itertools

import msgspec

from .catalogue import CLIENTS, FLOOR, YARDSTICK, ServerSpec, UsageError, choose, read_specs
from .contract import LIMIT
from .plan import PROFILES, Plan, Profile, cells_of
from .workload import THINK_US, Workload

MOST_IN_FLIGHT = 64 * 1024 * 1024
"""Bytes: a driver holds the messages and the replies of each of its cells several times over."""


class Words(msgspec.Struct, frozen=True):
    """What the user said; empty or None where nothing was said."""

    servers: tuple[str, ...] = ()
    clients: tuple[str, ...] = ()
    sizes: tuple[int, ...] = ()
    connections: tuple[int, ...] = ()
    depths: tuple[int, ...] = ()
    loops: tuple[str, ...] = ()
    think_us: int = THINK_US
    text: bool = True
    as_shipped: bool = False
    profile: str = "default"
    rounds: int | None = None
    keep_awake: bool = True


def make_plan(words: Words, seed: int) -> Plan:
    """Return the plan.

    What the user named replaces the profile's choice; yardstick and floor are in every run. A time budget
    holds only for a profile as it is. Raises `UsageError`.
    """
    profile = PROFILES[choose("profile", words.profile, PROFILES)]
    clients = tuple(choose("client", client, CLIENTS) for client in words.clients) or profile.clients
    servers = _servers(words, profile)
    workloads = _workloads(words, profile)
    if words.rounds is not None and words.rounds < 1:
        raise UsageError(f"--rounds {words.rounds}: a run has at least 1 round")
    cells = cells_of(servers, tuple(dict.fromkeys(clients)), workloads)
    if not cells:
        raise UsageError(f"{FLOOR} speaks plain TCP, so only wire can drive it: add --client wire")
    driven = {cell.server for cell in cells}
    asked = words.servers or words.clients or words.sizes or words.connections or words.depths or words.loops
    return Plan(
        servers=tuple(spec for spec in servers if spec.label in driven),
        cells=cells,
        rounds=words.rounds or profile.rounds,
        seed=seed,
        equal=not words.as_shipped,
        keep_awake=words.keep_awake,
        pace=profile.pace,
        profile=words.profile,
        budget_s=0.0 if asked or words.rounds else profile.budget_s,
    )


def _servers(words: Words, profile: Profile) -> tuple[ServerSpec, ...]:
    named = read_specs(words.servers or profile.servers, words.loops or ("asyncio",))
    names, labels = {spec.name for spec in named}, {spec.label for spec in named}
    added = [word for word in (YARDSTICK, FLOOR) if word not in names and word not in labels]
    return named + read_specs(added)


def _workloads(words: Words, profile: Profile) -> tuple[Workload, ...]:
    for option, values, least in (
        ("--size", words.sizes, 0),
        ("--connections", words.connections, 1),
        ("--depth", words.depths, 1),
        ("--think", (words.think_us,), 0),
    ):
        if any(value < least for value in values):
            raise UsageError(f"{option} {min(values)}: at least {least}")
    if words.sizes and max(words.sizes) > LIMIT:
        raise UsageError(f"--size {max(words.sizes)}: at most {LIMIT}, which every server must echo")
    if words.connections or words.depths:
        shapes = list(itertools.product(words.connections or (1,), words.depths or (1,)))
    else:
        shapes = [(one.connections, one.depth) for one in profile.workloads]
    found = tuple(
        dict.fromkeys(
            Workload(size, words.text, connections, depth, words.think_us)
            for size in words.sizes or (64,)
            for connections, depth in shapes
        )
    )
    for one in found:
        if one.size * one.window > MOST_IN_FLIGHT:
            raise UsageError(f"{one}: over {MOST_IN_FLIGHT:,} B in flight; give --connections and --depth")
    return found
