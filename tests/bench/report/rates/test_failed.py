"""What is said below the table of messages that failed, and of times that are withheld."""

from __future__ import annotations

import pytest
from load_runs import row_of
from loads import step_of
from wsbench.report.rates.failed import failed_line, late_line


def test_what_failed_is_told_by_kind() -> None:
    """The most frequent first, of all messages that were due; a rate that was missed says it."""
    steps = (
        step_of(0, 500, 1, errors={"no reply": 2, "closed 1011": 3}),
        step_of(1, 500, 1, errors={"no reply": 1_200}),
    )
    assert failed_line(row_of(500, steps=steps)) == (
        "1,205 of 2,000 messages failed: 1,202 no reply, 3 closed 1011"
    )
    assert failed_line(row_of(400, steps=(step_of(0, 400, 1),))) == ""
    assert failed_line(row_of(500, steps=steps, missed="1,205 of 2,000 messages failed")) == ""


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({}, ""),
        ({"withheld": ("max",), "late": "x"}, "no max of the response time: x"),
        ({"withheld": ("p99", "p99.9", "max"), "late": "x"}, "no p99, p99.9 and max of the response time: x"),
        ({"withheld": ("max",), "late": "x", "missed": "y"}, ""),
        ({"withheld": ("max",), "late": "x", "fault": "y"}, ""),
    ],
)
def test_what_is_withheld_is_named_with_the_reason(changes: dict[str, object], line: str) -> None:
    """Not where no time is shown anyway."""
    assert late_line(row_of(500, **changes)) == line
