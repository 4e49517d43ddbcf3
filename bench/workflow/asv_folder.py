"""asv's folder of results: which commit a result is of, and what is there already."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from ..environments import tools
from ..errors import UsageError
from ..exporters.asv import Commit
from ..storage.errors import StoreError
from ..storage.writing import write_out


@cache
def commit_of(revision: str) -> Commit:
    """Return the commit that a revision names in the repository around the current folder, HEAD for "".

    All 40 digits of a commit need no repository: it is then as if made now. Raises `UsageError`.
    """
    wanted = f"{revision or 'HEAD'}^{{commit}}"
    if shutil.which("git"):
        done = tools.run(["git", "log", "-1", "--format=%H %ct", "--end-of-options", wanted, "--"])
        if not done.code:
            digits, made = done.output.decode().split()
            return Commit(digits, int(made))
    if re.fullmatch(r"[0-9a-f]{40}", revision):
        return Commit(revision, int(time.time()))
    what = f"git knows no commit {revision}" if revision else "there is no git repository with a commit"
    raise UsageError(
        f"asv keeps results by commit, and here {what}: run it in the project, or write asv:COMMIT=FOLDER"
    )


def write_folder(folder: Path, documents: Mapping[str, Mapping[str, Any]], mode: int) -> None:
    """Write documents into a folder; those that are there keep what is not new.

    Raises `OSError`, and `StoreError` where one that is there can't be read.
    """
    for name, document in documents.items():
        path = folder / name
        merged = _merged(_read(path), document)
        write_out(path, msgspec.json.format(msgspec.json.encode(merged), indent=1) + b"\n", mode=mode)


def _read(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
    except msgspec.DecodeError:
        raise StoreError(f"{path} is no JSON object: remove it, or write to another folder") from None


def _merged(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """Return a document with what is new; results are kept beside each other."""
    results = {"results": {**old.get("results", {}), **new["results"]}} if "results" in new else {}
    return {**old, **new, **results}
