"""One round of a load run: a real server, and agents whose reports are made up: nothing depends on time."""

import os
import signal
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from wsbench.demand.workload import Workload
from wsbench.driver.agent import drive, failed
from wsbench.driver.orders import AgentOrder
from wsbench.machine.orders import Settings
from wsbench.plan.load import LoadPlan
from wsbench.plan.stages import RateStage
from wsbench.plan.thresholds import Limit
from wsbench.records.events import Event, Stage, Stepped
from wsbench.records.load import LoadRound
from wsbench.records.rates.report import AgentReport
from wsbench.runner.frame import RunFailedError
from wsbench.runner.load_round import FAULTS, LoadRoundRun
from wsbench.stats.histogram import encode
from wsbench.targets.spec_parser import read_spec

pytestmark = pytest.mark.usefixtures("nobody_left")

ERRS = Path(__file__).parents[1] / "server_that_errs.py"
MS = 1_000_000
CEILING = 3_000.0


def report_of(order: AgentOrder, response_ns: int) -> AgentReport:
    """Return what an agent would have seen of a server that answers everything after that time."""
    rate = order.rate or CEILING
    count = round(rate * order.duration_s / order.agents)
    response = encode([response_ns] * 100)
    return AgentReport(
        scheduled=count,
        answered=count,
        begun_ns=0,
        ended_ns=round(order.duration_s * 1e9),
        response=response,
        service=response,
        lateness="",
        exchanged=count,
    )


class Pretended:
    """Agents that measure nothing: `answer` makes the reports of each step."""

    def __init__(self, answer: Callable[[AgentOrder], AgentReport]) -> None:
        self.answer = answer
        self.orders: list[list[AgentOrder]] = []

    def step(self, orders: Sequence[AgentOrder]) -> list[AgentReport]:
        """Answer each order."""
        self.orders.append(list(orders))
        return [self.answer(order) for order in orders]

    @property
    def rates(self) -> list[float]:
        """The rate of each step."""
        return [orders[0].rate for orders in self.orders]


def plan_of(mode: str, **changes: Any) -> LoadPlan:
    """Return a plan for the yardstick."""
    fields = {"rates": (100.0, 200.0, 300.0), "duration_s": 1.0, **changes}
    return LoadPlan(read_spec("stdlib")[0], Workload(connections=5), mode, 2, 1, **fields)


def slow_from(rate: float) -> Callable[[AgentOrder], AgentReport]:
    """Pretend a server that answers within 1 ms up to a rate, and beyond it within 100 ms."""
    return lambda order: report_of(order, MS if order.rate <= rate else 100 * MS)


def run(
    plan: LoadPlan,
    agents: Any,
    before: Sequence[LoadRound] = (),
    on_event: Callable[[Event], None] = lambda _: None,
) -> LoadRound:
    """Run one round."""
    return LoadRoundRun(plan, before, agents, on_event, Settings()).run()


@pytest.fixture
def first() -> LoadRound:
    """Return a sweep's round that was measured before."""
    return run(plan_of("sweep", rates=(0.5,)), Pretended(lambda order: report_of(order, MS)))


def test_each_rate_is_held_once():
    """All of them, each round in an order of its own; what ran is proven, what it holds is known."""
    plan, events = plan_of("rate"), list[Event]()
    agents = Pretended(lambda order: report_of(order, MS))
    one = run(plan, agents, on_event=events.append)
    assert sorted(step.rate for step in one.steps) == [100, 200, 300]
    assert agents.rates == [step.rate for step in one.steps]
    assert (one.number, one.capacity, one.ceiling) == (0, None, None)
    assert (one.server.loop, one.handshake.nodelay) == ("asyncio._UnixSelectorEventLoop", True)
    assert one.rss > 1_000_000
    told = [event for event in events if isinstance(event, Stepped)]
    assert [event.step for event in told] == list(one.steps)
    assert [(event.done, event.total) for event in told] == [(1, 3), (2, 3), (3, 3)]
    assert events[0] == Stage("starting round 1")


