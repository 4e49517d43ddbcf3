"""A whole network: a run and a load run through it are slower by what it takes, and nothing is left."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest
from msgspec.structs import replace
from networks import needs_namespaces
from wsbench.errors import UsageError
from wsbench.machine.orders import start_child
from wsbench.machine.process import Child
from wsbench.network import link
from wsbench.network.link import conditions_of, network_for
from wsbench.network.namespaces import HERE
from wsbench.plan.network import NetworkWords, read_network
from wsbench.plan.run import Pace
from wsbench.planning.load import LoadWords, make_load_plan
from wsbench.planning.run import make_plan
from wsbench.planning.workloads import Words
from wsbench.targets.contract import HOST, LINK_HOSTS
from wsbench.workflow.load.measure import measure_load
from wsbench.workflow.measure import measure

MS = 1_000_000
WORDS = read_network("delay=5ms")


def namespaces() -> set[str]:
    """Return the network namespaces that our threads and all our children are in."""
    ours = [*Path("/proc/self/task").iterdir(), *(Path(f"/proc/{pid}") for pid in children())]
    return {str((one / "ns" / "net").readlink()) for one in ours}


def children() -> list[int]:
    """Return the processes that we have started and that are there."""
    return [one.pid for one in psutil.Process().children(recursive=True)]


def test_without_a_network_nothing_is_started():
    """Client and server are where wsbench is, and talk over its loopback."""
    with network_for(None, 1) as network:
        assert (network.host, network.nodes, network.end) == (HOST, {"client": "", "server": ""}, "")
        assert network.check is None


def test_conditions_have_the_fields_of_the_relay():
    """All of them, whatever was left out."""
    words = NetworkWords("", 5, 4, 0.1, 7, "bbr")
    assert conditions_of(words) == {"delay_ns": 5, "jitter_ns": 4, "loss": 0.1, "rate": 7}


@pytest.mark.parametrize("refused", ["congestion=nonesuch"])
def test_what_can_not_be_had_is_a_usage_error(refused: str):
    """One line, before anything is measured."""
    with pytest.raises(UsageError, match=r"^--network: "), network_for(read_network(refused), 1):
        raise AssertionError


def test_elsewhere_than_on_linux(monkeypatch: pytest.MonkeyPatch):
    """There are no such namespaces."""
    monkeypatch.setattr(link.sys, "platform", "darwin")
    with pytest.raises(UsageError, match="namespaces are Linux's"), network_for(WORDS, 1):
        raise AssertionError


def test_who_could_not_come_back_does_not_leave(monkeypatch: pytest.MonkeyPatch):
    """In a user namespace alone nobody may enter the network namespace that it began in."""

    def refused(namespace: str) -> None:
        raise PermissionError(1, f"can't enter {namespace}: Operation not permitted")

    monkeypatch.setattr(link, "enter", refused)
    line = r"^--network: no network namespace may be entered \(Operation not permitted\): run it as root, or"
    with pytest.raises(UsageError, match=line), network_for(WORDS, 1):
        raise AssertionError


@needs_namespaces
@pytest.mark.usefixtures("nobody_left")
def test_a_run_through_a_network(tmp_path: Path):
    """No round trip is shorter than the way there and back: that bound holds on any machine."""
    words = Words(servers=("tornado",), clients=("wire",), sizes=(64,), connections=(1,), network=WORDS)
    plan = replace(make_plan(replace(words, depths=(1,)), 1), rounds=1, pace=Pace(3, MS, 9, 3, MS))
    run = measure(plan, label="run", out=tmp_path, quiet=True)
    assert run.closing
    assert run.closing.status == "complete"
    records = [one for round_ in run.rounds for one in round_.cells]
    assert len(records) == len(plan.cells) == 3
    assert all(one.quantiles_ns["p50"] >= 10 * MS for one in records)
    found = run.header.environment.link
    assert found
    assert found.p50_ns >= 10 * MS > found.plain_ns
    assert run.header.plan.network == WORDS
    assert run.header.plan.client_wait == "sleep"
    assert namespaces() == {str(Path(HERE).readlink())}


@needs_namespaces
def test_a_load_run_through_a_network(tmp_path: Path):
    """The agents are behind the network, too, with TLS as well: the certificate has the address."""
    words = LoadWords("tornado@tls", rates=(100.0,), connections=2, duration_s=0.5, rounds=1, network=WORDS)
    run = measure_load(make_load_plan(words, 1), label="load", out=tmp_path, quiet=True)
    step = run.rounds[0].steps[-1]  # one that a busy machine spoilt is held again
    assert step.scheduled == 50
    assert step.service_ns["p50"] >= 10 * MS
    assert run.rounds[0].handshake.tls
    assert namespaces() == {str(Path(HERE).readlink())}


@needs_namespaces
@pytest.mark.usefixtures("nobody_left")
def test_a_network_that_ends_is_told(monkeypatch: pytest.MonkeyPatch):
    """What carries the packets is killed: whoever measures asks for it after each round."""
    started: list[Child] = []

    def start(*words: object) -> Child:
        started.append(start_child(*words))
        return started[-1]

    monkeypatch.setattr(link, "start_child", start)
    with network_for(WORDS, 1) as network:
        assert (network.host, network.end) == (LINK_HOSTS[1], "")
        started[-1].process.kill()
        started[-1].process.wait()
        assert network.end.startswith("the network between client and server is gone: its process was killed")
