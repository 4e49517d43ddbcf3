"""What an agent sends in a step, and the parts that are looked at."""

from __future__ import annotations

import numpy as np
from wsbench.demand.arrivals import intended
from wsbench.demand.profile import due_over
from wsbench.demand.workload import Workload
from wsbench.driver.orders import AgentOrder, CellOrder
from wsbench.driver.schedule import marks_of, parts_of, schedule_of
from wsbench.plan.stages import RateStage
from wsbench.wire.timeline import Stamps

STAGES = (RateStage(0.5, 0, 100), RateStage(1.25, 100, 40))
S = 1_000_000_000


def order_of(stages: tuple[RateStage, ...] = ()) -> AgentOrder:
    """Return an order of a steady rate, or of stages."""
    cell = CellOrder(0, "127.0.0.1", 1, "/", Workload(), 1)
    return AgentOrder(cell, 50.0, 2.0, 0.5, "poisson", 9, S, burst=0 if stages else 3, stages=stages)


def test_a_steady_rate_or_stages():
    """Either is the schedule that its name says, of the same seed and arrivals."""
    steady = intended(50, 2, ramp_s=0.5, arrivals="poisson", seed=9, burst=3)
    assert schedule_of(order_of()).tolist() == steady.tolist()
    assert schedule_of(order_of(STAGES)).tolist() == due_over(STAGES, "poisson", 9).tolist()
    assert marks_of(order_of()) == (S // 2, 5 * S // 2)
    assert marks_of(order_of(STAGES)) == (0, S // 2, 7 * S // 4)


def test_each_stage_has_the_readings_of_its_ends():
    """One that ended before the schedule was given up was not given up."""
    due = np.arange(3)
    readings = ((0, None), (5, 10), (9, 30))
    found = Stamps(due, due, due, stopped=S, aborted=True, readings=readings)
    (first, one), (second, other) = parts_of(found, marks_of(order_of(STAGES)))
    assert (first, one.readings, one.aborted) == ((0, S // 2), readings[:2], False)
    assert (second, other.readings, other.aborted) == ((S // 2, 7 * S // 4), readings[1:], True)


def test_what_befell_connections_is_of_one_stage():
    """The first has what came before it, the last what came after it: none is lost, none counted twice."""
    due, moments = np.arange(3), (-1, S // 2 - 1, S // 2, 9 * S)
    wrong = ((S // 2, "reply 7"),)
    found = Stamps(due, due, due, S, aborted=False, readings=((0, None),) * 3, reopened=moments, wrong=wrong)
    (_, one), (_, other) = parts_of(found, marks_of(order_of(STAGES)))
    assert (one.reopened, other.reopened) == (moments[:2], moments[2:])
    assert (one.wrong, other.wrong) == ((), wrong)
