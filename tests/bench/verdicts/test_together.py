"""Times and counts side by side: what is said where they disagree."""

import pytest
from judgements import judgement, verdict
from wsbench.verdicts.together import together


@pytest.mark.parametrize(
    ("time", "count", "says"),
    [
        (
            "NO REGRESSION",
            "REGRESSED",
            "new: instructions +20.0 % moved past the margin, and no time did so surely",
        ),
        (
            "REGRESSED",
            "NO REGRESSION",
            "new: p50 µs +20.0 % moved past the margin, and its instructions did not: it",
        ),
        ("REGRESSED", "REGRESSED", ""),
        ("INCONCLUSIVE", "REGRESSED", ""),
        ("NO REGRESSION", "NO REGRESSION", ""),
    ],
)
def test_what_moved_alone_is_told(time: str, count: str, says: str):
    """Both ways; where times are open nothing is sure."""
    timed = judgement(verdict(time), rule="by the clock.")  # type: ignore[arg-type]
    counted = judgement(verdict(count, "instructions", client=""), rule="by counting.")  # type: ignore[arg-type]
    both = together(timed, counted)
    assert len(both.verdicts) == 2
    assert "by the clock. Counts: by counting." in both.rule
    assert [one.text.startswith(says) for one in both.notices] == [True] * bool(says)
    assert both.word == ("REGRESSED" if "REGRESSED" in {time, count} else time)
