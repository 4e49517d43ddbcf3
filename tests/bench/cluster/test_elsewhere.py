"""Load from the workers of a cluster: their steps are one step, and whatever happens it ends in words."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from clusters import READY_S, Cluster, await_connected, begun, children_of, cluster
from wsbench.machine.launcher import Server
from wsbench.machine.orders import Settings
from wsbench.stats.histogram import decode
from wsbench.targets.spec_parser import read_spec

ROOT = Path(__file__).parents[3]
GUIDE = (ROOT / "docs" / "cluster.md").read_text()
COMMANDS = re.findall(r"^    wsbench load (.*)$", GUIDE, re.MULTILINE)
STARTED_WITH = {" --no-dashboard", " --name", " --nthreads"}
ON_WORKERS = Path(__file__).parent / "on_workers"
QUIET = ("--rounds", "1", "--ramp", "100ms", "--slo", "p50=400ms", "--format", "json", "--quiet")
"""With a limit so high a client may be late, as it is on a busy machine."""


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Run four workers, whose agents write down what they measured."""
    folder = tmp_path_factory.mktemp("cluster")
    with cluster(folder) as one:
        (folder / "samples").mkdir()
        path = os.pathsep.join(filter(None, (str(ON_WORKERS), os.environ.get("PYTHONPATH"))))
        one.add(["a", "b", "c", "d"], SAMPLES=str(folder / "samples"), PYTHONPATH=path)
        yield one


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Run the yardstick."""
    with Server(read_spec("stdlib")[0], Settings()) as server:
        yield f"ws://{server.host}:{server.port}{server.path}"


def await_agents(one: Cluster, count: int) -> None:
    """Wait until so many agents of a cluster run."""
    deadline = time.monotonic() + READY_S
    while sum(len(children_of(worker)) for worker in one.workers.values()) != count:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def last_step(out: Path) -> dict[str, object]:
    """Return the last step of the only run in a folder."""
    (file,) = out.glob("*.jsonl")
    steps = [line["step"] for line in map(json.loads, file.open()) if line["line"] == "load-step"]
    found: dict[str, object] = steps[-1]
    return found


def loaded(words: list[str], out: Path) -> tuple[int, dict[str, object]]:
    """Run the command to its end; return its exit code, and what it said."""
    process = begun([*words, *QUIET, "--out", str(out)])
    said, told = process.communicate(timeout=100)
    assert said, told
    return process.returncode, json.loads(said)


@pytest.mark.parametrize("count", [1, 2, 4])
def test_what_agents_saw_is_what_all_of_it_would_be(shared: Cluster, url: str, tmp_path: Path, count: int):
    """To the three digits of a histogram, against the response times themselves; and counts are sums."""
    samples = shared.folder / "samples"
    for old in samples.iterdir():
        old.unlink()
    words = [url, "--scheduler", shared.address, "--agents", str(count), "--rate", "1500", "--duration", "1s"]
    _, said = loaded(words, tmp_path)
    step = last_step(tmp_path)
    rows = step["agents"]
    assert [row["host"] for row in rows] == ["127.0.0.1"] * count
    assert len({row["name"] for row in rows} & set("abcd")) == count
    assert sum(row["scheduled"] for row in rows) == step["scheduled"] == 1500
    latest = {path.name.partition("-")[0]: np.load(path) for path in sorted(samples.iterdir())}
    pooled = np.concatenate([*latest.values()])
    assert (len(latest), len(pooled)) == (count, 1500)
    histogram = decode(step["response"])
    for percent in (50, 90, 99):
        exact = np.percentile(pooled, percent, method="inverted_cdf")
        assert histogram.get_value_at_percentile(percent) == pytest.approx(exact, rel=1e-3)
    assert all(row["clock_error_ns"] > 0 and row["cpu_share"] > 0 for row in rows)
    assert all(abs(row["clock_offset_ns"]) <= row["clock_error_ns"] for row in rows)  # they share our clock
    assert {row["name"] for row in said["agents"]} == {row["name"] for row in rows}
    await_agents(shared, 0)


def test_load_comes_from_the_workers_as_the_guide_has_it(shared: Cluster, url: str, tmp_path: Path):
    """Its command as it stands; Dask's own are as those that started the cluster here."""
    assert set(re.findall(r" --[a-z-]+", "".join(re.findall(r"bin/dask.*", GUIDE)))) <= STARTED_WITH
    places = {"wss://service/echo": url, "tcp://first:8786": shared.address}
    words = [places.get(word, word) for word in shlex.split(COMMANDS[0])]
    code, said = loaded([*words, "--duration", "2s"], tmp_path)
    assert said["status"] == "complete"
    assert code in {0, 1, 4}  # its limit is one of a machine that is not busy


def test_a_server_on_a_worker_is_reached_over_the_network_and_ends_with_its_round(
    shared: Cluster, tmp_path: Path
):
    """At that worker's address, with no agent beside it; of its process nothing is known here."""
    shared.add(["load2"], host="127.0.0.2")
    words = [shared.address if word == "tcp://first:8786" else word for word in shlex.split(COMMANDS[1])]
    _, said = loaded([*words, "--duration", "500ms"], tmp_path)
    assert said["status"] == "complete"
    assert said["server"]["version"]
    assert last_step(tmp_path)["server_cpu_ns"] is None
    assert not children_of(shared.workers["load2"])
    shared.kill("load2")


def test_a_worker_that_is_lost_is_named_and_its_step_marked(shared: Cluster, url: str, tmp_path: Path):
    """The others' part is kept; nothing is waited for that can't come."""
    words = ["--scheduler", shared.address, "--agents", "2", "--rate", "200", "--duration", "2s"]
    process = begun([url, *words, *QUIET, "--out", str(tmp_path)])
    await_connected(shared, 2)
    name = next(name for name, one in shared.workers.items() if children_of(one))
    shared.kill(name)
    said, _ = process.communicate(timeout=100)
    assert process.returncode == 4
    (step,) = json.loads(said)["unfinished"]
    assert f"worker {name}: it was lost" in step["reasons"][0]
    await_agents(shared, 0)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_nobody_goes_on_without_us(shared: Cluster, url: str, tmp_path: Path, number: signal.Signals):
    """Ctrl-C ends the agents and shows what there is; without a word they end with their lease."""
    words = ["--scheduler", shared.address, "--agents", "2", "--rate", "200", "--duration", "60s"]
    process = begun([url, *words, *QUIET, "--out", str(tmp_path)])
    await_connected(shared, 2)
    process.send_signal(number)
    await_agents(shared, 0)
    said, _ = process.communicate(timeout=100)
    assert process.returncode == (130 if number == signal.SIGINT else -number)
    assert bool(said) == (number == signal.SIGINT)


def test_dask_is_imported_for_a_cluster_alone():
    """It changes how every exception of a process is pickled."""
    code = "import sys; from wsbench.commands import load; from wsbench.cli import main; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert not {"distributed", "dask", "wsbench.cluster"} & {*loaded.split()}
