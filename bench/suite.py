"""Round trip and throughput of servers, as cases for pytest-benchmark.

    pytest --pyargs wsbench.suite -k tornado --benchmark-autosave
    pytest --pyargs wsbench.suite -k "fastapi or picows"
    pytest --pyargs wsbench.suite -k tornado --benchmark-compare --benchmark-compare-fail=median:10%

By default tornado, websockets and aiohttp have cases, with yardstick and floor; every other server of
`wsbench list` has some where `-k` or the id of a case names it. While the first case waits, all selected
cells are measured as `wsbench run` does, with fresh processes for each of `ROUNDS` launches. Then each case
replays its samples on a virtual clock.

Samples of a round trip are all timed round trips, not medians of slices: so min, max and IQR are those of
round trips, and the median is the `p50_ns` of `extra_info`. Saved runs keep only statistics, 2 KB a case;
the 10,000 numbers a case, 4 MB in all, come with `--benchmark-json` or `--benchmark-save-data`. Samples of
throughput are seconds per message, one a slice, so OPS reads as msg/s.

Three launches stand behind all samples, so a comparison with a saved run is a tripwire; `wsbench check`
measures both sides in turns. With `--benchmark-disable` each case compares some hundred replies, untimed.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import pytest

from .demand.workload import Workload
from .environments.availability import missing
from .machine.cpus import choose_cores
from .plan.placement import decide_wait
from .plan.run import MS, Cell, Pace, Plan, cells_of
from .planning.cases import servers_asked_for
from .records.common import Failure
from .records.slices import Slice
from .records.summary import summarise
from .runner.keeping import KeepingRunner
from .runner.round import RoundRun
from .targets import catalogue
from .targets.spec_parser import read_specs

ROUNDS, PACE = 3, Pace(60, throughput_turns=30)
MINIMUM = Pace(1, latency_slice_ns=MS, latency_samples=100, throughput_turns=1, throughput_slice_ns=MS)
"""What is measured under `--benchmark-disable`, in one round."""

CLIENTS = ("ws4py", "websockets", "wire")
WORKLOADS = {"test_round_trip": Workload(), "test_throughput": Workload(connections=16)}
TITLES = {"test_round_trip": "round trip, 64 B text", "test_throughput": "throughput, 16 connections"}
LACKING = (
    "wsbench.suite needs pytest-benchmark, which -p no:benchmark leaves out (pip install pytest-benchmark)"
)


class VirtualClock:
    """A timer that only passes when told to; it starts at zero for every sample, so no digit is lost."""

    now = 0.0

    def virtual_time(self) -> float:
        """Return the time in seconds; saved runs name their timer after this method."""
        return self.now

    def set(self, seconds: float = 0.0) -> None:
        """Go to a time, by default back to zero."""
        self.now = seconds


CLOCK = VirtualClock()


class Outcome(msgspec.Struct, frozen=True):
    """The slices of one cell over all rounds, and what pytest-benchmark has no column for."""

    slices: tuple[Slice, ...]
    extra_info: dict[str, object]


Measured = Mapping[Cell, Outcome | Failure]


def lacking(cell: Cell) -> str:
    """Return the line that says which libraries of a cell are not installed, "" if all are."""
    return missing(
        catalogue.SERVERS[cell.server].distributions + catalogue.CLIENTS[cell.client].distributions
    )


def cell_of(item: pytest.Item) -> Cell | None:
    """Return the cell that a case measures; None for a test of somebody else's."""
    if not isinstance(item, pytest.Function) or item.module.__name__ != __name__:
        return None
    params = item.callspec.params
    return Cell(str(params["server"]), str(params["client"]), WORKLOADS[item.originalname])


def measure(plan: Plan) -> Measured:
    """Verify the plan's servers, then run its rounds; whatever happens, no process is left."""
    if (runner := KeepingRunner(plan)).run().status == "interrupted":
        raise KeyboardInterrupt
    return {
        cell: runner.failed[index] if index in runner.failed else pool(plan, index, runner.rounds)
        for index, cell in enumerate(plan.cells)
    }


