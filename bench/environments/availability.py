"""Whether what a plan needs is here, and where it is run: in this environment, or in one made for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec

from ..errors import UsageError
from ..targets.catalogue import CLIENTS
from ..targets.client_spec import ClientSpec
from ..targets.spec import ServerSpec
from . import installer, interpreter_search, provision, releases
from .interpreters import version_of


def missing(distributions: Iterable[str]) -> str:
    """Return the line that says how to get what is not here, "" if all is."""
    absent = [one for one in distributions if not version_of(one)]
    if not absent:
        return ""
    verb = "is" if len(absent) == 1 else "are"
    return f"{', '.join(absent)} {verb} not installed: pip install {' '.join(absent)}"


def require(distributions: Iterable[str]) -> None:
    """Raise `UsageError` where something is not here."""
    if line := missing(distributions):
        raise UsageError(line)


def require_clients(clients: Iterable[str]) -> None:
    """Raise `UsageError` for the first client whose library is not here."""
    for client in clients:
        require(CLIENTS[client].distributions)


def provide_clients(specs: Iterable[ClientSpec], say: Callable[[str], None]) -> tuple[ClientSpec, ...]:
    """Build the environments that clients need, and return their specs with the packages to drive with.

    `say` hears what takes time. Raises `UsageError`, as `provide_all` does.
    """
    asked = tuple(specs)
    for spec in asked:
        releases.require_new_enough(spec)
    return tuple(_provide_client(spec, say) for spec in asked)


def _provide_client(spec: ClientSpec, say: Callable[[str], None]) -> ClientSpec:
    if provision.needed(spec):
        return msgspec.structs.replace(spec, packages=installer.packages_of(provision.provide(spec, say)))
    if spec.contestant:
        require(spec.contestant.distributions)
    return spec


def provide_all(specs: Iterable[ServerSpec], say: Callable[[str], None]) -> tuple[ServerSpec, ...]:
    """Build the environments that servers need, and return their specs with the interpreters to run them.

    `say` hears what takes time. Raises `UsageError` for the first file, library, version or interpreter that
    can't be had; what is too old is told before anything is built.
    """
    asked = tuple(specs)
    for spec in asked:
        releases.require_new_enough(spec)
    return tuple(_provide(spec, say) for spec in asked)


def _provide(spec: ServerSpec, say: Callable[[str], None]) -> ServerSpec:
    if not spec.started_by_us or spec.executable:
        return spec
    if spec.kind == "file" and not Path(spec.file).is_file():
        raise UsageError(f"{spec.label}: there is no file {spec.file}")
    if provision.needed(spec):
        return msgspec.structs.replace(spec, executable=provision.provide(spec, say))
    if spec.python:
        return msgspec.structs.replace(spec, executable=interpreter_search.find(spec.python))
    if spec.contestant:
        require(spec.contestant.distributions)
    if spec.loop not in {"", "asyncio"}:
        require([spec.loop])
    return spec
