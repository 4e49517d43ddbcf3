"""Which line decides what a run is called and exits with: a test for each row of the order of precedence."""

from __future__ import annotations

import pytest
from judgements import judgement, verdict
from wsbench.demand.workload import Workload
from wsbench.exits import code_of
from wsbench.stats.decision import GRAVEST, Word
from wsbench.verdicts.judgement import Unmatched
from wsbench.verdicts.precedence import by_gravity
from wsbench.verdicts.verdict import Verdict

GONE = (Unmatched("gone by wire", "lost"),)


def line(words: str) -> Verdict:
    """Return a verdict of a word; `lost` is NOT JUDGED of a server that was lost."""
    lost = words == "lost"
    word: Word = "NOT JUDGED" if lost else words  # type: ignore[assignment]
    return verdict(word, lost=lost, reason="why" if word == "NOT JUDGED" else "")


@pytest.mark.parametrize(
    ("words", "unmatched", "word", "codes"),
    [
        # a control of the whole run failed, or no line could be judged
        ("INVALID, INVALID", (), "INVALID", (4, 4)),
        ("INVALID, NO REGRESSION", (), "INVALID", (4, 4)),  # of two runs
        ("INVALID, REGRESSED", (), "REGRESSED", (1, 1)),  # of two runs, too
        ("NOT JUDGED, NOT JUDGED", (), "NOT JUDGED", (4, 4)),
        ("lost", (), "NOT JUDGED", (4, 4)),
        # any regression
        ("REGRESSED, lost, NOT JUDGED, INCONCLUSIVE", GONE, "REGRESSED", (1, 1)),
        ("NO REGRESSION, REGRESSED, NOT JUDGED", (), "REGRESSED", (1, 1)),
        # a server that was lost
        ("lost, INCONCLUSIVE, IMPROVED", (), "NOT JUDGED", (4, 4)),
        ("NO REGRESSION, lost", GONE, "NOT JUDGED", (4, 4)),
        # what is open, unjudged or on one side only, with --strict
        ("INCONCLUSIVE, IMPROVED", (), "INCONCLUSIVE", (0, 3)),
        ("IMPROVED, NOT JUDGED", (), "IMPROVED", (0, 3)),
        ("NO REGRESSION, NOT JUDGED", (), "NO REGRESSION", (0, 3)),
        ("NO REGRESSION", GONE, "NO REGRESSION", (0, 3)),
        # else all is well
        ("IMPROVED, NO REGRESSION", (), "IMPROVED", (0, 0)),
        ("NO REGRESSION", (), "NO REGRESSION", (0, 0)),
        ("", (), "NO REGRESSION", (0, 0)),
    ],
)
def test_each_row_of_the_order_of_precedence(
    words: str, unmatched: tuple[Unmatched, ...], word: Word, codes: tuple[int, int]
) -> None:
    """In any order of lines; the second code is that with `--strict`."""
    lines = [line(one) for one in filter(None, words.split(", "))]
    for order in (lines, lines[::-1]):
        found = judgement(*order, unmatched=unmatched)
        assert found.word == word
        assert (
            tuple(code_of(found.word, strict=strict, whole=found.whole) for strict in (False, True)) == codes
        )


def test_regressions_come_first_and_the_largest_of_them() -> None:
    """Then what voids a run, what was lost and what is open; last what can't be judged."""
    small, large = verdict("REGRESSED", change=0.1), verdict("REGRESSED", change=-2.0)
    words = ("INVALID", "lost", "INCONCLUSIVE", "IMPROVED", "NO REGRESSION", "NOT JUDGED")
    rest = [line(word) for word in words]
    shown = verdict(None, workload=Workload(connections=2))
    ordered = [large, small, *rest, shown]
    assert by_gravity(ordered[::-1]) == ordered
    assert by_gravity(ordered) == ordered


def test_every_word_has_its_exit_code() -> None:
    """No word is forgotten."""
    assert {word: code_of(word, strict=False) for word in GRAVEST} == {
        "INVALID": 4,
        "REGRESSED": 1,
        "NOT JUDGED": 4,
        "INCONCLUSIVE": 0,
        "IMPROVED": 0,
        "NO REGRESSION": 0,
    }
