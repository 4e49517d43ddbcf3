"""Bench: wire with many messages in flight against an epoll client in C, same server, interleaved slices.

    python tests/perf/closed_loop_against_c.py [ROUNDS] [SERVER]...

The server is one in C on epoll, which is not the limit, and after it each SERVER named. Both clients run on
the same core, keep the same window full, compare every reply and keep every latency; they take turns in
random order while both cores are kept awake. Prints, per shape, the ratio of the rates with its interval, the
rate of wire and the CPU time of each client per message; then what a message costs wire at depth 1 from one
to 10,000 connections, over its cost with 16. Skipped without gcc.
"""

from __future__ import annotations

import math
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from wsbench.demand.workload import Workload
from wsbench.driver.messages import Command, Done, Exchange, Freeze, Open, Opened, Problem
from wsbench.driver.orders import CellOrder
from wsbench.machine.cpus import Cores, awake, choose_cores
from wsbench.machine.launcher import Server
from wsbench.machine.orders import Settings
from wsbench.machine.process import Child
from wsbench.records.slices import Slice
from wsbench.runner.drivers import Answer, ask, start_driver
from wsbench.stats.estimate import Estimate, estimate_log, estimate_ratio
from wsbench.targets.spec_parser import read_specs

HERE = Path(__file__).parent
SHAPES = ((16, 1), (64, 1), (256, 1), (1, 32), (16, 32), (1, 256), (16, 256))
CONNECTIONS = (1, 16, 256, 1_000, 10_000)
TURNS, SLICE = 30, 8_000
PATIENCE_S = 60.0


class Turn(NamedTuple):
    """One slice: messages per second, and CPU ns of the client per message."""

    rate: float
    cpu: float


def compiled(name: str, folder: str) -> str:
    """Compile a C program and return its path."""
    target = str(Path(folder) / name)
    subprocess.run(["gcc", "-O2", "-o", target, str(HERE / f"{name}.c")], check=True)
    return target


def environment_of(rng: random.Random) -> dict[str, str]:
    """Return what differs between the processes of two rounds."""
    return {"PYTHONHASHSEED": str(rng.randrange(1, 2**32)), "WSBENCH_PADDING": "x" * rng.randrange(4096)}


class Wire:
    """The instrument in a driver of its own, in closed loop whatever the shape."""

    def __init__(
        self, server: Server, core: int | None, workload: Workload, environment: dict[str, str]
    ) -> None:
        self.child = start_driver("wire", core, environment)
        self.child.hear(PATIENCE_S)
        order = CellOrder(0, server.host, server.port, server.path, workload, seed=1)
        self._ask(Open(order), Opened)
        self._ask(Freeze(), Done)

    def _ask(self, command: Command, kind: type[Answer]) -> Answer:
        answer = ask(self.child, command, kind, PATIENCE_S)
        assert not isinstance(answer, Problem), answer
        return answer

    def turn(self, lead: int, count: int) -> Turn:
        """Exchange one slice."""
        found = self._ask(Exchange(0, lead, count), Slice)
        return Turn(found.rate, found.client_cpu / found.exchanged)


class Native:
    """The client in C."""

    def __init__(self, program: str, server: Server, core: int | None, workload: Workload) -> None:
        shape = [str(workload.connections), str(workload.depth)]
        self.child = Child("the C client", [program, str(server.port), str(core or 0), *shape])
        self.child.hear(PATIENCE_S)

    def turn(self, lead: int, count: int) -> Turn:
        """Exchange one slice."""
        self.child.tell(f"{lead} {count}", PATIENCE_S)  # the C client numbers no answers
        found = self.child.hear(PATIENCE_S)
        return Turn(found["messages"] * 1e9 / found["elapsed"], found["cpu"] / found["exchanged"])


