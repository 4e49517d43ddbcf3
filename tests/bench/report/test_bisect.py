"""What a search for changes tells: where, by how much, what is left over, and what it does not know."""

from __future__ import annotations

import json
import math

import pytest
from msgspec.structs import replace
from wsbench.report.bisect import FORMATS, Searched, pages, percent, rows_of

FOUND = Searched(
    what="tiny",
    unit="commit",
    workload="64 B text, 1 connection, depth 1",
    names=tuple("abcdef"),
    subjects=("start", "", "no build", "Slow <it> | down", "more", "end"),
    margin=0.005,
    counts={0: 1000.0, 1: 1000.0, 3: 1100.0, 4: 1050.0, 5: 1053.0},
    skipped={2: "tiny@c: it can't be built"},
    finished=True,
)


def text(found: Searched) -> str:
    """Return the report as a wide terminal shows it."""
    (page,) = pages(found, None)
    return "\n".join((page.headline, *(line for table in page.tables for line in table.below), *page.closing))


def test_a_line_a_change_with_what_it_may_be():
    """A change behind a candidate that could not be counted may be that one's."""
    first, second = rows_of(FOUND)
    assert (first.before, first.after, first.at, first.subjects) == (
        *("b", "d", ("c", "d")),
        ("no build", "Slow <it> | down"),
    )
    assert (first.instructions_before, first.instructions_after) == (1000.0, 1100.0)
    assert first.change == pytest.approx(0.1)
    assert second.change == pytest.approx(1050 / 1100 - 1)
    (page,) = pages(FOUND, None)
    (table,) = page.tables
    assert [name for name, _ in table.columns] == ["at", "change", "instructions", "before", "subject"]
    assert table.rows == (
        ("c … d", "+10.00 %", "1,100", "1,000", "Slow <it> | down"),
        ("e", "-4.55 %", "1,050", "1,100", "more"),
    )


def test_the_sentences_around_it():
    """How many, of how many, what is left in small steps, and what was skipped."""
    said = text(FOUND)
    assert "2 changes of more than 0.5 % in 6 commits of tiny, a to f" in said
    assert "d: or one of 1 before it that could not be counted: c no build, d Slow <it> | down." in said
    assert "5 of 6 commits were counted; between equal ones nothing is taken to have changed." in said
    assert "from a to f: +5.30 %, of which +0.29 % in steps within the margin." in said
    assert "note: skipped: tiny@c: it can't be built" in said
    assert "interrupted" not in said


def test_a_search_that_was_interrupted_says_so():
    """Its changes may be anywhere between what was counted."""
    cut = replace(FOUND, counts={0: 1000.0, 5: 1053.0}, skipped={}, finished=False)
    said = text(cut)
    assert said.startswith("interrupted, so far 1 change of more than 0.5 %")
    assert "f: or one of 4 before it that were not counted" in said
    assert "note: the search was interrupted" in said
    nothing = text(replace(cut, counts={}))
    assert nothing.startswith("interrupted, so far no changes of more than")
    assert "\nfrom " not in nothing
    assert "0 of 6 commits were counted" in nothing


def test_where_many_are_possible_they_are_not_all_named():
    """Only how many there are."""
    names = tuple(f"n{index:02}" for index in range(30))
    cut = replace(FOUND, names=names, subjects=("",) * 30, counts={0: 1.0, 29: 2.0}, finished=False)
    assert "n29: or one of 28 before it that were not counted." in text(cut)


def test_releases_have_no_subjects():
    """Then there is no such column; without a change there is no table."""
    plain = replace(FOUND, subjects=("",) * 6, unit="release")
    (page,) = pages(plain, None)
    assert "subject" not in [name for name, _ in page.tables[0].columns]
    (page,) = pages(replace(plain, margin=0.2), None)
    assert page.tables == []
    assert page.headline == "no changes of more than 20 % in 6 releases of tiny, a to f"


def test_margins_are_the_same_up_and_down():
    """A ratio and its inverse are one distance."""
    both = replace(FOUND, counts={0: 1000.0, 1: 1006.0, 2: 1000.0})
    assert len(rows_of(both)) == 2
    assert rows_of(replace(both, margin=0.0061)) == ()
    assert math.prod(1 + row.change for row in rows_of(both)) == pytest.approx(1)


def test_no_difference_has_one_sign():
    """What rounding leaves is no decrease."""
    assert (percent(-1e-9), percent(0.0), percent(-0.0123)) == ("+0.00 %", "+0.00 %", "-1.23 %")


def test_every_format_has_it():
    """JSON has all that was counted and skipped; Markdown escapes what others wrote."""
    document = json.loads(FORMATS["json"](FOUND))
    assert [one["at"] for one in document["changes"]] == [["c", "d"], ["e"]]
    assert [one["name"] for one in document["counted"]] == ["a", "b", "d", "e", "f"]
    (skipped,) = document["skipped"]
    assert skipped == {"name": "c", "subject": "no build", "reason": "tiny@c: it can't be built"}
    assert (document["good"], document["bad"], document["finished"]) == ("a", "f", True)
    assert "Slow &#60;it&#62; &#124; down" in FORMATS["markdown"](FOUND)
    assert "Slow <it> | down" in FORMATS["table"](FOUND)
