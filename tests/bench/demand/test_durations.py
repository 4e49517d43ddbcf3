"""Durations as they are typed."""

import pytest
from wsbench.demand.durations import LONGEST_NS, read_duration, read_micros, read_ns, read_timeout
from wsbench.errors import UsageError


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
        ("8000000000000us", "longer than a week"),
        ("9" * 400 + "s", "longer than a week"),
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


@pytest.mark.parametrize(
    ("text", "ns"),
    [("2", 2 * 10**9), ("0.5", 5 * 10**8), ("1e-3", 10**6), ("500ms", 5 * 10**8), ("2m", 12 * 10**10)],
)
def test_a_bare_number_keeps_the_unit_of_its_option(text: str, ns: int):
    """Seconds here; with a unit behind it, that one."""
    assert read_duration(text, "--duration", "s") == ns


@pytest.mark.parametrize("text", ["-1", "nan", "inf", "soon", ""])
def test_what_takes_no_time_is_no_duration(text: str):
    """It is named with its option."""
    with pytest.raises(
        UsageError, match=r"^--duration '.*' ?:? ?.*is no time; write a number and a unit, as 5ms$"
    ):
        read_duration(text, "--duration", "s")


@pytest.mark.parametrize("text", ["604801", "1e30", "1e999999", "9e999999999", "11000m"])
def test_nothing_lasts_longer_than_a_week(text: str):
    """As an integer it would take all memory; as a float it would be none."""
    with pytest.raises(UsageError, match=rf"^--duration '{text}': longer than a week$"):
        read_duration(text, "--duration", "s")
    assert read_duration("10080m", "--duration", "s") == LONGEST_NS


def test_think_time_is_in_whole_microseconds():
    """Bare numbers are µs, as ever."""
    assert [read_micros(text, "--think") for text in ("50", "50us", "1ms", "0")] == [50, 50, 1_000, 0]
    with pytest.raises(UsageError, match=r"^--think '0.5us': whole microseconds, as 50us$"):
        read_micros("0.5us", "--think")
