"""What a lower bound leaves to say of a change."""

from __future__ import annotations

import pytest
from judgements import verdict
from wsbench.stats.decision import Word
from wsbench.verdicts.bounds import Bound, as_bounded

FELL = "the client was the limit with old, so it fell by at least as much"
CAN = "the client was the limit with new, so it can do at least as much"


@pytest.mark.parametrize(
    ("word", "bound", "left", "reason"),
    [
        ("REGRESSED", "", "REGRESSED", ""),
        ("REGRESSED", "base", "REGRESSED", FELL),
        ("NO REGRESSION", "base", "NOT JUDGED", "the client was the limit with old"),
        ("IMPROVED", "base", "NOT JUDGED", "the client was the limit with old"),
        ("INCONCLUSIVE", "base", "NOT JUDGED", "the client was the limit with old"),
        ("NO REGRESSION", "candidate", "NO REGRESSION", CAN),
        ("IMPROVED", "candidate", "IMPROVED", CAN),
        ("REGRESSED", "candidate", "NOT JUDGED", "the client was the limit with new"),
        ("INCONCLUSIVE", "candidate", "NOT JUDGED", "the client was the limit with new"),
    ],
)
def test_only_what_is_sure_stays(word: Word, bound: Bound, left: Word, reason: str) -> None:
    """A base that could do more can't have been overtaken for sure; a candidate can't be worse for sure."""
    found = as_bounded(verdict(word, "throughput", needed_rounds=9), bound)
    assert (found.verdict, found.reason) == (left, reason)
    assert found.needed_rounds == (None if left == "NOT JUDGED" else 9)
