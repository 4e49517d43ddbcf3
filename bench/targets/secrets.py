"""What of a server spec may be stored, and how a stored one is completed again."""

from __future__ import annotations

import re
from collections.abc import Callable

import msgspec

from ..errors import UsageError
from .spec import HIDDEN, ServerSpec


def without_secrets(spec: ServerSpec) -> ServerSpec:
    """Return a spec as it may be stored: what was typed out is hidden; names of files, variables stay."""
    access, typed = spec.access, dict(spec.access.typed)
    headers = tuple((name, typed.get(name, HIDDEN)) for name, _ in access.headers)
    first = typed.get("", HIDDEN) if access.first else ""
    access = msgspec.structs.replace(access, headers=headers, first=first)
    command = _VARIABLES.sub(lambda found: _VARIABLE.sub(rf"\1={HIDDEN}", found[0]), spec.command)
    return msgspec.structs.replace(spec, access=access, command=command)


_VARIABLE = re.compile(r"(\b[A-Za-z_]\w*)=('[^']*'|\"[^\"]*\"|\S)*")
_VARIABLES = re.compile(rf"^(?:\s*{_VARIABLE.pattern}(?=\s))+")
"""What stands before a command, for its environment."""


def with_secrets(spec: ServerSpec, read: Callable[[str, str], str]) -> ServerSpec:
    """Return a stored spec with its files and variables read again by `read`, given a text and its option.

    Raises `UsageError` where something was hidden, and what `read` raises.
    """
    access = spec.access
    if f"={HIDDEN}" in spec.command:
        raise UsageError(f"{spec.label}: the values of its variables are not stored; compare it anew")
    if HIDDEN in {access.first, *(value for _, value in access.headers)}:
        why = "what its headers or its first message said is not stored, where it was typed out"
        raise UsageError(f"{spec.label}: {why}; use ${{NAME}} or @FILE, or compare it anew")
    headers = tuple((name, read(value, f"--header {name}")) for name, value in access.headers)
    first = read(access.first, "--first") if access.first else ""
    access = msgspec.structs.replace(access, headers=headers, first=first)
    return msgspec.structs.replace(spec, access=access)
