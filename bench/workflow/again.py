"""The command that measures a stored run again, made of its plan: told only where it makes the same plan."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from ..demand.workload import Workload
from ..errors import UsageError
from ..plan.count import INSTRUMENTS, USUAL, CountPlan
from ..plan.load import LoadPlan
from ..plan.margins import Gates
from ..plan.run import Plan
from ..planning.count import make_count_comparison, make_count_plan
from ..planning.load import LoadWords, make_load_plan
from ..planning.run import make_comparison, make_plan
from ..planning.workloads import Kind, Words
from ..targets.spec import Access, Axes, ServerSpec
from ..targets.spec_parser import read_spec

AnyPlan = Plan | LoadPlan | CountPlan

SHAPES = ("connections", "depths")
"""What a profile, or a verb, has a choice of its own for."""

SPOKEN = ("sizes", *SHAPES)
"""What is said where nothing else tells a profile's workloads from fewer of them."""

_COMPARED = re.compile(" [≤≥=] ")
"""How a threshold is told; typed it has a plain =."""

WHAT = ("label", "name", "loop", "version", "file", "python", "source", "tls", "deflate")
"""What of a server is typed; all else was found out."""


def command_of(plan: AnyPlan) -> str:
    """Return what a user types to measure a plan again, "" where the plan does not say all of it."""
    words = _words(plan)
    return shlex.join(("wsbench", *words)) if words else ""


def _words(plan: AnyPlan) -> list[str]:
    side_by_side = isinstance(plan, Plan)  # yardstick and floor stand beside them without being typed
    servers = [_server(spec) for spec in plan.servers if not (side_by_side and spec.in_every_run)]
    if not servers or not all(servers):
        return []
    how = ["--rounds", str(plan.rounds), "--seed", str(plan.seed), *([] if plan.equal else ["--as-shipped"])]
    if not isinstance(plan, CountPlan) and not plan.keep_awake:
        how.append("--no-keep-awake")
    if not isinstance(plan, CountPlan) and plan.network:
        how += ["--network", plan.network.typed]
    if isinstance(plan, Plan) and plan.explain:
        how.append("--explain")
    try:
        if isinstance(plan, LoadPlan):
            return _load(plan, servers, how)
        return _count(plan, servers, how) if isinstance(plan, CountPlan) else _run(plan, servers, how)
    except UsageError:  # what was measured then can't be asked for today
        return []


def _server(spec: ServerSpec) -> str:
    """Return a server as it is typed, "" for one of the user's that holds more than can be told."""
    if (
        spec.kind not in {"ours", "file"}
        or spec.access != Access()
        or spec.pins
        or spec.busy_ns
        or spec.cores
    ):
        return ""
    parts = ("tls" if spec.tls else "", "deflate" if spec.deflate else "", spec.python, spec.source)
    typed = spec.typed + "".join(f"@{one}" for one in parts if one)
    for word in (typed, f"{spec.label}={typed}"):
        try:
            found = read_spec(word, Axes())
        except UsageError:
            continue
        if len(found) == 1 and all(getattr(found[0], name) == getattr(spec, name) for name in WHAT):
            return word
    return ""


def _run(plan: Plan, servers: Sequence[str], how: Sequence[str]) -> list[str]:
    clients = tuple(dict.fromkeys(cell.client for cell in plan.cells))
    workloads = [cell.workload for cell in plan.cells]
    base = Words(
        servers=tuple(servers),
        rounds=plan.rounds,
        as_shipped=not plan.equal,
        profile=plan.profile or "default",
    )
    verb = "compare" if plan.comparison else "run"
    profile = ["--profile", plan.profile] if plan.profile and not plan.comparison else []
    if plan.comparison and plan.comparison.clients:
        return []
    for words, options in _shapes(base, workloads):
        for asked, named in ((), []), (clients, ["--client", ",".join(clients)]):
            tried = replace(words, clients=asked)
            made = (
                make_comparison(tried, Gates(), plan.seed) if plan.comparison else make_plan(tried, plan.seed)
            )
            if made.cells == plan.cells:
                return [verb, *servers, *profile, *named, *options, *how]
    return []


