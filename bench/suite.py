"""Round trip and throughput of every server, as cases for pytest-benchmark.

    pytest --pyargs wsbench.suite -k wire --benchmark-autosave
    pytest --pyargs wsbench.suite -k wire --benchmark-compare --benchmark-compare-fail=median:10%
    pytest-benchmark compare --group-by=group

All selected cells are measured first, by the rules of `wsbench run`: pinned processes on cores kept awake,
slices of a few milliseconds interleaved in shuffled order, fresh processes for each of `ROUNDS` launches,
every reply compared with what was sent. The cases then replay what was measured on a virtual clock, so
pytest-benchmark's table, JSON and comparisons hold these times and not pytest's own.

Samples of a round trip case are all its timed round trips, not the medians of slices: so min, max, IQR and
outliers are those of round trips, and the median is exactly the `p50_ns` of `extra_info`. Saved runs keep
only statistics (about 2 KB a case); with `--benchmark-json` or `--benchmark-save-data` come about 10,000
numbers a case, some 6 MB for the whole suite. Samples of a throughput case are seconds per message, one for
each slice, so OPS reads as msg/s.

Thousands of samples stem from three launches only, so StdDev does not tell how far the next run will be
off, and a comparison with a saved run is a tripwire; `wsbench check` measures both sides in turns instead.
With `--benchmark-disable` every selected cell still exchanges, and compares, a few hundred messages.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from .machine.conformance import first_problem
from .machine.cpus import awake, choose_cores
from .machine.environment import version_of
from .machine.round import RoundRun
from .values import catalogue
from .values.plan import MS, Cell, Pace, Plan, cells_of
from .values.recording import summarise
from .values.schema import CellRecord, Failure, Proof
from .values.slices import Slice
from .values.workload import Workload

ROUNDS = 3
PACE = Pace(latency_turns=60, throughput_turns=6)
MINIMUM = Pace(
    latency_turns=1, latency_slice_ns=MS, latency_samples=100, throughput_turns=1, throughput_slice_ns=MS
)
"""What is measured under `--benchmark-disable`, in one round."""

SERVERS = catalogue.read_specs(("tornado", "websockets", "aiohttp", "stdlib", "tcp"))
CLIENTS = ("ws4py", "websockets", "wire")
WORKLOADS = {"test_round_trip": Workload(), "test_throughput": Workload(connections=16)}


class VirtualClock:
    """A timer that only passes when told to; it starts at zero for every sample, so no digit is lost."""

    def __init__(self) -> None:
        self._now = 0.0

    def virtual_time(self) -> float:
        """Return the time in seconds; saved runs name their timer after this method."""
        return self._now

    def rewind(self) -> None:
        """Start again at zero."""
        self._now = 0.0

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._now += seconds


CLOCK = VirtualClock()


class Outcome(msgspec.Struct, frozen=True):
    """One cell over all rounds: its slices, their pooled record, the quantiles that each round allows."""

    slices: tuple[Slice, ...]
    record: CellRecord
    quantiles: tuple[str, ...]
    server: Proof
    client: Proof
    plan: Plan

    def extra_info(self, cell: Cell) -> dict[str, object]:
        """Return what pytest-benchmark has no column for; CPU times are None where they can't be known."""
        record = self.record
        server_cpu = record.server_cpu_ns
        return {
            **{f"{name}_ns": record.quantiles_ns[name] for name in self.quantiles},
            "mean_ns": record.mean_ns,
            "max_ns": record.max_ns,
            "server_cpu_ns_per_message": None if server_cpu is None else server_cpu / record.exchanged,
            "client_cpu_ns_per_message": record.client_cpu_ns / record.exchanged,
            "server_cpu_share": None if server_cpu is None else server_cpu / record.busy_ns,
            "client_cpu_share": record.client_cpu_ns / record.busy_ns,
            "server": cell.server,
            "server_version": self.server.version,
            "client": cell.client,
            "client_version": self.client.version,
            "python": self.server.python,
            "loop": self.server.loop,
            "size": cell.workload.size,
            "kind": cell.workload.kind,
            "connections": cell.workload.connections,
            "depth": cell.workload.depth,
            "nodelay": record.handshake.nodelay,
            "extensions": record.handshake.extensions,
            "launches": self.plan.rounds,
            "seed": self.plan.seed,
        }


Measured = Mapping[Cell, Outcome | Failure]


def missing(cell: Cell) -> str:
    """Return a library that a cell needs and that is not installed, else ""."""
    needed = (catalogue.SERVERS[cell.server].library, catalogue.CLIENTS[cell.client].library)
    return next((library for library in needed if library and not version_of(library)), "")


def selected(items: Sequence[pytest.Item]) -> list[Cell]:
    """Return the cells that the user's selection leaves, in its order."""
    return [
        Cell(item.callspec.params["server"], item.callspec.params["client"], WORKLOADS[item.originalname])
        for item in items
        if isinstance(item, pytest.Function) and item.module.__name__ == __name__
    ]


