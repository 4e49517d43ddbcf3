"""The suite for pytest users, started as they start it: in a pytest of its own, outside the checkout."""

from __future__ import annotations

import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import psutil
import pytest
from shorter_suite import PACE, ROUNDS
from wsbench import suite
from wsbench.demand.workload import Workload
from wsbench.machine.cpus import choose_cores
from wsbench.plan.run import Cell
from wsbench.records.common import Failure

SHORTER = ["-p", "shorter_suite"]  # test_wheel.py runs it at its full length
PYTEST = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *SHORTER, "--pyargs", "wsbench.suite"]
ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.startswith("PYTEST")},
    "PYTHONPATH": str(Path(__file__).parent),
}
ROUND_TRIP, THROUGHPUT = "test_round_trip[wire-tornado]", "test_throughput[wire-tornado]"
CELL = Cell("tornado", "wire", Workload())


def start(cwd: Path, argv: list[str]) -> subprocess.Popen[str]:
    """Start a command in a folder, with both outputs in one pipe."""
    return subprocess.Popen(
        argv, cwd=cwd, env=ENVIRONMENT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )


def run(cwd: Path, *argv: str) -> tuple[int, str]:
    """Run a command in a folder; return its exit code and what it printed."""
    with start(cwd, list(argv)) as process:
        output = process.communicate(timeout=110)[0]
    return process.returncode, output


class Saved(NamedTuple):
    """A run over Tornado and wire: its full JSON by case, and the folder where it was saved."""

    output: str
    cases: dict[str, dict[str, Any]]
    storage: Path

    @property
    def file(self) -> Path:
        """The saved statistics."""
        return next(self.storage.rglob("*.json"))


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Saved:
    """Measure Tornado with wire once, with --benchmark-json and --benchmark-autosave."""
    cwd = tmp_path_factory.mktemp("first")
    code, output = run(
        cwd, *PYTEST, "-k", "tornado and wire", "--benchmark-json=full.json", "--benchmark-autosave"
    )
    assert code == 0, output
    full = json.loads((cwd / "full.json").read_text())
    return Saved(output, {case["name"]: case for case in full["benchmarks"]}, cwd / ".benchmarks")


def test_only_the_selected_cells_are_measured(saved: Saved) -> None:
    """-k selects the cases, and their names do not depend on the working directory."""
    assert {case["fullname"] for case in saved.cases.values()} == {
        f"wsbench.suite::{ROUND_TRIP}",
        f"wsbench.suite::{THROUGHPUT}",
    }
    assert saved.cases[ROUND_TRIP]["group"] == "round trip, 64 B text, wire"
    assert saved.cases[THROUGHPUT]["group"] == "throughput, 16 connections, wire"


@pytest.mark.parametrize(("name", "connections"), [(ROUND_TRIP, 1), (THROUGHPUT, 16)])
def test_extra_info_says_what_was_measured(saved: Saved, name: str, connections: int) -> None:
    """Workload, versions and what was negotiated stand beside the times."""
    info = saved.cases[name]["extra_info"]
    wanted = {"connections": connections, "depth": 1, "size": 64, "kind": "text", "extensions": ""}
    assert {key: info[key] for key in wanted} == wanted
    assert info["nodelay"] in (True, None)
    assert info["server_version"] == version("tornado")
    assert info["client_version"]
    assert "asyncio" in info["loop"]
    assert sys.version.split()[0] in info["python"]


@pytest.mark.parametrize("name", [ROUND_TRIP, THROUGHPUT])
def test_extra_info_has_percentiles_and_cpu(saved: Saved, name: str) -> None:
    """Percentiles rise, and no message costs more CPU than there was time."""
    info = saved.cases[name]["extra_info"]
    assert 0 < info["p50_ns"] <= info["p90_ns"] <= info["max_ns"]
    assert info["client_cpu_ns_per_message"] > 0
    assert 0 < info["client_cpu_share"] <= 1.1
    if sys.platform == "linux":
        assert info["server_cpu_ns_per_message"] > 0
        assert 0 < info["server_cpu_share"] <= 1.1


def test_round_trip_samples_are_the_round_trips(saved: Saved) -> None:
    """The samples carry whole nanoseconds, and their statistics are those of extra_info."""
    case = saved.cases[ROUND_TRIP]
    data, info = case["stats"]["data"], case["extra_info"]
    assert len(data) > 2 * ROUNDS * PACE.latency_turns
    assert all(abs(sample * 1e9 - round(sample * 1e9)) < 1e-3 for sample in data)
    assert case["stats"]["median"] * 1e9 == pytest.approx(info["p50_ns"], rel=1e-9)
    assert statistics.fmean(data) * 1e9 == pytest.approx(info["mean_ns"], rel=1e-9)
    assert case["stats"]["max"] * 1e9 == pytest.approx(info["max_ns"], rel=1e-9)
    assert info["p99_ns"] >= info["p90_ns"]


