"""A change and its interval as one line of text, on a scale on which the margin always has the same place."""

from __future__ import annotations

MARGIN = 9
"""So many characters lie between no change and the margin."""

HALF = 2 * MARGIN + 2
"""And so many between no change and either end: more than two margins either way is beyond it."""

INTERVAL, VALUE, ZERO, BORDER, BETTER, WORSE = "━", "█", "│", "┊", "◀", "▶"


def change_line(low: float | None, value: float, high: float | None) -> str:
    """Return a line on which worse is right, from harms in margins: 1.0 is as bad as may be.

    `┊` stands at the margin either way, `│` at no change. An end that is None or off the scale is an arrow.
    """
    line = [" "] * (2 * HALF + 1)
    line[HALF], line[HALF - MARGIN], line[HALF + MARGIN] = ZERO, BORDER, BORDER
    begin, middle, end = (_place(one) for one in (-HALF if low is None else low, value, high))
    for place in range(begin, end + 1):
        line[place] = INTERVAL
    line[middle] = VALUE
    if low is None or begin == 0:
        line[0] = BETTER
    if high is None or end == 2 * HALF:
        line[-1] = WORSE
    return "".join(line)


def scale_line() -> str:
    """Return what stands above such lines: which way is which."""
    margins, line = (HALF - MARGIN - 3, HALF + MARGIN - 3), ""
    places = (0, margins[0], HALF - 2, margins[1], 2 * HALF - 4)
    for word, place in zip(("better", "margin", "equal", "margin", "worse"), places, strict=True):
        line = f"{line:<{place}}{word}"
    return line


def _place(harm: float | None) -> int:
    """Return the index of a harm, the last one for None."""
    return 2 * HALF if harm is None else round(min(max(HALF + harm * MARGIN, 0), 2 * HALF))