def pool(plan: Plan, index: int, rounds: Sequence[RoundRun]) -> Outcome:
    """Put one cell's rounds together; a quantile is given where each round has enough for it."""
    cell, last, handshake = plan.cells[index], rounds[-1], rounds[-1].handshakes[index]
    server = last.server_at(index).proof
    each = [summarise(index, one.slices[index], handshake).quantiles_ns for one in rounds]
    slices = tuple(taken for one in rounds for taken in one.slices[index])
    record = summarise(index, slices, handshake)
    cpu_ns = {"server": record.server_cpu_ns, "client": record.client_cpu_ns}
    info: dict[str, object] = {
        **{f"{name}_ns": ns for name, ns in record.quantiles_ns.items() if all(name in one for one in each)},
        "mean_ns": record.mean_ns,
        "max_ns": record.max_ns,
        **{f"{side}_cpu_ns_per_message": ns and ns / record.exchanged for side, ns in cpu_ns.items()},
        **{f"{side}_cpu_share": ns and ns / record.busy_ns for side, ns in cpu_ns.items()},
        "server_version": server.version,
        "client_version": last.clients[cell.client].version,
        "python": server.python,
        "loop": server.loop,
        "kind": cell.workload.kind,
        **msgspec.structs.asdict(cell.workload),
        **msgspec.structs.asdict(handshake),
        "launches": plan.rounds,
        "seed": plan.seed,
    }
    return Outcome(slices, info)


@pytest.fixture(scope="session")
def measured(request: pytest.FixtureRequest) -> Measured:
    """Measure all selected cells whose libraries are installed, interleaved with each other."""
    cells = tuple(cell for item in request.session.items if (cell := cell_of(item)) and not lacking(cell))
    plugin: Any = request.config.pluginmanager.get_plugin("pytest-benchmark")
    plan = Plan(
        servers=read_specs(dict.fromkeys(cell.server for cell in cells)),
        cells=cells,
        rounds=1 if plugin.disabled else ROUNDS,
        seed=secrets.randbits(32),
        pace=MINIMUM if plugin.disabled else PACE,
    )
    return measure(decide_wait(plan, own_core=choose_cores().client is not None)) if cells else {}


def outcome_of(measured: Measured, cell: Cell) -> Outcome:
    """Return what was measured; skip or fail the case where there is nothing."""
    if line := lacking(cell):
        pytest.skip(line)
    found = measured[cell]
    if isinstance(found, Failure):
        pytest.fail("\n".join((found.reason, *found.stderr)), pytrace=False)
    return found


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make the cases of a test; each has the group that puts the servers of one client together.

    Raises `pytest.Collector.CollectError`, in one line, without pytest-benchmark.
    """
    config, name = metafunc.config, metafunc.function.__name__
    if not config.pluginmanager.hasplugin("benchmark"):
        raise pytest.Collector.CollectError(LACKING)
    mark, timer = pytest.mark.benchmark, CLOCK.virtual_time
    servers = servers_asked_for(config.option.keyword, config.args)
    params = [
        pytest.param(one.client, one.server, marks=mark(timer=timer, group=f"{TITLES[name]}, {one.client}"))
        for one in cells_of(servers, CLIENTS, [WORKLOADS[name]])
    ]
    metafunc.parametrize(("client", "server"), params)


def replay(benchmark: Any, outcome: Outcome, samples: Sequence[float]) -> None:
    """Have pytest-benchmark time the samples, in seconds.

    Saved runs are matched by full name, which pytest derives from the working directory; ours is the same
    wherever the suite was started or installed.
    """
    left = iter(samples)
    benchmark.fullname = f"wsbench.suite::{benchmark.name}"
    benchmark.extra_info.update(outcome.extra_info)
    benchmark.pedantic(lambda: CLOCK.set(next(left, 0.0)), setup=CLOCK.set, rounds=len(samples))


def test_round_trip(client: str, server: str, measured: Measured, benchmark: Any) -> None:
    """One message at a time on one connection: seconds from send to the whole reply."""
    outcome = outcome_of(measured, Cell(server, client, WORKLOADS["test_round_trip"]))
    replay(benchmark, outcome, [ns / 1e9 for taken in outcome.slices for ns in taken.latencies])


def test_throughput(client: str, server: str, measured: Measured, benchmark: Any) -> None:
    """One message at a time on each of 16 connections: seconds per message, slice by slice."""
    outcome = outcome_of(measured, Cell(server, client, WORKLOADS["test_throughput"]))
    replay(benchmark, outcome, [1 / taken.rate for taken in outcome.slices])
