"""Bench: the same question put to pytest-benchmark and pyperf, on runs measured one after the other.

    pip install pyperf
    python tests/perf/elsewhere.py [REPEATS] [asleep]

Each repeat measures Tornado, Tornado again, and Tornado with 5 % of its p50 more in the handler: one server
alive at a time, `LAUNCHES` fresh processes each, pinned, on cores kept awake unless `asleep` is said. All
round trips go to pytest-benchmark (`--benchmark-compare-fail`), and three values a process, as pyperf makes
them itself, to `pyperf compare_to`. Printed is how often each says that the second or the third is slower.
"""

from __future__ import annotations

import collections
import json
import secrets
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import pyperf
from wsbench.demand.workload import Workload
from wsbench.machine.cpus import awake, choose_cores
from wsbench.plan.run import Plan, cells_of
from wsbench.planning.profiles import PROFILES
from wsbench.runner.round import RoundRun
from wsbench.targets.spec import ServerSpec
from wsbench.targets.spec_parser import read_specs

LAUNCHES = 6
VALUES = 3
"""Values per process: pyperf's default."""
DELAY = 0.05

REPLAY = """
import json, pathlib
import pytest

class Clock:
    now = 0.0
    def read(self): return self.now

CLOCK = Clock()

@pytest.mark.benchmark(timer=CLOCK.read)
def test_round_trip(benchmark):
    samples = json.loads(pathlib.Path("samples.json").read_text())
    left = iter(samples)
    def rewind(): CLOCK.now = 0.0
    def advance(): CLOCK.now += next(left, 0.0)
    benchmark.pedantic(advance, setup=rewind, rounds=len(samples))
"""


def measure(spec: ServerSpec) -> list[list[int]]:
    """Measure one server alone; return its round trips in ns, launch by launch."""
    cells = cells_of((spec,), ("wire",), (Workload(),))
    plan = Plan((spec,), cells, LAUNCHES, seed=secrets.randbits(32), pace=PROFILES["default"].pace)
    found = []
    for number in range(LAUNCHES):
        one = RoundRun(plan, number, choose_cores(), {}, lambda _event: None)
        one.run()
        found.append([ns for taken in one.slices[0] for ns in taken.latencies])
    return found


def pytest_benchmark_fails(folder: Path, base: list[list[int]], other: list[list[int]]) -> Iterator[str]:
    """Yield each limit at which pytest-benchmark calls `other` a regression of `base`."""
    (folder / "test_replay.py").write_text(REPLAY)
    common = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--benchmark-storage=stored"]
    common += ["--rootdir=.", "-c", "/dev/null", "test_replay.py"]

    def replay(launches: list[list[int]], *options: str) -> int:
        samples = [ns / 1e9 for launch in launches for ns in launch]
        (folder / "samples.json").write_text(json.dumps(samples))
        return subprocess.run([*common, *options], cwd=folder, capture_output=True, check=False).returncode

    if replay(base, "--benchmark-save=base"):
        raise SystemExit("pytest-benchmark did not take the base")
    for limit in ("mean:5%", "median:5%", "mean:2%", "median:2%"):
        if replay(other, "--benchmark-compare", f"--benchmark-compare-fail={limit}"):
            yield f"pytest-benchmark {limit}"


def pyperf_slower(folder: Path, base: list[list[int]], other: list[list[int]]) -> Iterator[str]:
    """Yield what `pyperf compare_to` says of `other`: significantly slower, and by how much at least."""
    names = [str(folder / f"{name}.json") for name in ("base", "other")]
    for name, launches in zip(names, (base, other), strict=True):
        runs = [
            pyperf.Run(_values(launch), metadata={"name": "round trip"}, collect_metadata=False)
            for launch in launches
        ]
        pyperf.Benchmark(runs).dump(name, replace=True)
    said = subprocess.run(
        [sys.executable, "-m", "pyperf", "compare_to", *names], capture_output=True, text=True, check=True
    ).stdout
    if "slower" in said:
        yield "pyperf: slower"
        slower_by = float(said.partition("x slower")[0].split()[-1])
        for least in (1.02, 1.05):
            if slower_by >= least:
                yield f"pyperf: slower, {least}x or more"


def _values(launch: Sequence[int]) -> list[float]:
    size = len(launch) // VALUES
    return [statistics.fmean(launch[at * size : (at + 1) * size]) / 1e9 for at in range(VALUES)]


def main() -> None:
    """Measure and print a line for each rule."""
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    (tornado,) = read_specs(["tornado"])
    counts = {"unchanged": collections.Counter[str](), "slowed": collections.Counter[str]()}
    with awake(choose_cores(), wanted="asleep" not in sys.argv):
        for number in range(repeats):
            base, same = measure(tornado), measure(tornado)
            p50 = statistics.median(ns for launch in base for ns in launch)
            slow = measure(msgspec.structs.replace(tornado, busy_ns=round(p50 * DELAY)))
            medians = [
                statistics.median(ns for launch in one for ns in launch) / 1000 for one in (base, same, slow)
            ]
            print(
                f"{number + 1} of {repeats}: p50 {', '.join(f'{one:.1f}' for one in medians)} µs", flush=True
            )
            for name, other in (("unchanged", same), ("slowed", slow)):
                with tempfile.TemporaryDirectory() as folder:
                    counts[name].update(pytest_benchmark_fails(Path(folder), base, other))
                    counts[name].update(pyperf_slower(Path(folder), base, other))
    print(f"\n| rule | unchanged code called slower | +5 % called slower | of {repeats} each")
    for rule in sorted(counts["unchanged"] | counts["slowed"]):
        print(f"| {rule} | {counts['unchanged'][rule]} | {counts['slowed'][rule]} |")


if __name__ == "__main__":
    main()