def test_throughput_reads_as_messages_per_second(saved: Saved) -> None:
    """OPS is 1 / mean, one sample a slice, and CPU time and mean are those of the same messages."""
    case = saved.cases[THROUGHPUT]
    stats, info = case["stats"], case["extra_info"]
    assert stats["rounds"] == ROUNDS * PACE.throughput_turns
    assert stats["ops"] == pytest.approx(1 / stats["mean"])
    assert info["max_ns"] >= info["mean_ns"] > 0
    assert 0 < info["server_cpu_ns_per_message"] < 16 * info["mean_ns"]


def test_saved_runs_hold_statistics_only(saved: Saved) -> None:
    """Thousands of samples do not swell what --benchmark-autosave writes."""
    assert saved.file.stat().st_size < 30_000
    assert all("data" not in case["stats"] for case in json.loads(saved.file.read_text())["benchmarks"])


def test_comparison_tells_slower_from_not_slower(saved: Saved, tmp_path: Path) -> None:
    """Against a thousandth of the true medians 10 % fails, against a thousandfold not: whatever else runs."""
    content = json.loads(saved.file.read_text())
    for case in content["benchmarks"]:
        case["stats"]["median"] *= 1 / 1000 if case["name"] == ROUND_TRIP else 1000
    storage = shutil.copytree(saved.storage, tmp_path / "changed")
    (storage / saved.file.relative_to(saved.storage)).write_text(json.dumps(content))
    limit = ["--benchmark-compare", "--benchmark-compare-fail=median:10%"]
    code, output = run(tmp_path, *PYTEST, "-k", "wire-tornado", f"--benchmark-storage={storage}", *limit)
    assert code != 0, output
    assert "(NOW)" in output  # the saved cases were found under the same names
    regressed = output.partition("Performance has regressed")[2]
    assert ROUND_TRIP in regressed
    assert THROUGHPUT not in regressed


def test_pytest_benchmark_compare_reads_saved_runs(saved: Saved, tmp_path: Path) -> None:
    """The command line of pytest-benchmark prints a table of what was saved."""
    code, output = run(tmp_path, sys.executable, "-m", "pytest_benchmark", "compare", str(saved.file))
    assert code == 0, output
    assert "round trip, 64 B text, wire" in output
    assert "Median" in output


def test_disabled_benchmarks_still_exchange(tmp_path: Path) -> None:
    """With --benchmark-disable the cases pass without times."""
    code, output = run(tmp_path, *PYTEST, "-k", "wire-stdlib or wire-tcp", "--benchmark-disable")
    assert code == 0, output
    assert "4 passed" in output
    assert "Median" not in output


def test_any_server_is_found_by_its_name(tmp_path: Path) -> None:
    """Those that have no cases by default, too."""
    code, output = run(tmp_path, *PYTEST, "-k", "picows and wire and round", "--collect-only", "-q")
    assert code == 0, output
    assert "test_round_trip[wire-picows]" in output
    code, output = run(tmp_path, *PYTEST, "-k", "wire", "--collect-only", "-q")
    assert "picows" not in output


def test_without_pytest_benchmark_one_line_says_what_is_missing(tmp_path: Path) -> None:
    """And no fixture is looked for."""
    code, output = run(tmp_path, *PYTEST, "-p", "no:benchmark")
    assert code != 0
    assert [line for line in output.splitlines() if "wsbench.suite needs pytest-benchmark" in line]
    assert "fixture" not in output


def test_interrupt_leaves_no_process(tmp_path: Path) -> None:
    """After Ctrl-C no server, driver or spinner is alive."""
    wanted = 2 if choose_cores().server is None else 4  # a server and a driver, and a spinner on each core
    with start(tmp_path, [*PYTEST, "-k", "wire-stdlib"]) as process:
        children: list[psutil.Process] = []
        deadline = time.monotonic() + 20
        while len(children) < wanted and time.monotonic() < deadline:
            time.sleep(0.05)
            children = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGINT)
        output = process.communicate(timeout=20)[0]
    assert process.returncode == pytest.ExitCode.INTERRUPTED, output
    assert len(children) >= wanted
    _, alive = psutil.wait_procs(children, timeout=10)
    assert [one for one in alive if one.is_running() and one.status() != psutil.STATUS_ZOMBIE] == []


def test_missing_library_is_a_skip(monkeypatch: pytest.MonkeyPatch) -> None:
    """A case whose library is not installed says how to install it."""
    monkeypatch.setattr("wsbench.environments.availability.version_of", lambda _: "")
    with pytest.raises(pytest.skip.Exception, match="pip install tornado"):
        suite.outcome_of({}, CELL)


def test_failed_cell_is_a_failure() -> None:
    """A cell that could not be measured fails its case with the reason and what the server printed."""
    failure = Failure(0, "tornado was killed by SIGKILL", ("MemoryError",))
    with pytest.raises(pytest.fail.Exception, match="SIGKILL\nMemoryError"):
        suite.outcome_of({CELL: failure}, CELL)
