"""What the plugin of pytest tells a gate: which test asks, where its baseline is, and what was said of it.

Nothing heavy is imported here: the plugin loads it with every pytest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple


class Standing(NamedTuple):
    """A test that asks: its own folder of baselines, and what its marker says.

    `save` asks for a new baseline, `strict_first` has a missing one fail, as in CI, where nobody would
    notice. `refused` says why nothing can be measured, "" where it can. `tell` takes a line for the end of
    the run.
    """

    root: Path
    folder: Path
    said: Mapping[str, Any]
    save: bool
    strict_first: bool
    refused: str
    tell: Callable[[str], None]


asking: list[Callable[[], Standing]] = []
"""The tests that run now, the innermost last: a pytest may run inside another."""
