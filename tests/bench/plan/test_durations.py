"""Durations as they are typed."""

import pytest
from wsbench.errors import UsageError
from wsbench.plan.durations import read_ns, read_timeout


@pytest.mark.parametrize(
    ("text", "ns"),
    [
        ("5ms", 5_000_000),
        ("250 us", 250_000),
        ("250µs", 250_000),
        ("1.5s", 1_500_000_000),
        ("2m", 12 * 10**10),
    ],
)
def test_a_number_and_a_unit_are_a_duration(text: str, ns: int):
    """Both signs for micro, and decimals."""
    assert read_ns(text, "--slo") == ns


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("soon", "'soon' is no time; write a number and a unit, as 5ms"),
        ("5", "5 of what? write us, ms, s or m behind it"),
        ("5h", "'h' is no unit of time; write us, ms, s or m"),
        ("-5s", "'-5s' is no time; write a number and a unit, as 5ms"),
    ],
)
def test_what_is_no_duration_is_told(text: str, why: str):
    """With what was said."""
    with pytest.raises(UsageError) as caught:
        read_ns(text, "--timeout '5'")
    assert str(caught.value) == f"--timeout '5': {why}"


def test_a_wait_takes_time():
    """In seconds; none at all is a mistake."""
    assert read_timeout("10s", "--timeout") == 10.0
    with pytest.raises(UsageError, match=r"^--timeout '0s': a wait is at least 1 ms$"):
        read_timeout("0s", "--timeout")