def test_rounds_differ_in_order_and_schedule_and_a_seed_repeats_both():
    """The order of rates and the seeds of arrivals are a function of seed and round."""
    plan = plan_of("rate", rates=tuple(map(float, range(1, 20))))
    seen = []
    rounds: list[LoadRound] = []
    for _ in range(2):
        for before in ([], [None]):
            agents = Pretended(lambda order: report_of(order, MS))
            rounds.append(run(plan, agents, before))
            seen.append([(orders[0].rate, orders[0].seed) for orders in agents.orders])
    assert seen[0] == seen[2] != seen[1] == seen[3]
    assert len({seed for _, seed in seen[0]}) == 19


def test_what_agents_are_told():
    """Connections are shared out, one schedule for all, everything that the plan says of a step."""
    plan = plan_of("rate", rates=(100.0,), agents=2, burst=7, arrivals="poisson", ramp_s=0.25)
    agents = Pretended(lambda order: report_of(order, MS))
    run(plan, agents)
    ((one, other),) = agents.orders
    assert [order.cell.workload.connections for order in (one, other)] == [3, 2]
    assert one.seed == other.seed
    assert (one.rate, one.duration_s, one.ramp_s, one.arrivals, one.burst) == (100, 1, 0.25, "poisson", 7)
    assert one.cell.server_pid


def test_a_sweep_begins_with_the_ceiling_and_holds_shares_of_the_first_rounds(first: LoadRound):
    """Every round finds its own ceiling, but the rates are the same in all."""
    agents = Pretended(lambda order: report_of(order, MS))
    plan = plan_of("sweep", rates=(0.1, 0.5, 1.0))
    alone = run(plan, agents)
    assert agents.rates[0] == 0
    assert alone.ceiling == CEILING == alone.steps[0].achieved
    assert sorted(agents.rates[1:]) == [300, 1_500, 3_000]
    assert agents.orders[0][0].cell.workload.depth > 1
    later = Pretended(lambda order: report_of(order, MS))
    run(plan, later, [msgspec.structs.replace(first, ceiling=10_000.0)])
    assert sorted(later.rates[1:]) == [1_000, 5_000, 10_000]
    known = Pretended(lambda order: report_of(order, MS))
    run(msgspec.structs.replace(plan, ceiling=2_000.0), known)
    assert sorted(known.rates[1:]) == [200, 1_000, 2_000]


@pytest.mark.parametrize("capacity", [40.0, 1_000.0, 2_950.0, 50_000.0])
def test_the_capacity_is_found_within_a_per_cent(capacity: float):
    """From the ceiling, up or down; the next round begins where it was and needs fewer steps."""
    plan = plan_of("slo", limit=Limit(0.99, 5 * MS))
    agents = Pretended(slow_from(capacity))
    one = run(plan, agents)
    assert agents.rates[:2] == [0, CEILING]
    assert one.capacity == pytest.approx(capacity, rel=0.01)
    assert one.ceiling == CEILING
    later = Pretended(slow_from(capacity))
    again = run(plan, later, [one])
    assert later.rates[0] == one.capacity
    assert again.capacity == pytest.approx(capacity, rel=0.01)
    assert again.ceiling is None
    assert len(later.rates) < len(agents.rates)


def test_a_search_holds_each_rate_once():
    """One step decides: the rounds are there to outvote it."""
    agents = Pretended(slow_from(1_000))
    run(plan_of("slo", limit=Limit(0.99, 5 * MS)), agents)
    assert len(set(agents.rates)) == len(agents.rates)


