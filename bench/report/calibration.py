"""The profile of a machine, which is the result of its last calibration, as lines of text."""

from __future__ import annotations

import textwrap

from ..rendering.numbers import MISSING
from ..stats.estimate import Estimate
from ..verdicts.calibration import TIMES_S, Noise, Profile

COLUMNS = 78
HEADS = ("", "spread", "position", "autocorr.", *(f"{time} s" for time in TIMES_S), "margin")
LEGEND = (
    "spread: standard deviation of ln(copy / base) between rounds, the outer fifths pulled in; position: what"
    " the earlier of two turns shows against the later; autocorr.: of a round with the next, doubtful past"
    " 2/√rounds; 30, 60, 120 s: how far past its margin a change must lie to be found in that time (about"
    " 80 % chance, nothing else gated); margin: with it, unchanged code passes in that line in 95 % of runs."
)


def profile_lines(profile: Profile) -> list[str]:
    """Return a profile as lines of text, at most 78 columns each: a table, how to read it, every notice."""
    made = profile.calibration
    count = max((line.rounds for line in made.lines), default=0)
    about = (
        f"calibrated {profile.made[:10]} with {profile.server}:"
        f" {count} rounds of {made.seconds_per_round:.1f} s"
        f" (machine {profile.fingerprint}, wsbench {profile.wsbench})"
    )
    notices = [f"{'INVALID' if one.invalid else 'note'}: {one.text}" for one in made.notices]
    below = [LEGEND, *notices] if made.lines else notices
    return [*_wrapped(about), *_table(made.lines), *(line for text in below for line in _wrapped(text))]


def _table(lines: tuple[Noise, ...]) -> list[str]:
    """Return rows under one head, those of a cell together under its name."""
    if not lines:
        return []
    rows = [HEADS, *map(_row, lines)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    texts = [_aligned(row, widths) for row in rows]
    found, cell = [texts[0]], ""
    for line, text in zip(lines, texts[1:], strict=True):
        name = line.name.removeprefix(f"{line.metric} by ")
        if name != cell:
            found += _wrapped(name)
            cell = name
        found.append(text)
    return found


def _row(line: Noise) -> tuple[str, ...]:
    return (
        f"  {line.metric}",
        _percent(line.spread),
        _effect(line.position),
        f"{line.autocorrelation:+.2f}",
        *(MISSING if one.change is None else _percent(one.change) for one in line.reaches),
        _percent(line.margin),
    )


def _aligned(row: tuple[str, ...], widths: list[int]) -> str:
    numbers = (text.rjust(width) for text, width in zip(row[1:], widths[1:], strict=True))
    return "  ".join([row[0].ljust(widths[0]), *numbers])


def _percent(share: float) -> str:
    """Return a share as a percentage: `0.72 %`, `1.4 %`, `23 %`."""
    return f"{_number(share)} %"


def _effect(effect: Estimate | None) -> str:
    """Return a logarithmic effect as a percentage, with the longer half of its interval: `+0.12 ±0.30 %`."""
    if effect is None:
        return MISSING
    ratio = effect.exp()
    sign = "-" if ratio.value < 1 else "+"
    half = max(ratio.high - ratio.value, ratio.value - ratio.low)
    return f"{sign}{_number(abs(ratio.value - 1))} ±{_number(half)} %"


def _number(share: float) -> str:
    """Return 100 times a share in at most four characters, with about two digits: rounds support no more."""
    percent = 100 * share
    if percent > 999:
        return ">999"
    return f"{percent:.{2 if percent < 0.995 else 1 if percent < 9.95 else 0}f}"


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, COLUMNS)
