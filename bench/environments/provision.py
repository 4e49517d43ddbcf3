"""Environments of their own for what can't run in ours: another version, another Python, a checkout.

They live in one folder and are never changed once they are whole: whatever else is wanted becomes another.
"""

from __future__ import annotations

import importlib.metadata
import os
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec

from ..errors import UsageError
from ..targets.client_spec import Asked
from . import building, checkouts, installer, interpreter_search, interpreters, recipes, repositories, tools
from .interpreters import Interpreter, version_of


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


def needed(spec: Asked) -> bool:
    """Whether a server or a client runs in an environment of its own.

    Not if it runs here, or in the interpreter whose path it names, as they are; nor if nothing says that it
    should, and there is no uv to make one. Raises `UsageError` where there is no such interpreter.
    """
    if not spec.contestant or not recipes.wanted(spec):
        return False
    if spec.source or spec.pins:
        return True
    if spec.python:
        path = interpreter_search.find(spec.python)
        answer = interpreters.ask(path)
        if answer and not answer.same_as(interpreters.ours()):
            there = interpreters.installed_in(path) if os.sep in spec.python else None
            return not recipes.holds(there or {}, spec)
    if recipes.holds(recipes.here(spec), spec):
        return False
    if spec.version or spec.companions or spec.loop_version or spec.python or tools.uv():
        return True
    recipe = recipes.recipe_for(spec, interpreters.ours(), "", recipes.published(spec))
    return building.is_whole(folder() / recipe.name, recipe)


def provide(spec: Asked, say: Callable[[str], None]) -> str:
    """Return the path of the interpreter that a spec's code runs on; an environment is made where needed.

    `say` hears what takes time. Raises `UsageError`.
    """
    path = interpreter_search.find(spec.python) if spec.python else sys.executable
    interpreter = interpreters.ask(path)
    if not needed(spec) or interpreter is None:
        return path
    source = source_of(spec, interpreter) if spec.source else Source()
    recipe = recipes.recipe_for(spec, interpreter, source.identity, recipes.published(spec))
    target = folder() / recipe.name
    if not building.is_whole(target, recipe):
        _require_uv(spec)
        building.build(target, recipe, _named(spec), source.checkout, say)
    building.touch(target)
    return installer.python_of(target)


def _require_uv(spec: Asked) -> None:
    if not tools.uv():
        raise UsageError(f"{spec.label} needs an environment of its own: pip install 'wsbench[versions]'")


def _named(spec: Asked) -> str:
    """Return what an environment is for, in the words of a spec."""
    library = spec.library or spec.loop
    how = f"@{spec.source}" if spec.source else f"=={spec.version}" if spec.version else ""
    return library + how + "".join(f" with {one}" for one in recipes.pinned(spec))


def source_of(spec: Asked, interpreter: Interpreter) -> Source:
    """Return what a spec's source is just now: the files of a checkout, or a commit. Raises `UsageError`."""
    library = spec.library
    if spec.source.startswith("path:"):
        checkout = checkouts.folder_of(spec.source, library)
        try:
            digest = checkouts.digest_of(checkout, checkouts.files_of(checkout))
        except OSError as problem:
            raise UsageError(f"{spec.label}: {problem.filename} can't be read: {problem.strerror}") from None
        return Source(f"path:{digest}", checkout)

    repository, revision = located(spec, interpreter)
    return Source(f"git+{repository}@{repositories.commit_of(_named(spec), repository, revision)}")


def located(spec: Asked, interpreter: Interpreter) -> tuple[str, str]:
    """Return the repository and the revision of a spec with a `git:` source. Raises `UsageError`."""
    library = spec.library

    def home() -> str:
        if version_of(library):
            return repositories.home_of(library, importlib.metadata.metadata(library))
        _require_uv(spec)
        metadata = installer.metadata_of(library, interpreter.base, interpreter.version)
        return repositories.home_of(library, metadata)

    return repositories.locate(_named(spec), spec.source, home)
