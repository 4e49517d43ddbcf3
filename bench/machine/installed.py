"""Whether what a plan needs is installed here."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ..values.catalogue import CLIENTS, SERVERS, ServerSpec, UsageError
from .environment import version_of


def missing(library: str) -> str:
    """Return the line that says how to get a library, "" if it is here."""
    if not library or version_of(library):
        return ""
    return f"{library} is not installed: pip install {library}"


def require(specs: Iterable[ServerSpec], clients: Iterable[str] = ()) -> None:
    """Raise `UsageError` for the first library, version or file that is not here."""
    for spec in specs:
        if spec.file and not Path(spec.file).is_file():
            raise UsageError(f"{spec.label}: there is no file {spec.file}")
        if spec.loop == "uvloop":
            _require_library("uvloop")
        if spec.url or spec.file or spec.python:
            continue
        library = SERVERS[spec.name].library
        _require_library(library)
        here = version_of(library) if library else ""
        if spec.version and spec.version != here:
            what = f"{spec.name}=={spec.version}"
            raise UsageError(f"{what} is not installed, {here or 'no version of it'} is: pip install {what}")
    for client in clients:
        _require_library(CLIENTS[client].library)


def _require_library(library: str) -> None:
    if line := missing(library):
        raise UsageError(line)
