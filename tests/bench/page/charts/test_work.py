"""Counted work."""

from __future__ import annotations

from drawn import checked, counted, rows_of
from wsbench.analysis.count import analyse_counts
from wsbench.page.charts.drawing import Cast
from wsbench.page.charts.work import TOP, draw, draw_parts

CAST = Cast(("aiohttp", "tornado"))


def test_a_chart_for_each_metric_with_the_least_work_first() -> None:
    """As in the table."""
    first, second = checked(draw(analyse_counts(counted()), CAST))
    assert first.title == "Instructions per message, 64 B text, 1 connection, depth 1"
    assert [row["server"] for row in rows_of(first)] == ["aiohttp", "tornado"]
    assert second.title.startswith("System calls per message")
    assert "aiohttp 3.00; tornado 3.00" in second.words


def test_parts_are_the_largest() -> None:
    """Of several servers what their instructions are made of."""
    found = checked(draw_parts(analyse_counts(counted()), CAST))
    assert [one.title.partition(":")[0] for one in found] == ["aiohttp", "tornado"]
    rows = rows_of(found[0])
    assert len(rows) == TOP
    assert (rows[0]["line"], rows[0]["share"]) == ("function 29 (web.py:29)", "6.7%")
