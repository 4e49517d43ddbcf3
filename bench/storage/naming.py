"""Which word names a result file, and which file of a folder is the newest."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from ..targets.catalogue import SERVERS
from .errors import StoreError
from .writing import STANDARD

SUFFIXES = (".jsonl", ".jsonl.gz", ".jsonl.zst")
"""How names of result files end. A file of any other name is read as well where it is named itself."""

_STAMP = re.compile(r"\d{8}T\d{6}Z")


def is_file(path: Path) -> bool:
    """Whether a path is that of a file: there is one, or its name ends as those of result files do."""
    if path == STANDARD or path.name.endswith(SUFFIXES):
        return True
    with contextlib.suppress(OSError, ValueError):  # longer than a name can be, or with a NUL
        return path.exists() and not path.is_dir()
    return False


def names_results(word: str) -> bool:
    """Whether a word that may name a server names a result file, or a folder of them.

    What is there decides, not how it is called; but a word of the catalogue and a Python file are servers.
    """
    path = Path(word)
    if word in SERVERS or word.endswith(".py"):
        return False
    with contextlib.suppress(OSError, ValueError):
        return is_file(path) or path.is_dir()
    return False


def results_in(folder: Path) -> list[Path]:
    """Return the result files of a folder, the oldest first: by the time in their names, else of change."""
    return sorted((path for path in folder.glob("*") if path.name.endswith(SUFFIXES)), key=_age)


def _age(path: Path) -> tuple[str, int]:
    changed = path.stat().st_mtime_ns if path.exists() else 0  # a link to nowhere
    stamp = _STAMP.match(path.name)
    return stamp[0] if stamp else f"{datetime.fromtimestamp(changed / 1e9, UTC):%Y%m%dT%H%M%SZ}", changed


def found(paths: Iterable[Path]) -> list[Path]:
    """Return paths with the newest result file in the place of each folder.

    Raises `StoreError` where a folder has none, and where standard input is to be read twice.
    """
    files = [newest_in(path) if path != STANDARD and path.is_dir() else path for path in paths]
    if files.count(STANDARD) > 1:
        raise StoreError("standard input can be read once: name a file in the place of the other -")
    return files


def newest_in(folder: Path) -> Path:
    """Return the newest result file of a folder. Raises `StoreError`."""
    files = results_in(folder)
    if not files:
        raise StoreError(f"there is no result file in {folder}/ yet: wsbench run")
    return files[-1]


def short_name(path: Path) -> str:
    """Return what a file is called in a table: its name without how those of result files end."""
    if path == STANDARD:
        return "standard input"
    suffix = next((one for one in SUFFIXES if path.name.endswith(one)), path.suffix)
    return path.name.removesuffix(suffix) or path.name
