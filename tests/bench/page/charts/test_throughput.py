"""Throughput against CPU."""

from __future__ import annotations

from drawn import checked, rows_of, timed
from wsbench.analysis.run import analyse
from wsbench.page.charts.drawing import Cast
from wsbench.page.charts.throughput import CORE_US, draw

CAST = Cast(("tornado", "new"), ("stdlib", "tcp"))


def test_a_server_is_where_its_rate_and_its_cpu_time_meet() -> None:
    """16 messages each 60 µs; the server is on its core two fifths of the time."""
    (found,) = checked(draw(analyse(timed()), CAST))
    first = next(row for row in rows_of(found) if row["server"] == "tornado")
    assert round(first["value"], -4) == 270_000
    assert round(first["cpu"] * first["value"] / CORE_US, 2) == 0.4
    assert "266,6" in found.words or "266" in found.words
    assert "µs" in found.words
