"""What a server's process counts of itself: calls by function, in the order of their first calls."""

import gc
import sys
import threading

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


def test_names_begin_at_the_package():
    """A function of a package has its path from there on; a contestant's file has only its name."""
    code = outer.__code__
    assert named(code, "a.b.test_counters").startswith("outer (a/b/test_counters.py:")
    assert named(code, "wsbench_contestants.test_counters").startswith("outer (test_counters.py:")
    assert named(code, "a.other").startswith("outer (test_counters.py:")
