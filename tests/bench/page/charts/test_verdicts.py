"""Effect sizes against margins, and causes."""

from __future__ import annotations

import pytest
from drawn import checked, rows_of
from judgements import judgement, verdict
from msgspec.structs import replace
from wsbench.demand.workload import Workload
from wsbench.page.charts.verdicts import draw, draw_causes
from wsbench.verdicts.causes import Cause, Causes


@pytest.mark.parametrize(
    ("one", "row"),
    [
        (verdict("REGRESSED"), ("p50 µs, 64 B, 1 × 1", 20.0, 19.0, 21.0, 5.0, "REGRESSED")),
        (
            verdict("IMPROVED", "throughput", workload=Workload(connections=16)),
            ("msg/s, 64 B, 16 × 1", -20.0, -21.0, -19.0, 5.0, "IMPROVED"),
        ),
        (verdict(None, "rtt_p99"), ("p99 µs, 64 B, 1 × 1", 20.0, 19.0, 21.0, None, "not gated")),
        (
            verdict("INCONCLUSIVE", low=None, high=None),
            ("p50 µs, 64 B, 1 × 1", 20.0, None, None, 5.0, "INCONCLUSIVE"),
        ),
    ],
)
def test_worse_is_to_the_right(one: object, row: tuple[object, ...]) -> None:
    """In percent, whichever way a metric is better; what is not gated has no margin."""
    (found,) = checked(draw(judgement(one)))  # type: ignore[arg-type]
    (drawn,) = rows_of(found)
    names = ("line", "value", "low", "high", "margin", "verdict")
    told = tuple(round(drawn[name], 6) if isinstance(drawn[name], float) else drawn[name] for name in names)
    assert told == row
    assert str(row[-1]) in found.words


def test_what_could_not_be_judged_is_not_drawn() -> None:
    """Nor is a candidate of whom nothing is known."""
    lost = verdict("NOT JUDGED", change=None, low=None, high=None)
    assert list(draw(judgement(lost))) == []
    assert len(rows_of(next(draw(judgement(lost, verdict("REGRESSED")))))) == 1


def test_causes_are_bars_either_way() -> None:
    """Kind and name, and how much more."""
    causes = (Cause("system call", "sendto", 1.0, 2.0), Cause("C function", "f (g.c)", 54_000.0, 53_000.0))
    found = replace(judgement(), causes=(Causes("old", "new", Workload(), causes),))
    (drawing,) = checked(draw_causes(found))
    assert [(row["line"], row["value"], row["way"]) for row in rows_of(drawing)] == [
        ("system call sendto", 1.0, "more"),
        ("C function f (g.c)", -1_000.0, "less"),
    ]
    assert "system call sendto +1.00" in drawing.words