def one_round(
    spec_text: str, program: str, cores: Cores, workload: Workload, rng: random.Random
) -> tuple[list[Turn], list[Turn]]:
    """Return the turns of wire and of C in one round of fresh processes."""
    (spec,) = read_specs([spec_text])
    environment = environment_of(rng)
    with Server(spec, Settings(core=cores.server), environment) as server:
        wire = Wire(server, cores.client, workload, environment)
        native = Native(program, server, cores.client, workload)
        try:
            lead, count = workload.window, max(SLICE * min(workload.depth, 32), 4 * workload.window)
            turns: dict[str, list[Turn]] = {"wire": [], "C": []}
            clients = {"wire": wire, "C": native}
            for number in range(TURNS + 2):
                for name in rng.sample(list(clients), 2):
                    turn = clients[name].turn(lead, count)
                    if number > 1:  # the first two warm up
                        turns[name].append(turn)
            return turns["wire"], turns["C"]
        finally:
            wire.child.stop()
            native.child.stop()


def shown(one: Estimate, digits: int = 3) -> str:
    """Return an estimate with its interval."""
    return f"{one.value:,.{digits}f} [{one.low:,.{digits}f}, {one.high:,.{digits}f}]"


def compare(spec: str, label: str, program: str, cores: Cores, rounds: int, rng: random.Random) -> None:
    """Print a line for each shape."""
    for connections, depth in SHAPES:
        workload = Workload(connections=connections, depth=depth, think_us=0)
        found = [one_round(spec, program, cores, workload, rng) for _ in range(rounds)]
        ratios = [
            statistics.fmean(math.log(a.rate / b.rate) for a, b in zip(wire, native, strict=True))
            for wire, native in found
        ]
        rate = estimate_log([statistics.median(turn.rate for turn in wire) for wire, _ in found])
        wire_cpu = statistics.median(turn.cpu for wire, _ in found for turn in wire)
        native_cpu = statistics.median(turn.cpu for _, native in found for turn in native)
        print(
            f"{label:8} {connections:>4} connections, depth {depth:>3}: wire / C"
            f" {shown(estimate_ratio(ratios))}, wire {shown(rate, 0)} msg/s,"
            f" client CPU {wire_cpu:,.0f} and {native_cpu:,.0f} ns/msg, {1e9 / wire_cpu:,.0f} msg/s a core",
            flush=True,
        )


def costs(spec: str, cores: Cores, rounds: int, rng: random.Random) -> None:
    """Print what a message costs with more and more connections: all alive at once, in random order."""
    ratios: dict[int, list[float]] = {count: [] for count in CONNECTIONS}
    plain: dict[int, list[float]] = {count: [] for count in CONNECTIONS}
    for _ in range(rounds):
        environment, (one,) = environment_of(rng), read_specs([spec])
        with Server(one, Settings(core=cores.server), environment) as server:
            wires = {
                count: Wire(server, cores.client, Workload(connections=count, think_us=0), environment)
                for count in CONNECTIONS
            }
            try:
                found: dict[int, list[float]] = {count: [] for count in CONNECTIONS}
                for number in range(8):
                    for count in rng.sample(CONNECTIONS, len(CONNECTIONS)):
                        turn = wires[count].turn(count, max(20_000, 2 * count))
                        if number > 1:
                            found[count].append(turn.cpu)
            finally:
                for wire in wires.values():
                    wire.child.stop()
        for count, turns in found.items():
            plain[count].append(statistics.median(turns))
            ratios[count].append(math.log(plain[count][-1] / statistics.median(found[16])))
    for count in CONNECTIONS:
        print(
            f"{count:>6,} connections, depth 1: client CPU {shown(estimate_log(plain[count]), 0)} ns/msg,"
            f" {shown(estimate_ratio(ratios[count]))} of that with 16",
            flush=True,
        )


def main() -> None:
    """Print everything."""
    if not shutil.which("gcc"):
        print("skipped: there is no gcc here")
        return
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 6
    cores, rng = choose_cores(), random.Random(1)
    with tempfile.TemporaryDirectory() as folder, awake(cores, wanted=True):
        client, server = (
            compiled("epoll_client", folder),
            f"native=cmd:{compiled('epoll_server', folder)} {{port}}",
        )
        compare(server, "C server", client, cores, rounds, rng)
        costs(server, cores, rounds, rng)
        for name in sys.argv[2:]:
            compare(name, name, client, cores, rounds, rng)


if __name__ == "__main__":
    main()
