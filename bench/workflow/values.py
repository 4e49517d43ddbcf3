"""Values of options: files and variables that they name, and what chance decides."""

from __future__ import annotations

import os
from pathlib import Path

from ..errors import UsageError
from ..failures import hide
from ..plan.scenario import Scenario
from ..storage import scenario as files
from ..targets.templates import expanded, is_utf8, refers


def read_value(text: str, option: str) -> str:
    """Return a value with `@FILE` and `${NAME}` in their place. Raises `UsageError`."""
    value = expanded(text, option, os.environ, lambda path: Path(path).read_text(encoding="utf-8"))
    if not is_utf8(value):  # of a variable
        raise UsageError(f"{option} {text}: it is not UTF-8")
    hide(value, option)
    return value


def read_scenario(path: str) -> Scenario:
    """Return what a scenario file says. Raises `UsageError`."""
    return files.read_scenario(Path(path))


def read_message(text: str) -> str:
    """Return a message as `read_value` does; what is no UTF-8 stands in it as `surrogateescape` has it.

    Raises `UsageError`.
    """
    if refers(text) and not is_utf8(text):  # which is stored as it was typed
        raise UsageError(f"--message {text!r}: the name of the file is not UTF-8")
    value = expanded(text, "--message", os.environ, _as_it_is)
    hide(value, "--message")
    return value


def _as_it_is(path: str) -> str:
    return Path(path).read_bytes().decode(errors="surrogateescape")


def seed_or_random(seed: int | None) -> int:
    """Return the seed, a random one where the user gave none."""
    return int.from_bytes(os.urandom(4), "big") if seed is None else seed
