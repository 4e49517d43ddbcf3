"""Which processes run under valgrind, by its pipes."""

import os
import subprocess
import sys
from pathlib import Path

from wsbench.counting.vgdb import PIPE, lives, pids


def test_of_a_process_that_was_killed_only_the_pipe_is_left(tmp_path: Path):
    """Also while nobody has buried it."""
    with subprocess.Popen([sys.executable, "-S", "-c", "input()"], stdin=subprocess.PIPE) as other:
        for pid in (os.getpid(), other.pid):
            (tmp_path / f"{PIPE}{pid}-by-root-on-here").touch()
        assert pids(tmp_path) == sorted((os.getpid(), other.pid))
        other.kill()
        os.waitid(os.P_PID, other.pid, os.WEXITED | os.WNOWAIT)
        assert pids(tmp_path) == [os.getpid()]
    assert not lives(other.pid)
