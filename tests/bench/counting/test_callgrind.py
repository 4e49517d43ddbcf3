"""Instructions by Python function, of a real server under a real valgrind."""

import shutil
from contextlib import nullcontext
from pathlib import Path

import pytest
from msgspec.structs import replace
from trampolines import python_with_trampolines
from wsbench.counting.process import count
from wsbench.demand.workload import Workload
from wsbench.machine.orders import Settings
from wsbench.plan.count import CountCell, CountPlan
from wsbench.plan.turns import varied_environment
from wsbench.targets.spec_parser import read_spec


@pytest.mark.skipif(not shutil.which("vgdb"), reason="instructions need valgrind")
@pytest.mark.timeout(300)
def test_instructions_are_those_of_python_functions():
    """Each with what it calls; the list of the trampolines, which anybody could read, is gone."""
    (spec,) = read_spec("stdlib")
    plan = CountPlan(
        (replace(spec, executable=python_with_trampolines()),),
        (CountCell("stdlib", Workload()),),
        seed=1,
        instruments=("python",),
        warm=5,
        short=4,
        long=12,
        graph=True,
    )
    before = {*Path("/tmp").glob("perf-*.map")}  # noqa: S108  # that is where CPython puts it
    found = count(plan, 0, "python", Settings(), varied_environment(1, 0), lambda _: nullcontext()).count
    assert {*Path("/tmp").glob("perf-*.map")} <= before  # noqa: S108
    parts, calls = found.parts["python"], found.graph["python"]
    (take,) = [name for name in parts if name.startswith("Echo.take (stdlib_asyncio.py:")]
    (unmask,) = [name for name in parts if name.startswith("unmask (stdlib_asyncio.py:")]
    assert calls[take][unmask] >= parts[unmask] > 100
    (run,) = [name for name in calls if name.startswith("Handle._run (asyncio/events.py:")]
    assert sum(calls[run].values()) > 0.4 * found.values["python"]
    named = sum(cost for name, cost in parts.items() if "(" in name and "???" not in name)
    assert named > 0.9 * found.values["python"]
