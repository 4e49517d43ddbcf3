"""One line for a step of a load run that has ended."""

from __future__ import annotations

from collections.abc import Mapping

from ..records.rates.missed import in_words
from .numbers import microseconds

HELD = {True: "limit held", False: "limit not held", None: ""}


def step_line(  # noqa: PLR0913  # what a line has
    where: str,
    rate: float,
    achieved: float,
    times: Mapping[str, float],
    errors: int,
    *,
    held: bool | None = None,
    doubt: str = "",
) -> str:
    """Return how a step at `rate` msg/s (0 for as fast as it goes) went; `times` are p50 and p99 in ns.

    Lines of the steps of a run stand in columns. A `doubt` is why it can't be believed, or was missed.
    """
    asked = f"{in_words(rate)} msg/s" if rate else "full speed"
    known = [f"{name} {microseconds(times[name])} µs" for name in ("p50", "p99") if name in times]
    failed = f"{errors:,} error{'' if errors == 1 else 's'}"
    said = [f"{in_words(achieved)} answered", *known, failed, HELD[held], doubt]
    return f"{where}: {asked:>15}: {', '.join(filter(None, said))}"
