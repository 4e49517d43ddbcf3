"""Bars made of block characters."""

from __future__ import annotations

FULL, EIGHTHS = "█", ("", "▏", "▎", "▍", "▌", "▋", "▊", "▉")


def bar(share: float, room: int) -> str:
    """Return a bar that fills a share, from 0 to 1, of `room` characters, in steps of an eighth of one.

    Whatever is more than nothing has an eighth at least.
    """
    eighths = round(min(max(share, 0.0), 1.0) * room * 8)
    whole, part = divmod(max(eighths, 1 if share > 0 else 0), 8)
    return FULL * whole + EIGHTHS[part]
