"""A step second by second: agents' seconds are merged as if one had seen them all."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from loads import report_of
from wsbench.records.load import Second
from wsbench.records.rates.report import AgentSecond
from wsbench.records.rates.seconds import merged_seconds
from wsbench.stats.histogram import encode


def second_of(at_s: int, response: list[int], *, answered: int | None = None, failed: int = 0) -> AgentSecond:
    """Return a second with these response times, each message 100 ns late."""
    due = len(response)
    late = encode([100] * due) if due else ""
    came = due if answered is None else answered
    return AgentSecond(at_s, due, came, failed, encode(response) if due else "", late)


@settings(max_examples=20)
@given(st.lists(st.integers(1_000, 10**7), min_size=1, max_size=60), st.integers(0, 60))
def test_parts_of_a_second_are_the_whole_second(response: list[int], cut: int):
    """However its messages are shared out, their quantiles are those of all, to three digits."""
    reports = [report_of([1], seconds=(second_of(4, part),)) for part in (response[:cut], response[cut:])]
    (found,) = merged_seconds(reports)
    assert (found.at_s, found.due, found.answered, found.failed) == (4, len(response), len(response), 0)
    whole = merged_seconds([report_of([1], seconds=(second_of(4, response),))])
    assert whole == (found,)
    assert found.p50_ns == pytest.approx(np.quantile(response, 0.5, method="inverted_cdf"), rel=2e-3)
    assert found.lateness_p99_ns == 100


def test_seconds_are_in_order_and_counts_are_added():
    """An agent that ended earlier lacks the last ones; one in which nothing was due has no times."""
    first = report_of(
        [1], seconds=(second_of(0, [5_000]), second_of(1, [7_000, 9_000], answered=1, failed=1))
    )
    second = report_of([1], seconds=(second_of(0, [5_000]),))
    last = report_of([1], seconds=(second_of(2, []),))
    zero, one, two = merged_seconds([last, second, first])
    assert (zero.at_s, zero.due, zero.answered, zero.p50_ns) == (0, 2, 2, 5_003)  # the end of its bin
    assert (one.at_s, one.due, one.answered, one.failed) == (1, 2, 1, 1)
    assert two == Second(2, 0, 0, 0)


def test_without_seconds_there_are_none():
    """What had no schedule has no course."""
    assert merged_seconds([report_of([1])]) == ()
