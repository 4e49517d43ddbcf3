"""The gate: what a run needs stops it, what it does not need is told."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from wsbench.conformance import gate as module
from wsbench.conformance.check import Broken, Trait
from wsbench.conformance.gate import Gate, Tried, traits_of, try_server
from wsbench.demand.workload import Workload
from wsbench.machine.certificates import certificates_for
from wsbench.machine.launcher import Server
from wsbench.machine.orders import Settings
from wsbench.targets.spec import ServerSpec
from wsbench.targets.spec_parser import read_spec

BROKEN = Path(__file__).parents[2] / "servers" / "broken"
TEXT, BINARY = Workload(), Workload(text=False)

pytestmark = pytest.mark.usefixtures("nobody_left")


@pytest.mark.parametrize(
    ("workloads", "traits"),
    [
        ([], {"order"}),
        ([TEXT], {"order", "text"}),
        ([TEXT, BINARY], {"order", "text", "binary"}),
        ([Workload(size=0)], {"order", "text", "empty"}),
        ([Workload(size=65_535)], {"order", "text"}),
        ([Workload(size=65_536)], {"order", "text", "large"}),
        ([Workload(fragments=2)], {"order", "text", "fragments"}),
    ],
)
def test_a_workload_uses_what_it_sends(workloads: list[Workload], traits: set[Trait]) -> None:
    """And deflate where that is asked for."""
    assert traits_of(workloads) == traits
    assert traits_of(workloads, deflate=True) == traits | {"deflate"}


def spec_of(name: str) -> ServerSpec:
    """Return a server of a word, or a broken one."""
    path = BROKEN / f"{name.partition('@')[0]}.py"
    return read_spec(
        f"{BROKEN}/{name.replace('@', '.py@', 1) if '@' in name else name + '.py'}" if path.exists() else name
    )[0]


def tried(name: str, workloads: Sequence[Workload] = (TEXT,)) -> Tried:
    """Return what came of trying a server for some workloads, none of which is exchanged."""
    spec = spec_of(name)
    return try_server(spec, Gate({spec.label: workloads}, lambda _server, _workload: None))


@pytest.mark.parametrize("text", ["tornado@tls", "tornado@deflate", "websockets@tls@deflate", "aiohttp@tls"])
def test_it_opens_for_right_servers(text: str) -> None:
    """Over TLS and with deflate too, with certificates of the caller's or with its own."""
    spec = spec_of(text)
    with certificates_for([spec]) as made:
        for given in (made, None):
            found = try_server(spec, Gate({}, lambda _server, _workload: None), given)
            assert (found.problem, found.odd) == ("", {})
            assert found.proof.version


def test_it_names_the_first_problem() -> None:
    """The line, what came instead, and that the server died of it where it did."""
    assert tried("unordered").problem == (
        "breaks the contract (segment): byte 1 of 100 came back as 0x39, sent was 0x30"
    )
    died = tried("dies")
    assert died.problem.startswith("dies exited with code 3: breaks the contract (echo-repeated): ")
    assert died.stderr[-1] == "this is the end"


@pytest.mark.parametrize("text", ["close_1005", "any_version", "deflate_anything@deflate"])
def test_it_does_not_mind_details(text: str) -> None:
    """What no measurement depends on is for `verify` to tell."""
    found = tried(text)
    assert (found.problem, found.odd) == ("", {})


@pytest.mark.parametrize(
    ("name", "workload", "refused", "odd"),
    [
        ("prefix", TEXT, "", {"reference"}),
        ("no_pong", TEXT, "", {"ping", "ping-between"}),
        ("text_for_binary", TEXT, "", {"echo-binary", "echo-empty", "echo-large", "fragments", "largest"}),
        ("text_for_binary", BINARY, "breaks the contract (echo-binary): text came back for binary", set()),
        ("truncated", TEXT, "", {"echo-large", "largest"}),
        ("truncated", Workload(size=100_000), "breaks the contract (echo-large): 65,535 bytes came", set()),
    ],
)
def test_only_what_is_used_stops_a_run(
    monkeypatch: pytest.MonkeyPatch, name: str, workload: Workload, refused: str, odd: set[str]
) -> None:
    """The rest is told, each with what came instead."""
    monkeypatch.setattr(module, "ODD_S", 0.2)
    found = tried(name, [workload])
    assert found.problem[: len(refused)] == refused
    assert bool(found.problem) == bool(refused)
    assert set(found.odd) == odd
    assert all(found.odd.values())


def test_who_does_not_survive_what_is_not_used_is_measured_all_the_same() -> None:
    """What it died of is told, and what its code was before that."""
    found = tried("frail")
    assert found.problem == ""
    assert "fragments" in found.odd
    assert found.odd["ending"] == "frail exited with code 3"
    assert found.proof.code


def test_what_is_declared_is_not_tried() -> None:
    """Here it would end the server."""
    assert tried("declares").odd == {}


def test_the_workloads_come_first() -> None:
    """What does not come back is the problem, as it was told."""

    def refuse(server: Server, workload: Workload) -> None:
        raise Broken(f"{server.spec.label} does not know {workload.size}")

    spec = spec_of("stdlib")
    found = try_server(spec, Gate({"stdlib": [Workload(size=7)]}, refuse))
    assert found.problem == "stdlib does not know 7"


def test_a_server_of_the_users_gets_nothing_else() -> None:
    """It may be in use: one message of the workload's, and no close it did not ask for."""
    asked: list[Workload] = []
    with Server(spec_of("frail"), Settings()) as server:
        (spec,) = read_spec(f"theirs=ws://127.0.0.1:{server.port}/echo")
        found = try_server(spec, Gate({"theirs": [TEXT]}, lambda _server, one: asked.append(one)))
        assert server.child
        assert server.child.settles()
    assert found == Tried(proof=found.proof)
    assert asked == [TEXT]
