"""What is odd about the files of a history, and what of them is left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from ...facts.notices import Notice
from .record import Unusable, Value


def of_times(values: Iterable[Sequence[Value]]) -> Iterator[Notice]:
    """Say that the order of some runs of a series is not known by their times."""
    twice = 0
    for found in values:
        same = Counter(one.source.started for one in found)
        twice = max(twice, sum(count for count in same.values() if count > 1))
    if twice:
        what = f"{twice} runs began in the same second as another"
        yield Notice(f"{what}: they are in the order of their files' names")


def of_unusable(unusable: Sequence[Unusable]) -> Iterator[Notice]:
    """Say what is left out and why, alike reasons together."""
    groups: dict[tuple[str, str], list[str]] = {}
    for one in unusable:
        groups.setdefault((one.what, one.why), []).append(one.file)
    for (what, why), files in groups.items():
        where = files[0] if len(files) == 1 else f"{len(files)} runs, the last {files[-1]}"
        yield Notice(f"left out: {f'{what} in ' if what else ''}{where}: {why}")
