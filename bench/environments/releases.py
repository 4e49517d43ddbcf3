"""Versions of a library: which the package index has, when they came, and which are too old for a server."""

from __future__ import annotations

import html
import os
import re
import sys
import tempfile
import tomllib
import urllib.request
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import InvalidVersion, Version

from ..errors import UsageError
from ..targets.catalogue import Contestant
from ..targets.client_spec import Asked
from . import messages as complaints
from . import tools
from .interpreters import version_of

ANSWER_S = 20.0
"""How long the index gets to answer."""

_FORMS = "application/vnd.pypi.simple.v1+json, text/html;q=0.5"  # PEP 691
_LINK = re.compile(r"<a\b[^>]*>\s*([^<]+?)\s*</a>", re.IGNORECASE)
_WHERE = re.compile(r"# from (\S+)")


class _File(msgspec.Struct):
    filename: str


class _Page(msgspec.Struct):
    files: list[_File]


def require_new_enough(spec: Asked) -> None:
    """Raise `UsageError` where a server or a client can't be written for the version that is asked for."""
    known = spec.contestant
    if known and is_too_old(known, spec.version):
        raise UsageError(
            f"{known.library} {spec.version} is too old: this {spec.role} needs {known.oldest} or newer"
        )


def is_too_old(known: Contestant, version: str) -> bool:
    """Whether a version came before the oldest that a server or a client works with."""
    try:
        return bool(known.oldest) and Version(version) < Version(known.oldest)
    except InvalidVersion:  # whoever installs it will say so
        return False


def day_after(folder: Path, requirement: str, days: int) -> str:
    """Return the day so many days after a version was uploaded, "" where the index does not tell.

    PyPI tells, as does any index with PEP 700; plain folders of files and many mirrors don't. `folder` is the
    environment that it is to be installed in.
    """
    done = _compile(requirement, "--python", str(folder / "bin" / "python"), "--format", "pylock.toml")
    try:
        packages = tomllib.loads(done.output.decode()).get("packages", [])
    except ValueError:
        return ""
    files = [file for one in packages for file in (one.get("sdist", {}), *one.get("wheels", []))]
    times = [file["upload-time"] for file in files if isinstance(file.get("upload-time"), datetime)]
    return (min(times) + timedelta(days)).date().isoformat() if times else ""


def _compile(requirement: str, *words: str) -> tools.Done:
    """Have uv choose a version."""
    with tempfile.NamedTemporaryFile("w", prefix="wsbench-", suffix=".in") as file:
        file.write(requirement)
        file.flush()
        compiling = [tools.uv(), "pip", "compile", "--no-deps", "--no-header", *words, "--", file.name]
        return tools.run(compiling, Path(file.name).parent)


def versions_of(library: str) -> list[Version]:
    """Return the versions of a library that the index has, the newest first, without pre-releases.

    uv says which of its indexes that is. Raises `UsageError` where it can't be asked.
    """
    if not tools.uv():
        raise UsageError("the versions of a library are found with uv: pip install 'wsbench[versions]'")
    done = _compile(library, "--python", sys.executable, "--emit-index-annotation", "--no-annotate")
    where = _WHERE.search(done.output.decode())
    if done.code or not where:
        raise UsageError(complaints.explain(done.words, library, sys.version.split()[0], lambda _: ""))
    found = {_version(name, library) for name in _files(where[1].rstrip("/"), library)}
    return sorted((one for one in found if one and not one.is_prerelease), reverse=True)


def marked_versions_of(roles: Mapping[str, Contestant]) -> list[tuple[str, str]]:
    """Return the versions of a library, each with what is to be said about it, often "".

    `roles` is what is written for it: a server, a client, or both. Raises `UsageError`.
    """
    library = next(iter(roles.values())).library
    here = version_of(library)
    marked = []
    for version in versions_of(library):
        outgrown = [role for role, known in roles.items() if is_too_old(known, str(version))]
        old = f"too old for this {' and this '.join(outgrown)}" if outgrown else ""
        marked.append((str(version), "installed here" if here and version == Version(here) else old))
    return marked


def _files(index: str, library: str) -> Iterator[str]:
    """Yield the names of a library's files on an index, whose pages are JSON or HTML (PEP 503)."""
    address = f"{index}/{canonicalize_name(library)}/"
    if address.startswith("file:"):
        address += "index.html"
    elif os.environ.get("UV_OFFLINE", "").lower() in {"1", "true"}:  # uv had it in its cache
        raise UsageError(f"{library}: {index} can't be read: the network is switched off (UV_OFFLINE)")
    request = urllib.request.Request(address, headers={"Accept": _FORMS})  # noqa: S310  # uv reads it, too
    try:
        with urllib.request.urlopen(request, timeout=ANSWER_S) as answer:  # noqa: S310
            page, kind = answer.read(), answer.headers.get_content_type()
    except OSError as problem:
        raise UsageError(f"{library}: {index} can't be read: {getattr(problem, 'reason', problem)}") from None
    if kind.endswith("json"):
        yield from (file.filename for file in msgspec.json.decode(page, type=_Page).files)
    else:
        yield from (html.unescape(match[1]) for match in _LINK.finditer(page.decode(errors="replace")))


def _version(filename: str, library: str) -> Version | None:
    """Return the version that a file is of; None where it is of none, or of something else."""
    try:
        name, version = (
            parse_wheel_filename(filename)[:2]
            if filename.endswith(".whl")
            else parse_sdist_filename(filename)
        )
    except (InvalidWheelFilename, InvalidSdistFilename, InvalidVersion):
        return None
    return version if name == canonicalize_name(library) else None
