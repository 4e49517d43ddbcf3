"""An agent's process: a line in, an answer out, in words that `drive` understands."""

import msgspec
import pytest
from wsbench.cluster.agent import DOES, answer
from wsbench.demand.workload import Workload
from wsbench.driver.orders import AgentOrder, CellOrder


@pytest.mark.parametrize("what", DOES)
def test_what_is_asked_is_done(what: str):
    """Nobody listens there, which a report says, and is no time."""
    cell = CellOrder(0, "127.0.0.1", 1, "/", Workload(), 1)
    order = AgentOrder(cell, 10, 0.1, 0.0, "uniform", 1, 10**9)
    found = answer(f"{what} {msgspec.json.encode(order).decode()}")
    assert found["event"] == what
    assert "refused" in found["found"]["failure"].lower() if what == "drive" else found["found"] == 0
