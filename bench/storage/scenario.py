"""Reads a scenario file, whose paths are those beside it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import UsageError
from ..plan.scenario import Scenario, scenario_of
from .toml import parsed

PATHS = ("ca", "certificate", "key")
"""Keys whose values are paths; those of the others are where they begin with @."""


def read_scenario(path: Path) -> Scenario:
    """Return what a file says. Raises `UsageError` where it can't be read, and as `scenario_of`."""
    try:
        document = parsed(path.read_bytes())
    except (OSError, ValueError) as problem:
        why = problem.strerror if isinstance(problem, OSError) else problem
        raise UsageError(f"--scenario {path}: can't be read: {why}") from None
    return scenario_of(_beside(path.parent, document), str(path))


def _beside(folder: Path, table: Mapping[str, Any]) -> dict[str, Any]:
    """Return a table with its paths as they are from here."""
    return {name: _found(folder, name, value) for name, value in table.items()}


def _found(folder: Path, name: str, value: Any) -> Any:
    if isinstance(value, Mapping):
        return _beside(folder, value)
    if isinstance(value, list):
        return [_found(folder, name, one) for one in value]
    if not isinstance(value, str) or not value:
        return value
    if name in PATHS:
        return str(folder / value)
    if name == "header" and ":" in value:
        header, _, rest = value.partition(":")
        return f"{header}: {_found(folder, '', rest.strip())}"
    return f"@{folder / value[1:]}" if value.startswith("@") and len(value) > 1 else value
