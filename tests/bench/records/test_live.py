"""What is told of a second: bins that merge, and quantiles that are right to two per cent."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from wsbench.records.live import Told, bins_of, together

TIMES = st.lists(st.integers(1, 60_000_000_000), min_size=1, max_size=200)


def told_of(times: list[int], **changes: object) -> Told:
    """Return a second with these response times in ns."""
    fields = {"rate": 10.0, "at_s": 3, "due": len(times), "answered": len(times), "waiting": 1, **changes}
    return Told(bins=bins_of(np.array(times, dtype=np.int64)), **fields)


@given(TIMES, st.sampled_from([0.5, 0.9, 0.99, 1.0]))
def test_a_quantile_is_that_of_the_times(times: list[int], share: float):
    """To within half a bin, and one ns."""
    exact = float(np.quantile(times, share, method="inverted_cdf"))
    assert told_of(times).quantile(share) == pytest.approx(exact, rel=0.012, abs=1)


@given(TIMES, TIMES)
def test_agents_together_saw_what_one_would_have_seen(mine: list[int], theirs: list[int]):
    """Counts are added, and so are bins."""
    both = together([told_of(mine), told_of(theirs, errors=2)])
    assert both == told_of([*mine, *theirs], waiting=2, errors=2)


def test_without_replies_there_are_no_times():
    """Nothing is made up."""
    assert told_of([]).quantile(0.5) is None
