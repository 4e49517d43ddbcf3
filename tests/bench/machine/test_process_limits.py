"""Limits of processes and threads, read from made-up machines, and what is said where they are too low."""

import os
import resource
from pathlib import Path

import pytest
from wsbench.errors import ResourceError
from wsbench.machine.process_limits import Limit, limits, require_processes


@pytest.fixture
def proc(tmp_path: Path) -> Path:
    """Three processes, two of them of user 1000 with 5 threads in all, and one that has just ended."""
    for pid, user, threads in (("1", 0, 1), ("7", 1000, 2), ("9", 1000, 3)):
        (tmp_path / pid).mkdir()
        (tmp_path / pid / "status").write_text(
            f"Name:\tx\nUid:\t{user}\t{user}\t{user}\t{user}\nThreads:\t{threads}\n"
        )
    (tmp_path / "11" / "status").mkdir(parents=True)
    (tmp_path / "self").mkdir()
    (tmp_path / "self" / "cgroup").write_text("0::/a/b\n")
    return tmp_path


@pytest.mark.parametrize(
    ("user", "most", "found"),
    [
        (1000, 64, [Limit(64, 5, "ulimit -u")]),
        (1001, 64, [Limit(64, 0, "ulimit -u")]),
        (0, 64, []),  # root is not held by it
        (1000, resource.RLIM_INFINITY, []),
    ],
)
def test_the_limit_of_a_user_counts_its_threads(
    monkeypatch: pytest.MonkeyPatch, proc: Path, user: int, most: int, found: list[Limit]
):
    """Of all its processes."""
    monkeypatch.setattr(os, "getuid", lambda: user)
    monkeypatch.setattr(resource, "getrlimit", lambda _which: (most, most))
    assert limits(proc, proc / "none") == found


@pytest.mark.parametrize(
    ("most", "found"), [("100", [Limit(100, 42, "pids.max of the cgroup")]), ("max", [])]
)
def test_the_limit_of_a_cgroup_is_its_own(
    monkeypatch: pytest.MonkeyPatch, proc: Path, tmp_path: Path, most: str, found: list[Limit]
):
    """As the folder of the cgroup says; without such a folder there is none."""
    monkeypatch.setattr(os, "getuid", lambda: 0)
    folder = tmp_path / "cgroups" / "a" / "b"
    folder.mkdir(parents=True)
    assert limits(proc, tmp_path / "cgroups") == []
    (folder / "pids.max").write_text(f"{most}\n")
    (folder / "pids.current").write_text("42\n")
    assert limits(proc, tmp_path / "cgroups") == found


@pytest.mark.parametrize(("used", "fits"), [(47, True), (48, False)])
def test_what_is_needed_is_compared_with_what_is_left(used: int, fits: bool):
    """17 threads of 64."""
    words = (
        "5 processes with 17 threads are needed, and of the 64 threads that may be there \\(ulimit -u\\)"
        " 48 are taken: raise that limit, or end others"
    )
    found = [Limit(1_000, 1, "pids.max of the cgroup"), Limit(64, used, "ulimit -u")]
    if fits:
        require_processes(5, found)
        return
    with pytest.raises(ResourceError, match=words):
        require_processes(5, found)


def test_this_machine_has_room_for_a_few():
    """Whatever its limits are, they can be read."""
    require_processes(1, limits())
