"""What is said of a profile of stages as a whole."""

from __future__ import annotations

from collections.abc import Sequence

from .load_rows import LoadRow


def kept_up_in(name: str, rows: Sequence[LoadRow]) -> str:
    """Say in which stages a server kept up with what was asked for; the rows say why not in the others."""
    parts = []
    for said, those in (
        ("keeps up in", [row for row in rows if not row.is_void and not row.missed]),
        ("does not keep up in", [row for row in rows if row.missed and not row.is_void]),
        ("can't be judged in", [row for row in rows if row.is_void]),
    ):
        if those:
            whole = len(those) == len(rows) > 1
            listed = ", ".join(str((row.stage or 0) + 1) for row in those)
            which = f"all {len(rows)} stages" if whole else f"stage{'s' * (len(those) > 1)} {listed}"
            parts.append(f"{said} {which}")
    return f"{name} {'; '.join(parts)}"
