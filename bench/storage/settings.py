"""What a project says about its gate: the table `[tool.wsbench.check]` of its pyproject.toml."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from ..errors import UsageError
from ..plan.margins import DEFAULT, GATE, MARGIN, NAMES, Gates, as_share, read_margins
from ..targets.catalogue import choose
from .toml import parsed

FILE = "pyproject.toml"
TABLES = ("check",)
"""The tables below [tool.wsbench]."""

CELLS = "cells"


def read_gates(margins: Sequence[str], folder: Path | None = None) -> Gates:
    """Return the margins for a run in `folder`, by default this one: the project's, `--margin` before them.

    The project's file is the nearest pyproject.toml, from there upwards, that has a table [tool.wsbench], as
    ruff finds its own. It is not looked for where `--margin` gives a margin for all. Raises `UsageError` on a
    file or a table that can't be read.
    """
    for_all = any("=" not in word for word in margins)
    return read_margins(margins, Gates() if for_all else _project(folder or Path.cwd()))


def _project(folder: Path) -> Gates:
    for place in (folder, *folder.absolute().parents):
        path = place / FILE
        name = _name(path)
        found = _table(path, name)
        if found is not None:
            return gates_of(found, name)
    return Gates()


def _name(path: Path) -> str:
    """Return a path as seen from here: it stands in messages, and in the rule of what is stored."""
    try:
        return os.path.relpath(path)
    except ValueError:  # another drive
        return str(path)


def gates_of(table: Mapping[str, object], source: str = FILE) -> Gates:
    """Return the margins of a table: `margin`, metrics by name, and `cells` by pattern; all in percent.

    Raises `UsageError`, naming the file `source`.
    """
    where = f"{source}, [tool.wsbench.check]"
    found = {_key(name, (DEFAULT, CELLS, *NAMES), where): value for name, value in table.items()}
    cells = found.pop(CELLS, {})
    if not isinstance(cells, Mapping) or not all(isinstance(one, Mapping) for one in cells.values()):
        raise UsageError(
            f'{source}: write [tool.wsbench.check.cells."PATTERN"] with margins by metric below it'
        )
    return Gates(
        margin=_share(where, DEFAULT, found.pop(DEFAULT, MARGIN * 100)),
        metrics={name: _share(where, name, value) for name, value in found.items()},
        cells={pattern: _of_cells(source, pattern, margins) for pattern, margins in cells.items()},
        source=source,
    )


def _of_cells(source: str, pattern: str, table: Mapping[str, object]) -> dict[str, float]:
    """Return the margins of a pattern, and as `gate` whether its cells are gated at all."""
    where = f'{source}, [tool.wsbench.check.cells."{pattern}"]'
    found: dict[str, float] = {}
    for name, value in table.items():
        key = _key(name, (GATE, DEFAULT, *NAMES), where)
        if key == GATE and not isinstance(value, bool):
            raise UsageError(f"{where}: gate {value!r}: write true or false")
        found[key] = float(bool(value)) if key == GATE else _share(where, key, value)
    return found


def _key(name: str, known: Sequence[str], where: str) -> str:
    try:
        return choose("key", name, known)
    except UsageError as problem:
        raise UsageError(f"{where}: {problem}") from None


def _share(where: str, name: str, value: object) -> float:
    if isinstance(value, Mapping):  # a dot in a bare key makes a table
        raise UsageError(f'{where}: a name with a dot needs quotes: "{name}.{next(iter(value), "")}"')
    return as_share(value, f"{where}: {name} {value!r}")


def _table(path: Path, name: str) -> Mapping[str, object] | None:
    """Return the table [tool.wsbench.check] of a file, None where the file has no word about wsbench."""
    try:
        document = parsed(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as problem:
        raise UsageError(f"can't read {name}: {problem}") from None
    tools = document.get("tool", {})
    if not isinstance(tools, Mapping) or "wsbench" not in tools:
        return None
    ours = tools["wsbench"]
    if not isinstance(ours, Mapping):
        raise UsageError(f"{name}: [tool.wsbench] is a table, with margins in [tool.wsbench.check]")
    for key in ours:
        _key(key, TABLES, f"{name}, [tool.wsbench]")
    table = ours.get("check", {})
    if not isinstance(table, Mapping):
        raise UsageError(f"{name}: write [tool.wsbench.check] with margins below it")
    return table
