"""The line of a step that has ended."""

from __future__ import annotations

import pytest
from wsbench.rendering.step_line import step_line


@pytest.mark.parametrize(
    ("rate", "times", "more", "line"),
    [
        (
            *(2_000, {"p50": 45_000, "p99": 90_000}, {}),
            "round 1:     2,000 msg/s: 99.5 answered, p50 45.0 µs, p99 90.0 µs, 1 error",
        ),
        (
            *(0.5, {"p50": 45_000}, {"held": False, "doubt": "the client was late"}),
            "round 1:       0.5 msg/s: 99.5 answered, p50 45.0 µs, 1 error, limit not held,"
            " the client was late",
        ),
        (0, {}, {}, "round 1:      full speed: 99.5 answered, 1 error"),
    ],
)
def test_a_step_in_a_line(rate: float, times: dict[str, float], more: dict[str, object], line: str) -> None:
    """Asked, reached, times, errors, whether the limit held, and what is wrong with it."""
    assert step_line("round 1", rate, 99.5, times, 1, **more) == line  # type: ignore[arg-type]
