"""Memory of another process."""

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from keepers import kept, until
from wsbench.driver import memory
from wsbench.driver.memory import resident_of, settled_bytes, threads_of

GONE = 2**22 + 1  # more than any process has


def test_resident_bytes_are_what_psutil_says():
    """Of a process that stands still."""
    with subprocess.Popen(
        [sys.executable, "-c", "print(flush=True); input()"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as one:
        one.stdout.readline()
        assert resident_of(one.pid) == psutil.Process(one.pid).memory_info().rss > 1_000_000
        assert threads_of(one.pid) == 1
        assert settled_bytes(one.pid) == resident_of(one.pid)
        one.stdin.close()


def test_of_nobody_nothing_is_known():
    """A process that is gone has no memory and no threads."""
    assert (resident_of(GONE), threads_of(GONE), settled_bytes(GONE)) == (None, 0, None)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says who descends from whom")
def test_of_a_command_it_is_that_of_all_its_processes(tmp_path: Path):
    """Who keeps them is not among them."""
    with kept(tmp_path, "sh -c '{it} two & wait'") as server:
        keeper = psutil.Process(server.pid)
        assert until(lambda: len(keeper.children(recursive=True)) == 3)
        wanted = sum(one.memory_info().rss for one in keeper.children(recursive=True))
        assert resident_of(keeper.pid) == wanted
        assert threads_of(keeper.pid) == 3
        assert settled_bytes(keeper.pid) == wanted


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return how long was slept, in a time that passes only so."""
    slept: list[float] = []
    monkeypatch.setattr(memory.time, "sleep", slept.append)
    monkeypatch.setattr(memory.time, "monotonic", lambda: sum(slept))
    return slept


@pytest.mark.parametrize(
    ("bytes_seen", "threads_seen", "count"),
    [([9, 8, 7, 7, 7, 6], [1], 5), ([7, 7, 7, 6], [1], 3), ([7] * 9, [3, 2, 2, 1, 1, 1, 0], 6)],
)
def test_it_waits_until_nothing_changes(
    looks: list[float],
    monkeypatch: pytest.MonkeyPatch,
    bytes_seen: list[int],
    threads_seen: list[int],
    count: int,
):
    """Three looks in a row that found the same, of memory and of threads."""
    sizes, threads = iter(bytes_seen), iter([*threads_seen, *[threads_seen[-1]] * 9])
    monkeypatch.setattr(memory, "resident_of", lambda _: next(sizes))
    monkeypatch.setattr(memory, "threads_of", lambda _: next(threads))
    assert settled_bytes(1) == 7
    assert len(looks) == count - 1


def test_it_does_not_wait_for_ever(looks: list[float], monkeypatch: pytest.MonkeyPatch):
    """A server that never comes to rest is read after two seconds."""
    monkeypatch.setattr(memory, "resident_of", lambda _: len(looks))
    assert settled_bytes(os.getpid()) == len(looks)
    assert 2 <= sum(looks) < 2.2
