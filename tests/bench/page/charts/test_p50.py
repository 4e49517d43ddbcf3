"""Dots and whiskers of medians."""

from __future__ import annotations

from drawn import checked, rows_of, timed
from wsbench.analysis.run import analyse
from wsbench.demand.workload import Workload
from wsbench.page.charts.drawing import MOST, Cast
from wsbench.page.charts.p50 import draw

CAST = Cast(("tornado", "new"), ("stdlib", "tcp"))


def test_servers_stand_as_they_are_ranked() -> None:
    """In µs, with both ends; the words say the same numbers."""
    (found,) = checked(draw(analyse(timed()), CAST))
    first, *_ = rows_of(found)
    assert (first["server"], round(first["value"]), first["low"] < 60 < first["high"]) == (
        "tornado",
        60,
        True,
    )
    assert found.chart.to_dict()["layer"][0]["encoding"]["y"]["sort"] == ["tornado", "new", "stdlib", "tcp"]
    assert "tornado 60.0 [" in found.words
    assert found.title.endswith("64 B text, 1 connection, depth 1, driven by wire")


def test_too_few_rounds_have_dots_alone() -> None:
    """There is no layer of whiskers that would have no rows."""
    (found,) = checked(draw(analyse(timed(rounds=2)), CAST))
    assert len(found.chart.to_dict()["layer"]) == 1


def test_many_workloads_have_no_chart_each() -> None:
    """The tables have all of them."""
    many = tuple(Workload(size=size) for size in range(1, 3 * MOST))
    assert len(list(draw(analyse(timed(workloads=many, rounds=1)), CAST))) == MOST
