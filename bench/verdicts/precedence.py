"""Which verdict decides what a whole run is called, and in which order verdicts are shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..stats.decision import GRAVEST, Word
from .verdict import Verdict


def word_of(gated: Sequence[Verdict]) -> Word:
    """Return the word of a run: that of the gravest line that counts; NO REGRESSION where nothing is gated.

    Lines that can't be judged count only where a server was lost, or where no line could be judged.
    """
    judged = [one for one in gated if one.verdict != "NOT JUDGED"]
    counting = [one.verdict for one in gated if one in judged or one.lost]
    if gated and not judged:
        return "NOT JUDGED"
    if "REGRESSED" in counting:  # where a control failed no line of the run is: INVALID is another one's then
        return "REGRESSED"
    return min((word for word in counting if word), key=GRAVEST.index, default="NO REGRESSION")


def by_gravity(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """Return verdicts with regressions first, the largest before others, then the gravest; in order else."""
    return sorted(verdicts, key=gravity)


def gravity(verdict: Verdict) -> tuple[int, float]:
    """Return where a verdict stands among others, the least comes first; what is not gated comes last."""
    word = verdict.verdict
    if word == "REGRESSED":
        return -1, -abs(verdict.change or 0.0)
    if word is None:
        return len(GRAVEST) + 1, 0.0
    return len(GRAVEST) if word == "NOT JUDGED" and not verdict.lost else GRAVEST.index(word), 0.0
