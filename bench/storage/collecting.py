"""All result files of some folders: in folders inside them too, and in zip archives, as CI leaves them."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from .errors import StoreError
from .naming import SUFFIXES
from .reading import Member, decoded, texts_of
from .writing import STANDARD

ARCHIVE = ".zip"


def stored_in(paths: Iterable[Path]) -> list[Path | Member]:
    """Return the result files that paths name or hold, each once; what begins with a dot is hidden.

    An archive that can't be opened is among them: whoever reads it is told why. Raises `StoreError` where a
    path is not there.
    """
    found = dict[Path | Member, None]()
    for path in paths:
        if path != STANDARD and not path.exists():
            raise StoreError(f"there is no {path}: name result files, or folders of them")
        found.update(dict.fromkeys(_below(path) if path.is_dir() else _inside(path)))
    return list(found)


def _below(folder: Path) -> Iterator[Path | Member]:
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if name.endswith((*SUFFIXES, ARCHIVE)) and not name.startswith("."):
                yield from _inside(Path(place, name))


def _inside(path: Path) -> Iterator[Path | Member]:
    """Yield a file, or the result files of an archive."""
    if not path.name.endswith(ARCHIVE):
        yield path
        return
    try:
        with ZipFile(path) as archive:
            names = sorted(name for name in archive.namelist() if name.endswith(SUFFIXES))
    except (BadZipFile, OSError):
        names = [""]
    yield from (Member(path, name) for name in names)


def began(path: Path | Member) -> str:
    """Return when a run began, as its header says; "" where it does not. Reads the first line alone."""
    with contextlib.suppress(StoreError):
        first = next(texts_of(path), None)
        return getattr(decoded(first, first=True), "started", "") if first else ""
    return ""
