"""Cores, and keeping them awake."""

import os
import sys

import psutil
import pytest
from wsbench.errors import UsageError
from wsbench.machine import cpus
from wsbench.machine.cpus import Cores, agent_cores, awake, choose_cores, cores_for
from wsbench.machine.launcher import Server
from wsbench.machine.orders import Settings
from wsbench.targets.spec import ServerSpec

pytestmark = pytest.mark.usefixtures("nobody_left")
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="SCHED_IDLE is Linux's")


def _spinners() -> list[psutil.Process]:
    return [one for one in psutil.Process().children() if '"awake"' in " ".join(one.cmdline())]


@pytest.mark.parametrize(
    ("allowed", "chosen"), [({0}, Cores()), ({0, 1}, Cores(1, 0)), ({2, 5, 7}, Cores(7, 5))]
)
def test_the_last_two_cores_are_taken(monkeypatch: pytest.MonkeyPatch, allowed: set[int], chosen: Cores):
    """Server and clients get a core of their own where there are two, and no core where there is one."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: allowed, raising=False)
    assert choose_cores(str) == chosen


def test_no_choice_without_affinity(monkeypatch: pytest.MonkeyPatch):
    """Where the platform can't pin, nobody is pinned."""
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    assert choose_cores() == Cores()


@LINUX
def test_a_spinner_per_core_at_idle_priority():
    """Inside the block one process per core spins, pinned, and only where nobody else wants to run."""
    core = max(os.sched_getaffinity(0))
    with awake(Cores(core, core), wanted=True) as vigil:
        assert vigil.kept
        assert vigil.lapses() == ()
        found = _spinners()
        assert len(found) == 2
        for one in found:
            while os.sched_getscheduler(one.pid) != os.SCHED_IDLE:
                assert one.is_running()
            assert os.sched_getaffinity(one.pid) == {core}
    assert not any(one.is_running() for one in found)


@LINUX
def test_spinners_end_with_an_error_too():
    """Whatever ends the block ends them."""
    core = max(os.sched_getaffinity(0))
    found: list[psutil.Process] = []

    def block() -> None:
        with awake(Cores(core, None), wanted=True):
            found.extend(_spinners())
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        block()
    assert len(found) == 1
    assert _spinners() == []


@pytest.mark.parametrize(
    ("cores", "wanted", "able"),
    [(Cores(0, 0), False, True), (Cores(), True, True), (Cores(0, 0), True, False)],
)
def test_nothing_spins_unasked(monkeypatch: pytest.MonkeyPatch, cores: Cores, wanted: bool, able: bool):
    """Not wanted, no core chosen, or not possible: nobody spins, and the block is told."""
    monkeypatch.setattr(cpus, "can_keep_awake", lambda: able)
    with awake(cores, wanted=wanted) as vigil:
        assert not vigil.kept
        assert vigil.lapses() == ()
        assert _spinners() == []


@pytest.mark.parametrize(
    ("groups", "chosen"),
    [("0-1 0-1 2-3 2-3", Cores(3, 1)), ("0,2 1,3 0,2 1,3", Cores(3, 2)), ("0-3 0-3 0-3 0-3", Cores())],
)
def test_two_hyperthreads_are_one_core(monkeypatch: pytest.MonkeyPatch, groups: str, chosen: Cores):
    """Server and clients never share a physical core; where there is only one they have none of their own."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 2, 3}, raising=False)
    assert choose_cores(lambda core: groups.split()[core]) == chosen


@pytest.mark.parametrize(
    ("groups", "found"),
    [
        ("0 1", (0, 0, 0)),
        ("0 1 2", (1, 0, 1)),
        ("0 1 2 3 4", (3, 2, 1)),
        ("0-1 0-1 2-3 2-3", (1, 1, 1)),
        ("0-1 0-1", (None, None, None)),
    ],
)
def test_agents_take_the_cores_that_are_left(
    monkeypatch: pytest.MonkeyPatch, groups: str, found: tuple[int | None, ...]
):
    """Never the server's, one thread of each; the clients' core first, and in turn where there are fewer."""
    allowed = set(range(len(groups.split())))
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: allowed, raising=False)
    assert agent_cores(3, lambda core: groups.split()[core]) == found
    assert found[0] == choose_cores(lambda core: groups.split()[core]).client


@pytest.mark.parametrize(
    ("asked", "found"),
    [("", ""), ("1", "7"), ("2", "4,7"), ("3", "2,4,7"), ("4,2", "2,4"), ("7,7", "7")],
)
def test_a_server_may_have_several(monkeypatch: pytest.MonkeyPatch, asked: str, found: str):
    """Its own first, then others, never the client's; or those that are named."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {2, 4, 5, 7}, raising=False)
    spec = ServerSpec("x", "tornado", cores=asked)
    assert cores_for(spec, Cores(7, 5), str) == found


@pytest.mark.parametrize(
    ("asked", "cores", "why"),
    [
        ("4", Cores(7, 5), r'^x: cores = "4": there are 3 here beside the client\'s$'),
        ("0", Cores(7, 5), r'^x: cores = "0": there are 3 here'),
        ("5,7", Cores(7, 5), r'^x: cores = "5,7": 5 is the client\'s$'),
        ("1,7", Cores(7, 5), r'^x: cores = "1,7": there is no core 1 here$'),
        ("2", Cores(), r'^x: cores = "2": processes have no cores of their own here$'),
    ],
)
def test_cores_that_there_are_not(monkeypatch: pytest.MonkeyPatch, asked: str, cores: Cores, why: str):
    """Are told before anything starts."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {2, 4, 5, 7}, raising=False)
    with pytest.raises(UsageError, match=why):
        cores_for(ServerSpec("x", "tornado", cores=asked), cores, str)


@LINUX
def test_a_server_runs_on_the_cores_that_it_has():
    """Where it is pinned at all."""
    allowed = sorted(os.sched_getaffinity(0))
    spec = ServerSpec("x", "stdlib", pinned=",".join(map(str, allowed)))
    with Server(spec, Settings(core=allowed[0])) as server:
        assert sorted(os.sched_getaffinity(server.pid)) == allowed
    with Server(spec, Settings()) as server:
        assert sorted(os.sched_getaffinity(server.pid)) == allowed