def measure(plan: Plan) -> Measured:
    """Verify the plan's servers, then run its rounds; whatever happens, no process is left."""
    failed: dict[int, Failure] = {}
    rounds = []
    cores = choose_cores()
    with awake(cores, wanted=plan.keep_awake):
        for spec in plan.servers:
            reason, tail = first_problem(spec, equal=plan.equal)
            if reason:
                mine = (index for index, cell in enumerate(plan.cells) if cell.server == spec.label)
                failed.update({index: Failure(index, reason, tail) for index in mine})
        for number in range(plan.rounds):
            rounds.append(RoundRun(plan, number, cores, failed, lambda _: None))
            rounds[-1].run()
    return {
        cell: failed[index] if index in failed else pool(plan, index, rounds)
        for index, cell in enumerate(plan.cells)
    }


def pool(plan: Plan, index: int, rounds: Sequence[RoundRun]) -> Outcome:
    """Put the slices of one cell over all rounds together."""
    each = [summarise(index, one.slices[index], one.handshakes[index]) for one in rounds]
    slices = tuple(taken for one in rounds for taken in one.slices[index])
    cell, last = plan.cells[index], rounds[-1]
    return Outcome(
        slices=slices,
        record=summarise(index, slices, each[-1].handshake),
        quantiles=tuple(min((record.quantiles_ns for record in each), key=len)),
        server=last.servers[cell.server].proof,
        client=last.clients[cell.client],
        plan=plan,
    )


def announce(config: pytest.Config, text: str) -> None:
    """Say something past pytest's capture: the first case waits for all measuring."""
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    capture = config.pluginmanager.get_plugin("capturemanager")
    if terminal and capture and config.get_verbosity() >= 0:
        with capture.global_and_fixture_disabled():
            terminal.write_line(text)


@pytest.fixture(scope="session")
def measured(request: pytest.FixtureRequest) -> Measured:
    """Measure all selected cells whose libraries are installed, interleaved with each other."""
    cells = tuple(cell for cell in selected(request.session.items) if not missing(cell))
    if not cells:
        return {}
    used = {cell.server for cell in cells}
    disabled = request.config.pluginmanager.get_plugin("pytest-benchmark").disabled
    plan = Plan(
        servers=tuple(spec for spec in SERVERS if spec.label in used),
        cells=cells,
        rounds=1 if disabled else ROUNDS,
        seed=secrets.randbits(32),
        pace=MINIMUM if disabled else PACE,
    )
    announce(request.config, f"measuring {len(cells)} cells in {plan.rounds} interleaved rounds ...")
    return measure(plan)


def cases(test: str, title: str) -> list[Any]:
    """Return the parameters of a test, each with the group that puts the servers of one client together."""
    return [
        pytest.param(
            cell.client,
            cell.server,
            id=f"{cell.client}-{cell.server}",
            marks=pytest.mark.benchmark(timer=CLOCK.virtual_time, group=f"{title}, {cell.client}"),
        )
        for cell in cells_of(SERVERS, CLIENTS, [WORKLOADS[test]])
    ]


def outcome_of(measured: Measured, cell: Cell) -> Outcome:
    """Return what was measured; skip or fail the case where there is nothing."""
    if library := missing(cell):
        pytest.skip(f"{library} is not installed: pip install {library}")
    found = measured[cell]
    if isinstance(found, Failure):
        pytest.fail("\n".join((found.reason, *found.stderr)), pytrace=False)
    return found


def replay(benchmark: BenchmarkFixture, name: str, samples: Sequence[float]) -> None:
    """Have pytest-benchmark time the samples, in seconds.

    Saved runs are matched by full name, which pytest derives from the working directory: ours is the same
    wherever the suite was started or installed.
    """
    benchmark.fullname = f"wsbench.suite::{name}"
    left = iter(samples)
    benchmark.pedantic(lambda: CLOCK.advance(next(left, 0.0)), setup=CLOCK.rewind, rounds=len(samples))


@pytest.mark.parametrize(("client", "server"), cases("test_round_trip", "round trip, 64 B text"))
def test_round_trip(client: str, server: str, measured: Measured, benchmark: BenchmarkFixture) -> None:
    """One message at a time on one connection: seconds from send to the whole reply."""
    cell = Cell(server, client, WORKLOADS["test_round_trip"])
    outcome = outcome_of(measured, cell)
    benchmark.extra_info.update(outcome.extra_info(cell))
    latencies = [latency / 1e9 for taken in outcome.slices for latency in taken.latencies]
    replay(benchmark, f"test_round_trip[{client}-{server}]", latencies)


@pytest.mark.parametrize(("client", "server"), cases("test_throughput", "throughput, 16 connections"))
def test_throughput(client: str, server: str, measured: Measured, benchmark: BenchmarkFixture) -> None:
    """One message at a time on each of 16 connections: seconds per message, slice by slice."""
    cell = Cell(server, client, WORKLOADS["test_throughput"])
    outcome = outcome_of(measured, cell)
    benchmark.extra_info.update(outcome.extra_info(cell))
    replay(benchmark, f"test_throughput[{client}-{server}]", [1 / taken.rate for taken in outcome.slices])
