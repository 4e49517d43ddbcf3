"""Namespaces with a network between them: what it does to packets, and that nothing is left of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from networks import connected, listening, needs_namespaces, started
from wsbench.machine.orders import start_child
from wsbench.machine.process import ChildError
from wsbench.standalone import link

pytestmark = [needs_namespaces, pytest.mark.usefixtures("nobody_left")]

MS = 1_000_000
ADDRESSES = {name: {"address": f"198.18.0.{number}"} for number, name in enumerate("abc", 1)}


def round_trip_ns(namespaces: dict[str, str], client: str, server: str) -> int:
    """Return how long a byte takes from one node to another and back."""
    with listening(namespaces[server], ADDRESSES[server]["address"]) as listener:
        here, there = connected(namespaces[client], listener)
        with here, there:
            begun = time.perf_counter_ns()
            here.sendall(b"x")
            there.sendall(there.recv(1))
            here.recv(1)
            return time.perf_counter_ns() - begun


def test_only_the_slow_link_is_slow():
    """A message waits for the delay of each link that it passes: never less, whatever the machine does."""
    nodes = {**ADDRESSES, "c": {**ADDRESSES["c"], "delay_ns": 30 * MS}}
    with started(nodes) as (network, namespaces):
        assert round_trip_ns(namespaces, "a", "c") >= 60 * MS
        quick = min(round_trip_ns(namespaces, "a", "b") for _ in range(10))
        assert quick < 60 * MS  # ten times so slow is no busy machine, but a delay that is nobody's
        told = network.ask('link {"b": {"delay_ns": 40000000}}', 5.0)
        assert (told["lost"], told["dropped"]) == (0, 0)
        assert told["carried"] >= 11 * 4
        assert round_trip_ns(namespaces, "b", "a") >= 80 * MS


def test_each_namespace_has_its_own_loopback():
    """`lo` is up in each, and what listens there is in no other."""
    with started(ADDRESSES) as (_, namespaces), listening(namespaces["a"], "127.0.0.1") as listener:
        for one in connected(namespaces["a"], listener):
            one.close()
        with pytest.raises(ConnectionRefusedError):
            connected(namespaces["b"], listener)


def test_a_message_outlives_the_loss_of_packets():
    """TCP sends again what was lost: the echo comes whole, and the link has counted what it dropped."""
    nodes = {**ADDRESSES, "c": {**ADDRESSES["c"], "loss": 0.2}}
    with started(nodes, seed=1) as (network, namespaces):
        with listening(namespaces["c"], ADDRESSES["c"]["address"]) as listener:
            here, there = connected(namespaces["a"], listener)
            with here, there:
                here.sendall(bytes(100_000))
                here.shutdown(1)
                assert sum(map(len, iter(lambda: there.recv(65_536), b""))) == 100_000
        assert network.ask("counts", 5.0)["lost"] > 0


def test_namespaces_go_with_their_processes(gone: Callable[[int], bool]):
    """They have no name that would have to be removed: killed, the link leaves nothing."""
    with started(ADDRESSES) as (network, namespaces):
        assert all(Path(path).stat().st_ino for path in namespaces.values())
        network.process.kill()
        network.process.wait()
        assert gone(network.pid)
        assert not any(Path(path).exists() for path in namespaces.values())


def test_a_congestion_control_that_is_not_there():
    """It is said in one line before anything is measured."""
    network = start_child("the network", {"role": "link", "nodes": ADDRESSES, "congestion": "nonesuch"})
    with pytest.raises(ChildError, match=r"^the network: this kernel has no congestion control nonesuch$"):
        network.hear(20.0)
    network.stop()


@pytest.mark.parametrize(
    ("missing", "advice"),
    [("unshare", "run it as root, or where it is: unshare"), ("open", "module tun")],
)
def test_what_may_not_be_done_is_said(monkeypatch: pytest.MonkeyPatch, missing: str, advice: str):
    """One line says what is not permitted, and what to do."""

    def refused(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    if missing == "unshare":
        monkeypatch.setattr(link, "call", refused)
        make = partial(link.new_namespace, RuntimeError)
    else:
        monkeypatch.setattr(link.os, "open", refused)
        make = partial(link.new_device, "198.18.0.1", 1500, RuntimeError)
    with pytest.raises(RuntimeError, match=rf"^no .* may be .* \(Operation not permitted\): .*{advice}"):
        make()
