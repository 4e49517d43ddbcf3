"""Stored runs over time."""

from __future__ import annotations

from drawn import checked, every_row
from histories import example, history, run_on, stepped
from wsbench.exporters.shown import Shown
from wsbench.page import words
from wsbench.page.charts.drawing import Cast
from wsbench.page.charts.history import draw


def test_every_run_its_levels_and_the_change_are_drawn() -> None:
    """Twenty points, a level before and one after, and a mark where it changed, with its size."""
    (one,) = checked(draw(example(), Cast(("tornado",))))
    assert one.title.startswith("p50 as a multiple of stdlib's, 64 B text, 1 connection, depth 1")
    rows = every_row(one)
    assert len([row for row in rows if "version" in row]) == 20
    assert len({row["part"] for row in rows if "part" in row}) == 2
    (change,) = [row for row in rows if "word" in row]
    assert change["word"] == "REGRESSED"
    assert change["size"].startswith("+")
    assert "tornado: REGRESSED" in one.words


def test_many_runs_are_some_at_a_time() -> None:
    """None across a change; a page of thousands of runs is no larger than one of fifty."""
    found = history(*stepped(130, 70))
    (one,) = checked(draw(found, Cast(("tornado",))))
    rows = [row for row in every_row(one) if "version" in row]
    assert len(rows) == 24 + 20  # 70 and 60 runs, three at a time
    assert sum(int(str(row["label"]).split()[0]) if "runs" in str(row["label"]) else 1 for row in rows) == 130
    assert all(row["low"] <= row["value"] <= row["high"] for row in rows)
    assert "some runs at a time" in one.words


def test_without_a_change_there_is_no_mark() -> None:
    """And the page says so first."""
    found = history(*(run_on(at) for at in range(6)))
    (one,) = checked(draw(found, Cast(("tornado",))))
    assert not any("word" in row for row in every_row(one))
    assert words.found(Shown(found, ())).headline == "None of 1 series over 6 runs changed."
    assert words.what(Shown(found, ())) == "wsbench: history of 6 runs"


def test_the_page_names_what_changed() -> None:
    """In a sentence for each series that did."""
    found = words.found(Shown(example(), ()))
    assert found.headline == "1 of 1 series over 20 runs changed."
    assert found.more[0].startswith("tornado, p50, 64 B text, 1 connection, depth 1: REGRESSED +")
