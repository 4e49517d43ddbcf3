"""Values of options that name files and variables."""

from __future__ import annotations

import os
from pathlib import Path

from ..failures import hide
from ..targets.templates import expanded


def read_value(text: str, option: str) -> str:
    """Return a value with `@FILE` and `${NAME}` in their place. Raises `UsageError`."""
    value = expanded(text, option, os.environ, lambda path: Path(path).read_text(encoding="utf-8"))
    hide(value, option)
    return value