def _count(plan: CountPlan, servers: Sequence[str], how: Sequence[str]) -> list[str]:
    base = Words(servers=tuple(servers), rounds=plan.rounds, as_shipped=not plan.equal)
    for words, options in _shapes(base, [cell.workload for cell in plan.cells], connections=False):
        if plan.comparison:
            made = make_count_comparison(words, Gates(), plan.seed)
        else:
            made = make_count_plan(words, plan.instruments, plan.seed)
        if {*made.cells} == {*plan.cells}:
            explain = ["--explain"] if plan.instruments == INSTRUMENTS else []
            what = ["--by", "count", *explain] if plan.comparison else _instruments(plan)
            return ["compare" if plan.comparison else "count", *servers, *what, *options, *how]
    return []


def _instruments(plan: CountPlan) -> list[str]:
    return [] if plan.instruments == USUAL else ["--instrument", ",".join(plan.instruments)]


def _load(plan: LoadPlan, servers: Sequence[str], how: Sequence[str]) -> list[str]:
    limits, workload = plan.thresholds or plan.limits, plan.workload
    asked = tuple(_COMPARED.sub("=", str(one)).replace(" ", "") for one in limits)
    words = LoadWords(
        target=servers[0],
        rates=plan.rates if plan.mode == "rate" else (),
        slo=asked,
        connections=workload.connections,
        size=workload.size,
        text=workload.text,
        duration_s=None if plan.stages else plan.duration_s,
        ramp_s=None if plan.stages else plan.ramp_s,
        stages=tuple(map(str, plan.stages)),
        poisson=plan.arrivals == "poisson",
        agents=plan.agents,
        burst=plan.burst,
        scheduler=plan.scheduler,
        server_on=plan.server_on,
        as_shipped=not plan.equal,
        rounds=plan.rounds,
    )
    made = make_load_plan(words, plan.seed)
    if (made.workload, made.mode, made.rates, made.stages, made.limits) != (
        *(workload, plan.mode, plan.rates, plan.stages, plan.limits),
    ):
        return []
    options = [f"--rate={rate:g}" for rate in words.rates] + [
        f"--slo={one.replace(' ', '')}" for one in asked
    ]
    options += ["--connections", str(workload.connections), "--size", str(workload.size)]
    options += [f"--stage={one}" for one in words.stages]
    options += [] if plan.stages else ["--duration", f"{plan.duration_s:g}s", "--ramp", f"{plan.ramp_s:g}s"]
    options += [] if workload.text else ["--binary"]
    options += ["--poisson"] if words.poisson else []
    options += ["--agents", str(plan.agents)] if plan.agents > 1 else []
    options += ["--burst", str(plan.burst)] if plan.burst else []
    options += ["--scheduler", plan.scheduler] if plan.scheduler else []
    options += ["--server-on", plan.server_on] if plan.server_on else []
    return ["load", servers[0], *options, *how]


def _shapes(
    base: Words, workloads: Sequence[Workload], *, connections: bool = True
) -> Iterator[tuple[Words, list[str]]]:
    """Yield what may have been said of workloads, the least first: nothing, what is unusual, or all of it.

    A verb may not let its user say how many `connections` there are.
    """
    yield base, []
    if any(one.messages or one.one_way for one in workloads):
        return
    numbers = {
        "sizes": ("--size", [one.size for one in workloads], [64]),
        "connections": ("--connections", [one.connections for one in workloads], [1]),
        "depths": ("--depth", [one.depth for one in workloads], [1]),
        "fragments": ("--fragments", [one.fragments for one in workloads], [1]),
        "idle": ("--idle", [one.idle for one in workloads], [0]),
        "slow_readers": ("--slow-readers", [one.slow_readers for one in workloads], [0]),
    }
    if not connections:
        del numbers["connections"]
    kinds: tuple[Kind, ...] = tuple(dict.fromkeys("text" if one.text else "binary" for one in workloads))
    for shaped, all_of_it in ((False, False), (True, False), (True, True)):
        fields: dict[str, object] = {"kinds": kinds}
        options = [f"--{kind}" for kind in kinds if kinds != ("text",)]
        for name, (option, values, usual) in numbers.items():
            each = list(dict.fromkeys(values))
            left_out = name in SHAPES and not shaped
            if (each != usual and not left_out) or (all_of_it and name in SPOKEN):
                fields[name] = tuple(each)
                options += [word for value in each for word in (option, str(value))]
        yield replace(base, **fields), options
