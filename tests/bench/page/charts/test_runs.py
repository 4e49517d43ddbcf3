"""Runs beside each other."""

from __future__ import annotations

from drawn import beside, checked, rows_of
from wsbench.analysis.side_by_side import SideBySide
from wsbench.page.charts.runs import draw


def test_each_line_has_a_mark_for_each_run() -> None:
    """A server that only one run has, has one mark."""
    said = beside().said
    assert isinstance(said, SideBySide)
    first, second = checked(draw(said))
    assert first.title == "rtt p50, 64 B text, 1 connection, depth 1, driven by wire"
    told = [(row["line"], row["run"]) for row in rows_of(first)]
    assert told == [
        ("tornado", "old"),
        ("tornado", "new"),
        ("new", "old"),
        ("stdlib", "old"),
        ("tcp", "old"),
    ]
    assert "tornado in new 90.0 [" in first.words
    assert second.title.startswith("throughput, ")
