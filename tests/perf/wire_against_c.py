"""Bench: p50 of wire against that of a client in C, both sleeping or both polling, interleaved slices.

    python tests/perf/wire_against_c.py [ROUNDS]

Both clients run on the same core, are connected to the same server, think as long between messages, and take
turns of a few milliseconds in random order while both cores are kept awake. Prints, per server, the ratio of
the medians with its interval, and its spread between rounds. The aim is at most 1.05. Skipped without gcc.
"""

from __future__ import annotations

import itertools
import math
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

from wsbench.demand.workload import Workload
from wsbench.driver.messages import Exchange, Open, Opened
from wsbench.driver.orders import CellOrder
from wsbench.machine.cpus import Cores, awake, choose_cores
from wsbench.machine.launcher import Server
from wsbench.machine.orders import Settings
from wsbench.machine.process import Child
from wsbench.records.slices import Slice
from wsbench.runner.drivers import ask, start_driver
from wsbench.stats.estimate import estimate_ratio
from wsbench.targets.spec_parser import read_specs

SOURCE = Path(__file__).with_name("blocking_client.c")
TURNS, COUNT, LEAD = 150, 40, 3


def compiled(folder: str) -> str:
    """Compile the C client and return its path."""
    target = str(Path(folder) / "blocking_client")
    subprocess.run(["gcc", "-O2", "-o", target, str(SOURCE)], check=True)
    return target


def median_of(wire: Child) -> float:
    """Have wire exchange one slice; return its median round trip in ns."""
    found = ask(wire, Exchange(0, LEAD, COUNT), Slice, 10.0)
    assert isinstance(found, Slice), found
    return statistics.median(found.latencies)


def native_median_of(native: Child) -> float:
    """Have the C client exchange one slice; return its median round trip in ns."""
    native.tell(f"{LEAD} {COUNT}", 10.0)  # the C client numbers no answers
    return statistics.median(native.hear(10.0)["latencies"])


def one_round(spec_text: str, program: str, cores: Cores, rng: random.Random, *, polls: bool) -> float:
    """Return ln(wire / C) of one round of fresh processes."""
    (spec,) = read_specs([spec_text])
    environment = {
        "PYTHONHASHSEED": str(rng.randrange(1, 2**32)),
        "WSBENCH_PADDING": "x" * rng.randrange(4096),
    }
    with Server(spec, Settings(core=cores.server), environment) as server:
        wire = start_driver("wire", cores.client, environment)
        native = Child(
            "the C client",
            [program, str(server.port), str(cores.client), str(Workload().think_ns), *(["poll"] * polls)],
            environment,
        )
        try:
            wire.hear(20.0)
            native.hear(20.0)
            order = CellOrder(0, server.host, server.port, server.path, Workload(), seed=1, polls=polls)
            ask(wire, Open(order), Opened, 10.0)
            measures = {"wire": partial(median_of, wire), "c": partial(native_median_of, native)}
            for measure in measures.values():
                for _ in range(10):
                    measure()
            ratios = []
            for _ in range(TURNS):
                turn = list(measures)
                rng.shuffle(turn)
                medians = {name: measures[name]() for name in turn}
                ratios.append(math.log(medians["wire"] / medians["c"]))
            return statistics.fmean(ratios)
        finally:
            wire.stop()
            native.stop()


def main() -> None:
    """Print one line per server."""
    if not shutil.which("gcc"):
        print("skipped: there is no gcc here")
        return
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    cores, rng = choose_cores(), random.Random(1)
    with tempfile.TemporaryDirectory() as folder, awake(cores, wanted=True):
        program = compiled(folder)
        for server, polls in itertools.product(("stdlib", "tornado", "websockets", "aiohttp"), (False, True)):
            found = [one_round(server, program, cores, rng, polls=polls) for _ in range(rounds)]
            ratio = estimate_ratio(found)
            print(
                f"{server:10} {'polling' if polls else 'sleeping'} p50 wire / C: {ratio.value:.3f}"
                f" [{ratio.low:.3f}, {ratio.high:.3f}]"
                f"  sd between rounds {statistics.stdev(found):.2%}, {rounds} rounds",
                flush=True,
            )


if __name__ == "__main__":
    main()
