"""Runs in which several clients drive one server, for the tests of what is said of clients."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from runs import run_of
from wsbench.demand.workload import Workload
from wsbench.plan.margins import Comparison
from wsbench.records.common import Proof
from wsbench.records.run import Round, Run
from wsbench.targets.client_spec import read_clients

VERSIONS = {"websockets": "17.4", "picows": "2.3.1", "ws4py": "0.6.0", "wire": "3"}


def run_of_clients(
    rtt_us: Mapping[str, float],
    *,
    server: str = "tornado",
    workload: Workload = Workload(),  # noqa: B008  # it is frozen
    shares: tuple[float, float] = (0.5, 0.4),
    compare: bool = False,
    failed: str = "",
) -> Run:
    """Return a run in which a server answers each client (a spec) in `rtt_us`, beside the yardstick.

    `shares` are how busy client and server are; with `compare` the first client is held against the others.
    """
    clients = read_clients(rtt_us)
    runs = [
        run_of(
            {server: value, "stdlib": value / 2},
            client=spec.label,
            workloads=(workload,),
            shares={server: shares},
            failures={server: "it broke"} if spec.label == failed else None,
        )
        for spec, value in zip(clients, rtt_us.values(), strict=True)
    ]
    cells = tuple(cell for run in runs for cell in run.header.plan.cells)
    pairs = tuple((clients[0].label, other.label) for other in clients[1:])
    comparison = Comparison(((server, server),), looks=(4, 8), clients=pairs) if compare else None
    plan = msgspec.structs.replace(runs[0].header.plan, cells=cells, clients=clients, comparison=comparison)
    header = msgspec.structs.replace(runs[0].header, plan=plan)
    proofs = {spec.label: _proof(spec.name, spec.version) for spec in clients}
    rounds = tuple(_joined(parts, proofs) for parts in zip(*(run.rounds for run in runs), strict=True))
    return msgspec.structs.replace(runs[0], header=header, rounds=rounds)


def _proof(name: str, version: str) -> Proof:
    return Proof(
        version or VERSIONS[name],
        "CPython 3.11.7",
        "asyncio",
        speedups=(f"{name}.fast",) if name not in {"wire", "ws4py"} else (),
        libraries={"aiofastnet": "1.2.0"} if name == "picows" else {},
    )


def _joined(parts: tuple[Round, ...], proofs: dict[str, Proof]) -> Round:
    """Return one round of those of each client, whose cells are renumbered."""
    replace, each = msgspec.structs.replace, 2  # cells of each client
    cells = [replace(one, cell=one.cell + n * each) for n, part in enumerate(parts) for one in part.cells]
    failures = [
        replace(one, cell=one.cell + n * each) for n, part in enumerate(parts) for one in part.failures
    ]
    return replace(parts[0], cells=tuple(cells), failures=tuple(failures), clients=proofs)
