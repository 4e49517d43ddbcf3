"""What a server's process counts of itself: calls by function, in the order of their first calls."""

import gc
import subprocess
import sys
import threading
from pathlib import Path

from trampolines import python_with_trampolines
from wsbench.standalone import counters as module
from wsbench.standalone.counters import Counters, named


def inner() -> int:
    """Be called by another one."""
    return 1


def outer() -> int:
    """Call another one, twice."""
    return inner() + inner()


def counted(times: int, counters: Counters) -> dict[str, int]:
    """Call `outer` so many times while calls are counted, in a thread as servers have; return the answer."""

    def run() -> None:
        counters.begin()
        for _ in range(times):
            outer()
        sys.setprofile(None)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    threading.setprofile(None)
    found = counters.answer("counts")
    assert found
    calls: dict[str, int] = found["calls"]
    return calls


def test_calls_are_counted_by_function_and_who_calls_comes_first():
    """With the file and the line, and no folder of this machine."""
    counters = Counters("calls")
    first = counted(3, counters)
    mine = [name for name in first if "test_counters.py" in name]
    assert [name.partition(" ")[0] for name in mine] == ["outer", "inner"]
    assert [first[name] for name in mine] == [3, 6]
    assert not any(name.partition("(")[2].startswith("/") for name in first)
    assert counted(1, counters)[mine[1]] == 8  # in all


def test_nothing_else_is_answered():
    """The child answers other lines itself."""
    assert Counters("calls").answer("code") is None


def test_collections_are_those_of_the_interpreter():
    """Of all generations."""
    counters = Counters("collections")
    counters.begin()
    before = counters.answer("counts")
    gc.collect()
    after = counters.answer("counts")
    assert before
    assert after
    assert after["collections"] > before["collections"]


TRAMPOLINES = """
import os, sys
sys.path.insert(0, {folder!r})
from counters import Counters

def first(): pass
counters = Counters("trampolines")
counters.begin()
first()
for start, size, name in counters.answer("counts")["trampolines"]:
    print(start > 0 < size, name)
if (child := os.fork()) == 0:
    first()
    os._exit(0)
os.waitpid(child, 0)
left = [os.path.exists(f"/tmp/perf-{{pid}}.map") for pid in (os.getpid(), child)]
print(left)
"""


def test_trampolines_are_told_by_function_and_leave_no_file():
    """With file and line, as calls are; neither the process nor one that it forks is found in /tmp."""
    code = TRAMPOLINES.format(folder=str(Path(module.__file__).parent))
    done = subprocess.run([python_with_trampolines(), "-c", code], capture_output=True, text=True, check=True)
    *told, left = done.stdout.splitlines()
    assert "True first (<string>:6)" in told
    assert left == "[False, False]"


def test_names_begin_at_the_package():
    """A function of a package has its path from there on; a contestant's file has only its name."""
    code = outer.__code__
    assert named(code, "a.b.test_counters").startswith("outer (a/b/test_counters.py:")
    assert named(code, "wsbench_contestants.test_counters").startswith("outer (test_counters.py:")
    assert named(code, "a.other").startswith("outer (test_counters.py:")
