"""Which processes are a server's."""

import os
import sys
from pathlib import Path

import psutil
import pytest
from keepers import kept, until
from wsbench.driver import processes
from wsbench.driver.processes import Processes

pytestmark = [
    pytest.mark.usefixtures("nobody_left"),
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux says who descends from whom"),
]


def test_a_server_of_ours_is_its_process():
    """Whatever it has started."""
    found = Processes(os.getpid())
    found.look_again()
    assert (found.pids, found.are_many) == ([os.getpid()], False)


@pytest.mark.parametrize(
    ("words", "count"),
    [
        ("{it} one", 1),
        ("{it} two", 2),
        ("sh -c '{it} one & wait'", 2),
        ("setsid -f {it} one", 1),
        ("sh -c 'setsid {it} two & sleep 60'", 4),
    ],
)
def test_a_command_is_all_that_it_has_started(tmp_path: Path, words: str, count: int):
    """Under a shell, in a session of its own, with workers; who keeps them is none of them."""
    with kept(tmp_path, words) as server:
        assert server.pid
        found = Processes(server.pid)
        assert until(lambda: found.look() or len(found.pids) == count)
        assert found.are_many
        assert set(found.pids) == {one.pid for one in psutil.Process(server.pid).children(recursive=True)}
        assert server.pid not in found.pids


def test_a_list_that_is_old_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """One that is not stays as it is: this is done before and after every slice."""
    with kept(tmp_path, "{it} one") as server:
        assert server.pid
        found = Processes(server.pid)
        monkeypatch.setattr(processes, "LOOK_S", 1e9)
        psutil.Process(found.pids[0]).kill()
        found.look_again()
        assert len(found.pids) == 1
        monkeypatch.setattr(processes, "LOOK_S", 0)
        assert until(lambda: found.look_again() or not found.pids)
