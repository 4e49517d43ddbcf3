"""Four hosts: a scheduler, two that send load, one of them far away, and one with the server.

They are namespaces of the network, so each has addresses and ports of its own, and a way to the others.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from clusters import READY_S, Cluster, await_connected, begun, children_of

networks = pytest.importorskip("networks", reason="what makes networks is not here")
pytestmark = networks.needs_namespaces

MS = 1_000_000
ADDRESSES = {name: f"198.18.0.{number}" for number, name in enumerate(("home", "near", "far", "server"), 1)}
NODES = {name: {"address": address} for name, address in ADDRESSES.items()}
FAR = {"delay_ns": 10 * MS}
"""One way, so that a round trip takes twice as much longer."""

WORDS = (
    "stdlib",
    "--server-on",
    "server",
    "--agents",
    "2",
    "--rate",
    "200",
    "--rounds",
    "1",
    "--ramp",
    "100ms",
)
JSON = ("--slo", "p50=400ms", "--format", "json", "--quiet")


@pytest.fixture(scope="module")
def hosts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Run a scheduler at home, and a worker on each of the other hosts; all is gone afterwards."""
    nodes = {**NODES, "far": {**NODES["far"], **FAR}}
    with networks.started(nodes, relay=True) as (_, paths):
        inside = {ADDRESSES[name]: ("nsenter", f"--net={path}") for name, path in paths.items()}
        one = Cluster(tmp_path_factory.mktemp("hosts"), ADDRESSES["home"], inside)
        try:
            for name in ("near", "far", "server"):
                one.add([name], ADDRESSES[name])
            yield one
        finally:
            one.stop()


def test_a_link_that_is_longer_is_seen_in_the_row_of_its_agent(hosts: Cluster, tmp_path: Path):
    """What both saw is one step: counts are sums, and their windows overlap though one is told later."""
    words = [*WORDS, "--scheduler", hosts.address, "--duration", "1s", *JSON, "--out", str(tmp_path)]
    process = begun(words, hosts.inside[ADDRESSES["home"]])
    said, told = process.communicate(timeout=100)
    assert process.returncode == 0, told
    (file,) = tmp_path.glob("*.jsonl")
    (step,) = [line["step"] for line in map(json.loads, file.open()) if line["line"] == "load-step"]
    rows = {row["name"]: row for row in step["agents"]}
    assert {name: row["host"] for name, row in rows.items()} == {
        one: ADDRESSES[one] for one in ("near", "far")
    }
    assert sum(row["scheduled"] for row in rows.values()) == step["scheduled"] == 200
    assert rows["far"]["p50_ns"] >= 2 * FAR["delay_ns"]
    assert rows["far"]["p50_ns"] - rows["near"]["p50_ns"] >= FAR["delay_ns"]
    assert rows["far"]["clock_error_ns"] >= FAR["delay_ns"]
    assert step["overlap"] >= 0.9
    assert json.loads(said)["server"]["version"] == "1"


def test_a_host_that_is_turned_off_ends_the_run_in_words(hosts: Cluster, tmp_path: Path):
    """What the other one saw is kept; no server is left on its host."""
    words = [*WORDS, "--scheduler", hosts.address, "--duration", "2s", *JSON, "--out", str(tmp_path)]
    process = begun(words, hosts.inside[ADDRESSES["home"]])
    await_connected(hosts, 1, "far")
    hosts.kill("far")
    said, _ = process.communicate(timeout=100)
    assert process.returncode == 4
    assert "worker far: it was lost" in said
    deadline = time.monotonic() + READY_S
    while children_of(hosts.workers["server"]):
        assert time.monotonic() < deadline
        time.sleep(0.05)
