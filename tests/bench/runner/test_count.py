"""Rounds of counts, on real servers; what needs valgrind is counted in the tests of the command line."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import msgspec
import pytest
from wsbench.demand.workload import Workload
from wsbench.plan.count import CountCell, CountPlan
from wsbench.records.common import Closing
from wsbench.records.count import CountRound
from wsbench.records.events import Counted, Event, Refused
from wsbench.runner.count import CountRunner
from wsbench.targets.reply import read_reply
from wsbench.targets.spec import Access, Axes
from wsbench.targets.spec_parser import read_specs

SHOP = Path(__file__).parents[1] / "server_that_sells.py"

pytestmark = pytest.mark.usefixtures("nobody_left")


def counted(plan: CountPlan) -> tuple[list[CountRound], Closing, list[Event]]:
    """Run a plan; return its rounds, its closing line, and what was told."""
    saved: list[CountRound | Closing] = []
    events: list[Event] = []
    closing = CountRunner(plan, events.append, saved.append).run()
    assert saved[-1] == closing
    return [one for one in saved if isinstance(one, CountRound)], closing, events


def plan_of(*servers: str, **changes: object) -> CountPlan:
    """Return a plan that counts calls and switches of a few messages, once."""
    specs = read_specs(servers)
    cells = tuple(CountCell(spec.label, Workload()) for spec in specs)
    small = {"rounds": 1, "instruments": ("calls", "bare"), "warm": 20, "short": 5, "long": 25}
    return CountPlan(specs, cells, **{"seed": 1, **small, **changes})  # type: ignore[arg-type]


def test_every_instrument_counts_every_cell() -> None:
    """Calls are the same for each message; a server on one connection goes to sleep once for each."""
    (one,), closing, events = counted(plan_of("stdlib"))
    assert closing.status == "complete"
    assert [count.instrument for count in one.counts] == ["calls", "bare"]
    calls, bare = one.counts
    assert calls.values["calls"] == pytest.approx(sum(calls.parts["calls"].values()))
    assert any(name.startswith("Echo.message (stdlib_asyncio.py:") for name in calls.parts["calls"])
    assert bare.values["switches"] == pytest.approx(1, abs=0.5)
    assert one.servers["stdlib"].version
    assert [event.instrument for event in events if isinstance(event, Counted)]


def plan_of_orders(words: str, *instruments: str) -> CountPlan:
    """Return a plan that counts a few orders of the service, with a login and a greeting before them."""
    access = Access(reply=read_reply("json:to=id"), first="open sesame", skip=1)
    specs = read_specs((f"shop=cmd:{words}",), Axes(access=access))
    workload = Workload(size=24, messages=('{"id": {n}, "pieces": 3}',))
    small = {"rounds": 1, "instruments": instruments, "warm": 20, "short": 5, "long": 25}
    return CountPlan(specs, (CountCell("shop", workload),), 1, **small)  # type: ignore[arg-type]


@pytest.mark.skipif(not shutil.which("strace"), reason="system calls need strace")
def test_whatever_a_command_starts_is_counted() -> None:
    """In a session of its own, and in a process for each connection; calls nobody can tell.

    There are a login and a greeting before orders, and each of these has a number of its own.
    """
    words = f"sh -c 'setsid {sys.executable} -S -E {SHOP} {{port}} fork & wait'"
    (one,), closing, _ = counted(plan_of_orders(words, "syscalls", "calls", "bare"))
    assert closing.status == "complete", closing.failures
    syscalls, bare = one.counts
    assert syscalls.parts["syscalls"]["recvfrom"] == 3
    assert syscalls.parts["syscalls"]["sendto"] == 1
    assert set(bare.values) == {"switches"}
    assert bare.values["switches"] == pytest.approx(1, abs=0.5)


def test_who_is_served_by_somebody_else_is_not_counted(tmp_path: Path) -> None:
    """As behind the client of a container's engine: the command itself does nothing for a message."""
    os.mkfifo(asked := tmp_path / "asked")
    started: list[subprocess.Popen[bytes]] = []

    def engine() -> None:
        while port := asked.read_text().strip():
            started.append(subprocess.Popen([sys.executable, "-S", "-E", SHOP, port]))

    thread = threading.Thread(target=engine)
    thread.start()
    try:
        plan = plan_of_orders(f"sh -c 'echo {{port}} > {asked}; exec sleep 600'", "bare")
        _, closing, _ = counted(plan)
    finally:
        asked.write_text("")
        thread.join()
        for one in started:
            one.kill()
            one.wait()
    (failure,) = closing.failures
    assert re.search(r"bare: who answers on port \d+ can't be counted: no process that it", failure.reason)


def test_rounds_differ_in_their_hash_seed_and_a_seed_repeats_them() -> None:
    """So that counts of another day have the same."""
    plan = plan_of("stdlib", rounds=2, instruments=("bare",))
    settings = [[(one.hash_seed, one.padding) for one in counted(plan)[0]] for _ in range(2)]
    assert settings[0] == settings[1]
    assert settings[0][0] != settings[0][1]


def test_a_server_that_breaks_the_contract_is_refused(broken: Path) -> None:
    """The others are counted all the same."""
    plan = plan_of("stdlib", f"bad={broken / 'flipped.py'}", instruments=("bare",))
    (one,), closing, events = counted(plan)
    assert closing.status == "incomplete"
    assert {count.cell for count in one.counts} == {0}
    assert any(isinstance(event, Refused) and event.server == "bad" for event in events)


def test_where_nobody_is_left_nothing_is_counted(broken: Path) -> None:
    """It failed."""
    rounds, closing, _ = counted(plan_of(f"bad={broken / 'flipped.py'}", instruments=("bare",)))
    assert (rounds, closing.status) == ([], "failed")
    assert msgspec.json.encode(closing)
