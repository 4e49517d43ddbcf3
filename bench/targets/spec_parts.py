"""What stands behind the `@`s of a server spec: where each part begins and ends, and what it says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from ..errors import UsageError
from .catalogue import LOOPS, SERVERS, choose

SOURCES = ("path:", "git:")
_LABELLED = re.compile(r"(?:(?P<label>[\w.+-]+)=(?!=))?(?P<rest>.+)", re.DOTALL)
_PYTHON = re.compile(r"(?:python)?(?P<version>3\.\d+(?:\.\d+)?t?)|(?P<path>.*/.*)")
_LOOP = re.compile(rf"(?:{'|'.join(LOOPS)})(?:==.*)?")
_VERSION = re.compile(r"(?:\d+!)?\d[\w.+-]*", re.ASCII)
_PASSWORD = re.compile(r"https?://[^/#]*@|://[^/#@]*:[^/#]*@")
_COMPANION = re.compile(rf"with:(?P<name>[A-Za-z\d](?:[\w.-]*[A-Za-z\d])?)=={_VERSION.pattern}", re.ASCII)


def labelled(text: str) -> tuple[str, str]:
    """Return the label that the user gives a spec, "" for none, and the rest of it."""
    match = _LABELLED.fullmatch(text)
    return (match["label"] or "", match["rest"]) if match else ("", text)


def split(text: str) -> tuple[str, list[str]]:
    """Return what a spec is of, a name or a file, and its parts.

    An `@` inside a path, an address of git or the name of a file separates nothing: behind one of these only
    what is a part by itself begins another, such as `tls`, `uvloop==1.0` or `./venv/bin/python`.
    """
    head, *rest = text.split("@")
    files = [number for number, piece in enumerate(rest, 1) if piece.endswith(".py") and not _is_part(piece)]
    if files and head.partition("==")[0] not in SERVERS:
        head, rest = "@".join((head, *rest[: files[-1]])), rest[files[-1] :]
    parts: list[str] = []
    for piece in rest:
        if parts and ("/" in parts[-1] or parts[-1].startswith(SOURCES)) and not _is_part(piece):
            parts[-1] += f"@{piece}"
        else:
            parts.append(piece)
    return head, parts


def _is_part(piece: str) -> bool:
    """Whether a piece is a part by itself wherever it stands; a path is one where its beginning says so."""
    return (
        piece in {"", "tls", "deflate"}
        or piece.startswith(("with:", *SOURCES, "/", "./", "../", "~"))
        or bool(_LOOP.fullmatch(piece))
        or ("/" not in piece and bool(_PYTHON.fullmatch(piece)))
    )


def said(text: str, parts: Sequence[str]) -> dict[str, Any]:
    """Return the fields of a spec that its parts fill, each at most once. Raises `UsageError`."""
    found: dict[str, Any] = {}
    companions: dict[str, str] = {}
    for part in parts:
        kind, value = _read(text, part)
        kept = companions if part.startswith("with:") else found
        if kind in kept:
            raise UsageError(f"{text!r} says twice which {kind} it wants")
        kept[kind] = value
    if "loop" in found:
        found["loop"], pinned, version = found["loop"].partition("==")
        found |= {"loop_version": version} if pinned else {}
    return found | ({"companions": tuple(companions.values())} if companions else {})


def _read(text: str, part: str) -> tuple[str, Any]:
    """Return what a part is about, and what it says."""
    if part in SOURCES:
        raise UsageError(f"{text!r}: {part} names nothing: write path:DIR or git:REF")
    if part.startswith("with:"):
        return _companion(text, part)
    if part.startswith(SOURCES):
        if _PASSWORD.search(part):
            raise UsageError(
                "a repository's URL holds no user or password: git's credential helper knows them"
            )
        return "source", part
    if part in {"tls", "deflate"}:
        return part, True
    if _PYTHON.fullmatch(part):
        return "python", read_python(part)
    loop, pinned, version = part.partition("==")
    choose("loop", loop, LOOPS)
    if pinned and loop == "asyncio":
        raise UsageError(f"{text!r}: asyncio is part of Python and has no versions")
    if pinned and not _VERSION.fullmatch(version):
        raise UsageError(f"{text!r}: {version!r} is no version: write {loop}==VERSION")
    return "loop", part


def _companion(text: str, part: str) -> tuple[str, str]:
    """Return the normalised name of a companion, and what is to be installed: `name==version`."""
    match = _COMPANION.fullmatch(part)
    if not match:
        raise UsageError(f"{text!r}: {part!r} is no companion: write with:NAME==VERSION")
    return normalised(match["name"]), part.removeprefix("with:")


def normalised(name: str) -> str:
    """Return the name of a distribution as package indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def read_python(word: str) -> str:
    """Read `3.13`, `python3.13` or a path: the version, or the path. Raises `UsageError`."""
    found = _PYTHON.fullmatch(word)
    if not found:
        raise UsageError(f"{word!r} is no interpreter: write 3.13, 3.13.1 or a path with a / in it")
    return found["version"] or found["path"]


def short(part: str) -> str:
    """Return a part as it stands in a label: of a path its last name, of a checkout its kind or revision."""
    if part.startswith("path:"):
        return "path"
    if not part.startswith("git:"):
        return part.rpartition("/")[2]
    where, _, revision = part.removeprefix("git:").rpartition("#")
    return revision if where or ":" not in revision else revision.rpartition("/")[2]
