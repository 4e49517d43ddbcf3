"""Rounds of counts, on real servers; what needs valgrind is counted in the tests of the command line."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from wsbench.demand.workload import Workload
from wsbench.plan.count import CountCell, CountPlan
from wsbench.records.common import Closing
from wsbench.records.count import CountRound
from wsbench.records.events import Counted, Event, Refused
from wsbench.runner.count import CountRunner
from wsbench.targets.spec_parser import read_specs

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
