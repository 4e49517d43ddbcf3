"""The bound on a whole step."""

import pytest
from wsbench.websocket import deadline
from wsbench.websocket.deadline import Deadline


def test_a_step_is_over_when_its_time_is(monkeypatch: pytest.MonkeyPatch):
    """It runs from when it was made, by the monotonic clock, whatever happens in between."""
    now = [100.0]
    monkeypatch.setattr(deadline.time, "monotonic", lambda: now[0])
    step = Deadline.after(5.0)
    for later, passed in ((0.0, False), (5.0, False), (5.1, True)):
        now[0] = 100.0 + later
        assert step.passed is passed
