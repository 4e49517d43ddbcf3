"""Environments of their own for servers that can't run in ours: another version, another Python, a checkout.

They live in one folder and are never changed once they are whole: whatever else is wanted becomes another.
"""

from __future__ import annotations

import importlib.metadata
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
from packaging.utils import InvalidName, canonicalize_name, canonicalize_version
from packaging.version import InvalidVersion, Version

from ..errors import UsageError
from ..targets.spec import ServerSpec
from . import building, checkouts, installer, interpreter_search, interpreters, repositories, tools
from .building import Recipe
from .interpreters import Interpreter, version_of

DAYS = 30
"""As of how long after its release a library gets its companions: time enough for them to follow it."""


class Source(msgspec.Struct, frozen=True):
    """What a checkout or revision is as of now, and the folder of a checkout; empty for none."""

    identity: str = ""
    checkout: Path | None = None


def folder() -> Path:
    """Return where environments live: in `$WSBENCH_CACHE`, else in the user's cache."""
    if named := os.environ.get("WSBENCH_CACHE"):
        return Path(named).absolute() / "environments"
    from platformdirs import user_cache_path

    return user_cache_path("wsbench", appauthor=False) / "environments"


def wanted(spec: ServerSpec) -> tuple[str, ...]:
    """Return all distributions that a server of ours is made of, with that of its event loop."""
    loop = () if spec.loop in {"", "asyncio"} else (spec.loop,)
    return (*(spec.contestant.distributions if spec.contestant else ()), *loop)


def holds(versions: Mapping[str, str], spec: ServerSpec) -> bool:
    """Whether versions of distributions, by normalised name, are all that a server wants."""
    if not all(versions.get(canonicalize_name(name)) for name in wanted(spec)):
        return False
    library = spec.library
    if not spec.version or not library:
        return True
    found = versions[canonicalize_name(library)]
    return canonicalize_version(spec.version) == canonicalize_version(found)  # 17.4 is 17.4.0


def _here(spec: ServerSpec) -> dict[str, str]:
    """Return the versions of what a server wants that are installed here, by normalised name."""
    return {canonicalize_name(name): version for name in wanted(spec) if (version := version_of(name))}


def needed(spec: ServerSpec) -> bool:
    """Whether a server runs in an environment of its own.

    Not if it runs here, or in the interpreter whose path it names, as they are; nor if nothing says that it
    should, and there is no uv to make one. Raises `UsageError` where there is no such interpreter.
    """
    if not spec.contestant or not wanted(spec):
        return False
    if spec.source or spec.pins:
        return True
    if spec.python:
        path = interpreter_search.find(spec.python)
        answer = interpreters.ask(path)
        if answer and not answer.same_as(interpreters.ours()):
            there = interpreters.installed_in(path) if os.sep in spec.python else None
            return not holds(there or {}, spec)
    if holds(_here(spec), spec):
        return False
    if spec.version or spec.python or tools.uv():
        return True
    recipe = recipe_for(spec, interpreters.ours(), "", _published(spec))
    return building.is_whole(folder() / recipe.name, recipe)


def provide(spec: ServerSpec, say: Callable[[str], None]) -> str:
    """Return the path of the interpreter that a server runs on; its environment is made if it is not there.

    `say` hears what takes time. Raises `UsageError`.
    """
    path = interpreter_search.find(spec.python) if spec.python else sys.executable
    interpreter = interpreters.ask(path)
    if not needed(spec) or interpreter is None:
        return path
    source = source_of(spec, interpreter) if spec.source else Source()
    recipe = recipe_for(spec, interpreter, source.identity, _published(spec))
    target = folder() / recipe.name
    if not building.is_whole(target, recipe):
        _require_uv(spec)
        building.build(target, recipe, _named(spec), source.checkout, say)
    building.touch(target)
    return installer.python_of(target)


def _require_uv(spec: ServerSpec) -> None:
    if not tools.uv():
        raise UsageError(f"{spec.label} needs an environment of its own: pip install 'wsbench[versions]'")


def _named(spec: ServerSpec) -> str:
    """Return what a server's environment is for, in the words of a spec."""
    library = spec.library or spec.loop
    how = f"@{spec.source}" if spec.source else f"=={spec.version}" if spec.version else ""
    return library + how


def recipe_for(
    spec: ServerSpec, interpreter: Interpreter, source: str, published: Mapping[str, str]
) -> Recipe:
    """Return what a server's environment is made of.

    What the spec leaves open is as it is here, where that is `published`, so that two servers differ in what
    they say; companions of another version of the library are those of its day. Raises `UsageError`.
    """
    known = spec.contestant
    assert known  # servers of the user's get no environment of their own

    def as_here(name: str) -> str:
        version = published.get(canonicalize_name(name))
        return f"{name}=={version}" if version else name

    if spec.pins:
        requirements = spec.pins
        for pin in requirements:
            if not _is_pin(pin):
                raise UsageError(f"{spec.label}: {pin!r} is no version of a distribution")
    else:
        other = bool(spec.version or source) or canonicalize_name(known.library) not in published
        library = f"{known.library}=={spec.version}" if spec.version else as_here(known.library)
        loop = [as_here(name) for name in wanted(spec)[len(known.distributions) :]]
        needs = [name if other else as_here(name) for name in known.needs]
        requirements = (*([library] if known.library and not source else []), *needs, *loop)
    return Recipe(
        known.library,
        interpreter.base,
        interpreter.version,
        tuple(sorted(set(requirements))),
        source,
        days=DAYS if spec.version and not spec.pins and not holds(_here(spec), spec) else 0,
    )


def _is_pin(text: str) -> bool:
    """Whether a text is `name==version` and nothing else."""
    name, _, version = text.partition("==")
    try:
        canonicalize_name(name, validate=True)
        Version(version)
    except (InvalidName, InvalidVersion):
        return False
    return True


def _published(spec: ServerSpec) -> dict[str, str]:
    """Return the versions installed here that others can install, too: not those of checkouts."""
    return {
        canonicalize_name(name): version_of(name)
        for name in wanted(spec)
        if version_of(name) and not importlib.metadata.distribution(name).read_text("direct_url.json")
    }


def source_of(spec: ServerSpec, interpreter: Interpreter) -> Source:
    """Return what a spec's source is just now: the files of a checkout, or a commit. Raises `UsageError`."""
    library = spec.library
    if spec.source.startswith("path:"):
        checkout = checkouts.folder_of(spec.source, library)
        try:
            digest = checkouts.digest_of(checkout, checkouts.files_of(checkout))
        except OSError as problem:
            raise UsageError(f"{spec.label}: {problem.filename} can't be read: {problem.strerror}") from None
        return Source(f"path:{digest}", checkout)

    def home() -> str:
        if version_of(library):
            return repositories.home_of(library, importlib.metadata.metadata(library))
        _require_uv(spec)
        metadata = installer.metadata_of(library, interpreter.base, interpreter.version)
        return repositories.home_of(library, metadata)

    repository, revision = repositories.locate(_named(spec), spec.source, home)
    return Source(f"git+{repository}@{repositories.commit_of(_named(spec), repository, revision)}")
