"""Stored runs made by hand for the tests of what reads them: known numbers in, known estimates out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from wsbench.demand.workload import Workload
from wsbench.plan.margins import Comparison
from wsbench.plan.run import Cell, Plan, cells_of
from wsbench.records.common import SCHEMA, Closing, Environment, Failure, Handshake, Proof
from wsbench.records.run import Header, Round, Run
from wsbench.records.slices import Slice
from wsbench.records.summary import summarise
from wsbench.targets.spec_parser import read_specs

FACTORS = (1.00, 1.02, 0.99, 1.01, 0.98, 1.03, 1.00, 0.97)
"""How the whole machine varies from round to round: alike for every server, so ratios don't see it."""

NOISE = (0.989, 1.008, 1.003, 0.996, 1.012, 0.993, 1.001, 0.998)
"""How one server varies by itself, some 0.8 %: for the `noise` of `run_of`."""


def environment(**changes: object) -> Environment:
    """Return a quiet two-core machine."""
    fields: dict[str, object] = {
        "python": "CPython 3.11.7",
        "system": "Linux",
        "cpu": "Some CPU",
        "cores": 2,
        "server_core": 1,
        "client_core": 0,
        "governor": "",
        "load_average": 0.1,
        "busy": 0.01,
        "libraries": {"tornado": "6.6.1"},
    }
    return Environment(**{**fields, **changes})  # type: ignore[arg-type]


def slices(
    rtt_ns: float, workload: Workload, *, client: float = 0.5, server: float = 0.4, count: int = 3_200
) -> list[Slice]:
    """Return four slices of a cell whose every round trip takes `rtt_ns`, at the CPU shares given."""
    each = count // 4
    elapsed = round(rtt_ns * each / workload.window)
    return [
        Slice(
            latencies=[round(rtt_ns)] * each,
            elapsed=elapsed,
            exchanged=each,
            busy=elapsed,
            server_cpu=round(server * elapsed),
            client_cpu=round(client * elapsed),
            flown=round(rtt_ns) * each,
        )
        for _ in range(4)
    ]


def run_of(  # noqa: PLR0913  # whatever a test may want to be other than usual
    rtt_us: Mapping[str, float],
    *,
    workloads: Sequence[Workload] = (Workload(),),
    client: str = "wire",
    failures: Mapping[str, str] | None = None,
    rounds: int = 8,
    noise: Mapping[str, Sequence[float]] | None = None,
    shares: Mapping[str, tuple[float, float]] | None = None,
    comparison: Comparison | None = None,
    codes: Mapping[str, str] | None = None,
    started: str = "2026-01-02T03:04:05+00:00",
    **changes: object,
) -> Run:
    """Return a run in which each server (a spec) answers in `rtt_us`, times FACTORS, times its own noise.

    `codes` are identities of the servers' code by label, "" where none is given.
    """
    specs = read_specs(rtt_us)
    rtt_us = {spec.label: value for spec, value in zip(specs, rtt_us.values(), strict=True)}
    cells = cells_of(specs, (client,), tuple(workloads))
    failed = dict(failures or {})
    plan = Plan(specs, cells, rounds, seed=1, comparison=comparison)
    lines = tuple(
        Round(
            number=number,
            seconds=1.0,
            cells=tuple(
                _record(index, cell, rtt_us, number, noise or {}, shares or {})
                for index, cell in enumerate(cells)
                if cell.server not in failed
            ),
            failures=tuple(
                Failure(index, failed[cell.server], ("last words",))
                for index, cell in enumerate(cells)
                if cell.server in failed
            ),
            servers={spec.label: _proof((codes or {}).get(spec.label, "")) for spec in specs},
            clients={client: Proof("1", "3.11.7", "native")},
            rss={spec.label: 20_000_000 for spec in specs},
            awake=True,
        )
        for number in range(rounds)
    )
    header = Header(SCHEMA, "0.1.0", started, "test", environment(**changes), plan)
    return Run(header, lines, Closing("2026-01-02T03:06:05+00:00", "complete"))


def _proof(code: str) -> Proof:
    return Proof("1.0", "CPython 3.11.7", "asyncio.Loop", code=code)


def _record(
    index: int,
    cell: Cell,
    rtt_us: Mapping[str, float],
    number: int,
    noise: Mapping[str, Sequence[float]],
    shares: Mapping[str, tuple[float, float]],
) -> object:
    own = noise.get(cell.server, (1.0,) * 8)[number % 8]
    rtt = rtt_us[cell.server] * 1000 * FACTORS[number % 8] * own
    client, server = shares.get(cell.server, (0.5, 0.4))
    made = slices(rtt, cell.workload, client=client, server=server)
    return summarise(index, made, Handshake(nodelay=True))
