"""Rounds as a strip."""

from __future__ import annotations

import pytest
from drawn import checked, rows_of, timed
from runs import FACTORS
from wsbench.facts.facts import Facts
from wsbench.page.charts.drawing import Cast
from wsbench.page.charts.rounds import draw

CAST = Cast(("tornado", "new"), ("stdlib", "tcp"))


def test_each_round_is_held_against_the_middle_one() -> None:
    """In percent of the server's own median, so that all servers lie around 0; rounds count from 1."""
    latency, throughput = checked(draw(Facts(timed()), CAST))
    mine = [row for row in rows_of(latency) if row["server"] == "tornado"]
    assert [row["round"] for row in mine] == list(range(1, 9))
    assert mine[5]["value"] - mine[0]["value"] == pytest.approx((FACTORS[5] - FACTORS[0]) * 100, abs=0.1)
    assert "tornado -3." in latency.words
    assert throughput.title.startswith("msg/s round by round, 64 B text, 16 connections")


def test_a_round_alone_has_no_drift() -> None:
    """There is nothing to draw."""
    assert list(draw(Facts(timed(rounds=1)), CAST)) == []
