"""The outcome of a slice, and its way from the driver to the parent."""

import json
import statistics

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from wsbench.records.slices import Slice, is_disturbed, numbers, packed, unpacked

LATENCIES = st.lists(st.integers(0, 2**53), min_size=1, max_size=20)


@given(LATENCIES)
def test_arrays_come_through_json_as_they_were(latencies: list[int]):
    """All numbers of a slice are the same on the other side."""
    one = Slice(numbers(latencies), elapsed=7, answered=numbers([1, 2]), received=numbers(latencies))
    line = json.dumps(msgspec.to_builtins(one, enc_hook=packed))
    assert msgspec.convert(json.loads(line), Slice, dec_hook=unpacked) == one


@given(LATENCIES)
def test_the_median_is_that_of_the_standard_library(latencies: list[int]):
    """The mean of the two in the middle where their number is even, an integer where it is odd."""
    found, wanted = Slice(numbers(latencies), elapsed=1).median, statistics.median(latencies)
    assert (found, type(found)) == (wanted, type(wanted))


def test_the_rate_is_of_the_timed_replies():
    """Three replies in 2 ms are 1,500 msg/s."""
    assert Slice(numbers([1, 1, 1]), elapsed=2_000_000).rate == 1_500


@pytest.mark.parametrize(("lost", "disturbed"), [(0, False), (50_000, False), (50_001, True)])
def test_a_slice_that_lost_time_to_others_is_disturbed(lost: int, disturbed: bool):
    """More than 5 % of it."""
    assert is_disturbed(Slice(numbers([1]), elapsed=1, busy=1_000_000, lost=lost)) == disturbed
