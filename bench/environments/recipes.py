"""What a server or a client wants installed, whether it is so already, and what an environment is made of."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Iterable, Mapping

from packaging.utils import InvalidName, canonicalize_name, canonicalize_version
from packaging.version import InvalidVersion, Version

from ..errors import UsageError
from ..targets.client_spec import Asked
from .building import Recipe
from .interpreters import Interpreter, version_of

DAYS = 30
"""As of how long after its release a library gets its companions: time enough for them to follow it."""


def pinned(spec: Asked) -> tuple[str, ...]:
    """Return what a spec asks for in a version besides the library, as `name==version`."""
    return ((f"{spec.loop}=={spec.loop_version}",) if spec.loop_version else ()) + spec.companions


def wanted(spec: Asked) -> tuple[str, ...]:
    """Return all distributions that something of ours is made of, its event loop's and companions', too."""
    loop = () if spec.loop in {"", "asyncio"} else (spec.loop,)
    names = (one.partition("==")[0] for one in spec.companions)
    return (*(spec.contestant.distributions if spec.contestant else ()), *loop, *names)


def holds(versions: Mapping[str, str], spec: Asked) -> bool:
    """Whether versions of distributions, by normalised name, are all that it wants."""
    if not all(versions.get(canonicalize_name(name)) for name in wanted(spec)):
        return False
    library = (f"{spec.library}=={spec.version}",) if spec.version and spec.library else ()
    asked = (one.partition("==")[::2] for one in (*library, *pinned(spec)))
    return all(
        canonicalize_version(version) == canonicalize_version(versions[canonicalize_name(name)])
        for name, version in asked  # 17.4 is 17.4.0
    )


def here(spec: Asked) -> dict[str, str]:
    """Return the versions of what it wants that are installed here, by normalised name."""
    return {canonicalize_name(name): version for name in wanted(spec) if (version := version_of(name))}


def published(spec: Asked) -> dict[str, str]:
    """Return the versions installed here that others can install, too: not those of checkouts."""
    return {
        canonicalize_name(name): version_of(name)
        for name in wanted(spec)
        if version_of(name) and not importlib.metadata.distribution(name).read_text("direct_url.json")
    }


def recipe_for(spec: Asked, interpreter: Interpreter, source: str, versions: Mapping[str, str]) -> Recipe:
    """Return what an environment is made of.

    What the spec leaves open is as it is here, where `versions` has it, so that two servers differ in what
    they say; companions of another version of the library are those of its day. Raises `UsageError`.
    """
    known = spec.contestant
    assert known  # servers of the user's get no environment of their own
    requirements = spec.pins or _requirements(spec, versions, free=bool(spec.version or source))
    for pin in (*spec.pins, *pinned(spec)):
        if not _is_pin(pin):
            raise UsageError(f"{spec.label}: {pin!r} is no version of a distribution")
    return Recipe(
        known.library,
        interpreter.base,
        interpreter.version,
        tuple(sorted({*requirements})),
        source,
        days=DAYS if spec.version and not spec.pins and not _is_here(spec) else 0,
    )


def _requirements(spec: Asked, versions: Mapping[str, str], *, free: bool) -> Iterable[str]:
    """Yield what to install; the companions' versions are `free` where the library is another."""
    known = spec.contestant
    assert known
    pins = {canonicalize_name(one.partition("==")[0]): one for one in pinned(spec)}

    def as_here(name: str) -> str:
        version = versions.get(canonicalize_name(name))
        return f"{name}=={version}" if version else name

    if known.library and not spec.source:
        yield f"{known.library}=={spec.version}" if spec.version else as_here(known.library)
    free = free or canonicalize_name(known.library) not in versions
    for name in known.needs:
        if canonicalize_name(name) not in pins:
            yield name if free else as_here(name)
    if spec.loop not in {"", "asyncio"} and not spec.loop_version:
        yield as_here(spec.loop)
    yield from pins.values()


def _is_here(spec: Asked) -> bool:
    """Whether the version that is asked for is the one that is installed here."""
    return canonicalize_version(spec.version) == canonicalize_version(version_of(spec.library))


def _is_pin(text: str) -> bool:
    """Whether a text is `name==version` and nothing else."""
    name, _, version = text.partition("==")
    try:
        canonicalize_name(name, validate=True)
        Version(version)
    except (InvalidName, InvalidVersion):
        return False
    return True
