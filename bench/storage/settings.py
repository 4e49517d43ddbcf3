"""What a project says about its gate: the table `[tool.wsbench.check]` of its pyproject.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

from ..errors import UsageError
from ..plan.margins import MARGIN, Gates
from ..plan.metrics import gateable
from ..targets.catalogue import choose

FILE = "pyproject.toml"
NAMES = tuple(dict.fromkeys((*gateable("latency"), *gateable("throughput"), *gateable("load"))))


def read_gates(margin: float | None, folder: Path = Path()) -> Gates:
    """Return the margins for a run in `folder`: `margin` in percent for all if it is given, else the file's.

    Raises `UsageError` on a file or a table that can't be read.
    """
    if margin is not None:
        return Gates(margin=_share("--margin", margin))
    return gates_of(_table(folder / FILE))


def gates_of(table: Mapping[str, object]) -> Gates:
    """Return the margins of a table: `margin`, metrics by name, and `cells` by pattern; all in percent."""
    found, cells = dict(table), table.get("cells", {})
    found.pop("cells", None)
    if not isinstance(cells, Mapping) or not all(isinstance(one, Mapping) for one in cells.values()):
        raise UsageError(
            f'{FILE}: write [tool.wsbench.check.cells."PATTERN"] with margins by metric below it'
        )
    return Gates(
        margin=_share("margin", found.pop("margin", MARGIN * 100)),
        metrics=_margins(found),
        cells={pattern: _margins(margins) for pattern, margins in cells.items()},
    )


def _margins(table: Mapping[str, object]) -> dict[str, float]:
    return {choose("metric", name, NAMES): _share(name, value) for name, value in table.items()}


def _share(name: str, percent: object) -> float:
    """Turn percent into a share; `false` is 0, which takes a metric out."""
    if isinstance(percent, int | float) and percent is not True and 0 <= percent <= 1000:
        return round(percent / 100, 6)
    raise UsageError(f"{name} {percent}: a margin is a number of percent, 5 for 5 %")


def _table(path: Path) -> Mapping[str, object]:
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise UsageError(f"can't read {path}: {problem}") from None
    table: Mapping[str, object] = document
    for name in ("tool", "wsbench", "check"):
        inner = table.get(name, {})
        if not isinstance(inner, Mapping):
            raise UsageError(f"{FILE}: write [tool.wsbench.check] with margins below it")
        table = inner
    return table
