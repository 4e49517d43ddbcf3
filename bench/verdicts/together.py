"""Times and counts of the same servers, judged together: what the one says of the other."""

from __future__ import annotations

from collections.abc import Iterator

from ..facts.notices import Notice
from ..plan.metrics import metric_title
from .judgement import Judgement
from .verdict import Verdict

MOVED = {"REGRESSED", "IMPROVED"}
STILL = {"NO REGRESSION"}


def together(times: Judgement, counts: Judgement) -> Judgement:
    """Return one judgement of both, with a sentence where one moved and the other did not."""
    return Judgement(
        verdicts=(*times.verdicts, *counts.verdicts),
        rule=f"times: {times.rule} Counts: {counts.rule}",
        notices=(*dict.fromkeys([*_sentences(times, counts), *times.notices, *counts.notices]),),
        unmatched=(*times.unmatched, *counts.unmatched),
        causes=counts.causes,
    )


def _sentences(times: Judgement, counts: Judgement) -> Iterator[Notice]:
    for pair in dict.fromkeys((one.base, one.candidate) for one in counts.gated):
        timed, counted = (
            [one for one in judgement.gated if (one.base, one.candidate) == pair]
            for judgement in (times, counts)
        )
        if timed and counted:
            yield from map(Notice, _told(pair[1], timed, counted))


def _told(candidate: str, timed: list[Verdict], counted: list[Verdict]) -> Iterator[str]:
    """Yield what is odd about a candidate: that counts moved and no time did, or the reverse."""
    if _moved(counted) and all(one.verdict in STILL for one in timed):
        yield f"{candidate}: {_listed(counted)}, and no time did so surely"
    if _moved(timed) and all(one.verdict in STILL for one in counted):
        why = "it waits, or is interrupted, or does the same work at a higher price"
        yield f"{candidate}: {_listed(timed)}, and its instructions did not: {why}"


def _moved(verdicts: list[Verdict]) -> list[Verdict]:
    return [one for one in verdicts if one.verdict in MOVED]


def _listed(verdicts: list[Verdict]) -> str:
    """Return what moved, as `instructions moved by +2.1 %`."""
    found = [f"{metric_title(one.metric)} {(one.change or 0.0) * 100:+.1f} %" for one in _moved(verdicts)]
    return f"{', '.join(dict.fromkeys(found))} moved past the margin"
