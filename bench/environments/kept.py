"""The environments that are kept: what they take, and their removal."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

from ..errors import UsageError
from . import building, provision

_NAME = re.compile(r".+-[0-9a-f]{12}")
"""What environments are called (building.py): nothing else in their folder is touched."""


def kept() -> list[Path]:
    """Return the folders of all environments, unfinished ones too, sorted."""
    try:
        entries = sorted(provision.folder().iterdir())
    except OSError:
        return []
    return [one for one in entries if _NAME.fullmatch(one.name) and one.is_dir() and not one.is_symlink()]


def environment_of(executable: str) -> Path | None:
    """Return the environment that an interpreter belongs to, None where it is none of ours."""
    return next((one for one in Path(executable).parents if one.parent == provision.folder()), None)


def size_of(environments: Iterable[Path]) -> int:
    """Return what environments take, in bytes; what several share, as uv links it, is counted once."""
    sizes: dict[tuple[int, int], int] = {}
    for environment in environments:
        for folder, _, names in os.walk(environment):
            for name in names:
                with contextlib.suppress(OSError):  # it was removed meanwhile
                    found = os.lstat(f"{folder}/{name}")
                    sizes[found.st_dev, found.st_ino] = found.st_size
    return sum(sizes.values())


def remove(environments: Iterable[Path], say: Callable[[str], None]) -> None:
    """Remove environments, each once no other process makes it; `say` hears of waiting. Raises `UsageError`.

    The marker goes first: what can't be removed to the end is not taken for whole.
    """
    for environment in environments:
        try:
            with building.locked(environment, say):
                (environment / building.MARKER).unlink(missing_ok=True)
                shutil.rmtree(environment)
        except FileNotFoundError:
            continue  # somebody else removed it
        except OSError as problem:
            raise UsageError(f"{environment} can't be removed: {problem.strerror or problem}") from None