def test_a_search_ends_where_nothing_can_be_believed():
    """After a few steps in a row in which the client was late, whatever the rate."""

    def answer(order: AgentOrder) -> AgentReport:
        good = slow_from(1_000)(order)
        return msgspec.structs.replace(good, lateness=good.response) if order.rate else good

    agents = Pretended(answer)
    one = run(plan_of("slo", limit=Limit(0.99, MS // 1_000)), agents)
    assert one.capacity is None
    assert all("p99" in step.touched for step in one.steps[1:])
    assert len(one.steps) == 1 + FAULTS


def test_a_limit_that_never_holds_is_no_capacity():
    """The search ends, and the next round begins at a ceiling again."""
    plan = plan_of("slo", limit=Limit(0.99, 5 * MS))
    one = run(plan, Pretended(slow_from(0)))
    assert one.capacity is None
    later = Pretended(slow_from(500))
    assert run(plan, later, [one]).capacity == pytest.approx(500, rel=0.01)
    assert later.rates[0] == 0


def test_a_limit_that_always_holds_ends_too():
    """There is a most that is tried; the highest rate that held is the capacity."""
    agents = Pretended(slow_from(1e300))
    one = run(plan_of("slo", limit=Limit(0.99, 5 * MS)), agents)
    assert one.capacity == max(agents.rates)


@pytest.mark.parametrize("agents", [1, 2])
def test_an_agents_failure_ends_the_run(agents: int):
    """It says which one it was where there are several."""
    plan = plan_of("rate", agents=agents)
    with pytest.raises(RunFailedError) as caught:
        run(plan, Pretended(lambda _: failed("reply 3: byte 0 of 64 came back wrong")))
    which = "agent 1: " if agents > 1 else ""
    assert str(caught.value) == f"{which}reply 3: byte 0 of 64 came back wrong"


def test_what_fails_in_a_step_does_not_end_the_round():
    """A wrong reply and a connection that ends are counted, the next steps are held, and are clean."""
    server = read_spec(str(ERRS))[0]
    plan = msgspec.structs.replace(
        plan_of("rate", rates=(200.0, 300.0), duration_s=0.5, ramp_s=0.01), server=server
    )
    steps = run(plan, Pretended(drive)).steps
    assert [bool(step.errors) for step in steps] == [True, *([False] * (len(steps) - 1))]
    errors = steps[0].errors
    assert (errors["wrong reply"], errors["closed 1011"] >= 1) == (1, True)
    assert sum(errors.values()) == steps[0].unanswered
    assert steps[0].reconnects == 2
    assert steps[0].missed
    assert steps[0].wrong.startswith("reply 3: byte 0 of 64 came back as 0x")


def test_a_dead_server_is_named_with_its_fate():
    """What the agent saw of it is only a closed connection."""

    def answer(order: AgentOrder) -> AgentReport:
        os.kill(order.cell.server_pid, signal.SIGKILL)
        return drive(order)

    with pytest.raises(RunFailedError, match=r"^stdlib was killed by SIGKILL$"):
        run(plan_of("rate"), Pretended(answer))


def test_a_server_that_does_not_start_says_why(tmp_path: Any):
    """One line, and what it printed."""
    path = tmp_path / "early.py"
    path.write_text("raise SystemExit('not today')")
    plan = msgspec.structs.replace(plan_of("rate"), server=read_spec(str(path))[0])
    with pytest.raises(RunFailedError, match="early exited with code 1") as caught:
        run(plan, Pretended(drive))
    assert "not today" in caught.value.tail


def staged(order: AgentOrder, late_in: int | None = None) -> AgentReport:
    """Return what an agent would have seen of a profile; in one stage it may have been late."""
    lateness = encode([50 * MS] * 100)
    parts = tuple(
        msgspec.structs.replace(
            report_of(msgspec.structs.replace(order, rate=one.rate, duration_s=one.duration_s), MS),
            lateness=lateness if place == late_in else "",
        )
        for place, one in enumerate(order.stages)
    )
    return msgspec.structs.replace(report_of(order, MS), parts=parts)


STAGES = (RateStage(0.5, 0, 4_000), RateStage(0.5, 4_000, 4_000), RateStage(0.5, 4_000, 0))


@pytest.mark.parametrize(("duration_s", "late_in", "times"), [(1.5, None, 1), (1.5, 1, 3), (90.0, 1, 1)])
def test_a_profile_is_one_order_and_a_step_for_each_stage(duration_s: float, late_in: int | None, times: int):
    """It is gone through again where the client was late, unless it is long."""
    events: list[Event] = []
    agents = Pretended(lambda order: staged(order, late_in))
    plan = plan_of("stages", stages=STAGES, duration_s=duration_s, ramp_s=0.0)
    found = run(plan, agents, on_event=events.append)
    assert len(agents.orders) == times
    assert {order.stages for (order,) in agents.orders} == {STAGES}
    assert [step.stage for step in found.steps] == [0, 1, 2] * times
    told = [(one.done, one.total) for one in events if isinstance(one, Stepped)]
    assert told[:3] == [(1, 3), (2, 3), (3, 3)]
