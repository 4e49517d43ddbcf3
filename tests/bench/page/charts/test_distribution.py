"""Curves of quantiles."""

from __future__ import annotations

import pytest
from drawn import checked, rows_of, timed
from wsbench.facts.facts import Facts
from wsbench.page.charts.distribution import draw
from wsbench.page.charts.drawing import Cast

CAST = Cast(("tornado", "new"), ("stdlib", "tcp"))


def test_a_curve_ends_where_too_few_round_trips_are_beyond() -> None:
    """Of 25,600 round trips 30 are beyond p99.88: there is a p99, and no p99.9."""
    (found,) = checked(draw(Facts(timed()), CAST))
    mine = [row for row in rows_of(found) if row["server"] == "tornado"]
    assert [row["percentile"] for row in mine if row["whole"]] == ["p50", "p90", "p99"]
    assert 100 < mine[-1]["nines"] < 25_600 / 30
    assert [row["value"] for row in mine] == sorted(row["value"] for row in mine)
    assert mine[0]["value"] == pytest.approx(58.2, rel=0.01)
    assert "tornado p50 60.0, p90" in found.words
