"""Makes an environment once, even for several processes, and recognises one that was left unfinished."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from packaging.utils import canonicalize_name

from ..errors import UsageError
from . import checkouts, installer, interpreters, releases

MARKER = "ready.json"
LAYOUT = 1
"""Goes into every key; a change of how environments are made needs another."""


class Recipe(msgspec.Struct, frozen=True):
    """All that an environment is made of; equal recipes share one.

    `python` is the interpreter it is based on, in this `version`. `requirements` are installed by name; the
    library is not among them where it comes from a `source`: `path:DIGEST` or `git+URL@COMMIT`. With `days`,
    what no requirement pins is as it was so many days after the release of the library's version.
    """

    library: str
    python: str
    version: str
    requirements: tuple[str, ...]
    source: str = ""
    days: int = 0
    layout: int = LAYOUT

    @property
    def key(self) -> str:
        """Twelve hex digits that stand for it."""
        return hashlib.sha256(msgspec.json.encode(self)).hexdigest()[:12]

    @property
    def pin(self) -> str:
        """The requirement that pins the library, "" where none does."""
        return next((one for one in self.requirements if one.startswith(f"{self.library}==")), "")

    @property
    def name(self) -> str:
        """The name of its folder: `websockets-13.1-py3.11-` and the key."""
        pinned = self.pin.partition("==")[2]
        which = "path" if self.source.startswith("path:") else self.source.rpartition("@")[2][:8] or pinned
        python = re.sub(r"(3\.\d+)[^t]*", r"py\1", self.version)
        words = (self.library or "none", re.sub(r"[^\w.+]", "_", which), python, self.key)
        return "-".join(word for word in words if word)


class Marker(msgspec.Struct, frozen=True):
    """What stands in an environment once it is whole: its distributions, normalised, with versions.

    `as_of` is the day of which those are that no requirement pins, "" for the day on which it was `made`.
    """

    recipe: Recipe
    installed: dict[str, str]
    made: str
    as_of: str = ""


def is_whole(target: Path, recipe: Recipe) -> bool:
    """Whether an environment was finished, its interpreter runs, and nothing was installed there since."""
    try:
        marker = msgspec.json.decode((target / MARKER).read_bytes(), type=Marker)
    except (OSError, msgspec.DecodeError):
        return False
    return (
        marker.recipe == recipe and interpreters.installed_in(installer.python_of(target)) == marker.installed
    )


def touch(target: Path) -> None:
    """Note that an environment is used now: the time of its marker tells those who clean up."""
    with contextlib.suppress(OSError):  # a cache that is shared may be read-only
        os.utime(target / MARKER)


def build(target: Path, recipe: Recipe, what: str, checkout: Path | None, say: Callable[[str], None]) -> None:
    """Make an environment, unless another process does so at the same time: then wait for that one.

    `what` names the server's library in messages; `checkout` is the folder of a recipe whose source is one.
    Raises `UsageError`.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with locked(target, say):
            if is_whole(target, recipe):
                return
            if target.exists():
                shutil.rmtree(target)
            say(f"making an environment for {what} on Python {recipe.version}: {target}")
            try:
                _make(target, recipe, what, checkout)
            except BaseException:
                shutil.rmtree(target, ignore_errors=True)
                raise
    except OSError as problem:
        raise UsageError(
            f"can't make environments in {target.parent}: {problem.strerror or problem}; "
            "name another folder in WSBENCH_CACHE"
        ) from None


@contextlib.contextmanager
def locked(target: Path, say: Callable[[str], None]) -> Iterator[None]:
    """Keep other processes from making the same environment."""
    from filelock import FileLock, Timeout

    locks = target.parent / ".locks"
    locks.mkdir(exist_ok=True)
    lock = FileLock(locks / target.name)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        say(f"waiting for another process that makes {target.name}")
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _make(target: Path, recipe: Recipe, what: str, checkout: Path | None) -> None:
    """Make it, and last of all, at once, write the marker."""
    installer.create(recipe.python, target)
    as_of = ""
    requirements = list(recipe.requirements)
    if checkout:
        with tempfile.TemporaryDirectory(prefix="wsbench-") as scratch:
            copied = Path(scratch, checkout.name)
            if f"path:{checkouts.copy(checkout, copied)}" != recipe.source:
                raise UsageError(f"{what} has changed since a moment ago: try again")
            requirements.append(f"{recipe.library} @ {copied.as_uri()}")
            installer.install(target, recipe.version, what, requirements, recipe.library)
    elif recipe.source:
        requirements.append(f"{recipe.library} @ {recipe.source}")
        installer.install(target, recipe.version, what, requirements, recipe.library)
    else:
        as_of = _install_of_its_day(target, recipe, what) if recipe.days else ""
        installer.install(target, recipe.version, what, requirements)
    installed = interpreters.installed_in(installer.python_of(target))
    if installed is None or (recipe.library and canonicalize_name(recipe.library) not in installed):
        raise UsageError(f"{what}: what was installed has no {recipe.library}")
    marker = Marker(recipe, installed, datetime.now(UTC).isoformat(timespec="seconds"), as_of)
    (target / "unready.json").write_bytes(msgspec.json.format(msgspec.json.encode(marker)))
    (target / "unready.json").replace(target / MARKER)


def _install_of_its_day(target: Path, recipe: Recipe, what: str) -> str:
    """Install the library and its companions as they were soon after its release; return as of which day.

    Return "" where that can't be: the index does not tell dates, or no wheels of that time fit. Then nothing
    is installed, and the newest that suit the library are. What the recipe pins besides the library is not of
    that day, and is installed afterwards.
    """
    as_of = releases.day_after(target, recipe.pin, recipe.days)
    if not as_of:
        return ""
    free = [one for one in recipe.requirements if "==" not in one or one == recipe.pin]
    # environments had setuptools until Python 3.12, and some libraries imported it without a word
    for more in (["setuptools"], []):
        with contextlib.suppress(UsageError):
            installer.install(target, recipe.version, what, free + more, as_of=as_of)
            return as_of
    return ""
