"""The processes of a run on a worker: none outlives the run, its end, or its lease."""

import os
import sys
from collections.abc import Iterator

import psutil
import pytest
from wsbench.cluster.keeper import Keeper
from wsbench.machine.process import Child, ChildError

LONG, ENOUGH_S = 600.0, 30.0
ARGV = [sys.executable, "-c", "import sys; print('{}', flush=True); sys.stdin.read()"]


@pytest.fixture
def keeper() -> Iterator[Keeper]:
    """Keep processes for one test."""
    one = Keeper(LONG)
    yield one
    one.end()
    assert one.join(ENOUGH_S)


def test_a_process_lives_until_the_end_of_the_run(keeper: Keeper):
    """It is started by the keeper's thread, and asked by others."""
    keeper.start("child", lambda: Child("child", ARGV))
    child = keeper.child("child", ENOUGH_S)
    assert child.hear(ENOUGH_S) == {}
    keeper.end()
    assert keeper.join(ENOUGH_S)
    assert not psutil.pid_exists(child.pid)
    assert not keeper.renew()


def test_a_lease_that_nobody_renews_ends_all():
    """Whoever began the run is gone: nothing may be left of it."""
    keeper = Keeper(0.01)
    assert keeper.join(ENOUGH_S)
    assert keeper.is_over
    assert not keeper.renew()


def test_a_lease_that_is_renewed_goes_on(keeper: Keeper):
    """From the moment of renewing."""
    assert keeper.renew()
    assert not keeper.is_over


def test_another_of_the_same_name_takes_its_place(keeper: Keeper):
    """As the servers of rounds do."""
    keeper.start("child", lambda: Child("child", ARGV))
    first = keeper.child("child", ENOUGH_S).pid
    keeper.start("child", lambda: Child("child", ARGV))
    second = keeper.child("child", ENOUGH_S).pid
    assert first != second
    assert not psutil.pid_exists(first)
    assert os.getpgid(second) == second


def test_one_that_is_stopped_is_not_there_any_more(keeper: Keeper):
    """Nor is one that never was; what could not be started says why."""
    keeper.start("child", lambda: Child("child", ARGV))
    keeper.child("child", ENOUGH_S)
    keeper.stop("child")
    with pytest.raises(ChildError, match="there is no child here"):
        keeper.child("child", ENOUGH_S)
    keeper.start("child", lambda: Child("child", ["/does/not/exist"]))
    with pytest.raises(FileNotFoundError):
        keeper.child("child", ENOUGH_S)
