"""What of a server spec may be stored, and how a stored one is completed again."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from ..errors import UsageError
from ..hiding import HIDDEN
from .secret_words import of_command, of_text, of_url
from .spec import PASSWORD, ServerSpec
from .told_command import told_value


def without_secrets(spec: ServerSpec) -> ServerSpec:
    """Return a spec as it may be stored: what was typed out is hidden; names of files, variables stay."""
    access = spec.access
    typed = tuple((name, told_value(value).text) for name, value in access.typed)
    known = dict(typed)
    headers = tuple((name, known.get(name, HIDDEN)) for name, _ in access.headers)
    first = known.get("", HIDDEN) if access.first else ""
    password = known.get(PASSWORD, HIDDEN) if access.password else ""
    access = msgspec.structs.replace(
        access,
        headers=headers,
        first=first,
        password=password,
        subprotocols=tuple(of_text(one).text for one in access.subprotocols),
        typed=typed,
    )
    command, url = of_command(spec.command).text, of_url(spec.url).text
    return msgspec.structs.replace(spec, access=access, command=command, url=url)


def secrets_of(spec: ServerSpec) -> tuple[str, ...]:
    """Return what of a spec is never told."""
    access = spec.access
    said = (*(value for _, value in access.headers), access.first, access.password)
    offered = (secret for one in access.subprotocols for secret in of_text(one).secrets)
    return (*filter(None, said), *offered, *of_command(spec.command).secrets, *of_url(spec.url).secrets)


def with_secrets(spec: ServerSpec, read: Callable[[str, str], str]) -> ServerSpec:
    """Return a stored spec with its files and variables read again by `read`, given a text and its option.

    Raises `UsageError` where something was hidden, and what `read` raises.
    """
    access = spec.access
    if HIDDEN in spec.command:
        why = "what is secret in its command is not stored"
        raise UsageError(f"{spec.label}: {why}; have it read that from its environment, or compare it anew")
    if HIDDEN in spec.url:
        why = "what its URL asks for is not stored where it may be secret"
        raise UsageError(f"{spec.label}: {why}; write ${{NAME}} there, or compare it anew")
    said = (access.first, access.password, *access.subprotocols, *(value for _, value in access.headers))
    if any(HIDDEN in value for value in said):
        why = "what its headers, subprotocols, login or password said is not stored, where it was typed out"
        raise UsageError(f"{spec.label}: {why}; use ${{NAME}} or @FILE, or compare it anew")
    headers = tuple((name, read(value, f"--header {name}")) for name, value in access.headers)
    first = read(access.first, "--first") if access.first else ""
    password = read(access.password, f"the password of {access.key}") if access.password else ""
    access = msgspec.structs.replace(access, headers=headers, first=first, password=password)
    return msgspec.structs.replace(spec, access=access)
