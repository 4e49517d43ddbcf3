"""Whether a server keeps the contract, all of it: `wsbench verify`."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Literal

import msgspec

from ..errors import UsageError
from ..machine.certificates import Certificates, certificates_for
from ..machine.launcher import Server
from ..machine.orders import Settings
from ..targets.spec import ServerSpec
from .check import Broken, Requirement
from .closing import CLOSE, CLOSING_REQUIREMENTS
from .deflate import AGREED, AGREED_EQUALLY, DEFLATE_ECHO, NO_DEFLATE, PARAMETER_REQUIREMENTS
from .echo import ECHO_REQUIREMENTS, FLOOR_REQUIREMENTS, LARGEST, NODELAY, PAGE_REQUIREMENTS
from .framing import PING, PING_BETWEEN, STREAM_REQUIREMENTS
from .handshake import HANDSHAKE_REQUIREMENTS

DEVIATING_S = 0.5
"""How long an answer is waited for where the server declares a deviation: it may never come."""

Outcome = Literal["ok", "broken", "deviates"]


class Check(msgspec.Struct, frozen=True):
    """What came of one requirement at one server; `detail` says what was wrong."""

    name: str
    title: str
    outcome: Outcome
    detail: str = ""


USER_REQUIREMENTS = (*ECHO_REQUIREMENTS, PING, *STREAM_REQUIREMENTS, CLOSE)
"""What is required of a server of the user's: that it echoes."""

OUR_REQUIREMENTS = (
    *PAGE_REQUIREMENTS,
    *HANDSHAKE_REQUIREMENTS,
    *ECHO_REQUIREMENTS,
    LARGEST,
    PING,
    PING_BETWEEN,
    *STREAM_REQUIREMENTS,
    *CLOSING_REQUIREMENTS,
)


def requirements_for(spec: ServerSpec, *, equal: bool) -> tuple[Requirement, ...]:
    """Return the contract of a server; with a deflate that was asked for, that too must be right.

    A server of the user's that puts a prefix before messages is asked for texts alone: as `/socket` of the
    reference example, it may answer everything with text.
    """
    if spec.is_floor:
        return FLOOR_REQUIREMENTS
    if not spec.started_by_us:
        texts_only = spec.access.reply.rule == "prefix"
        asked = tuple(one for one in USER_REQUIREMENTS if not (texts_only and one.trait == "binary"))
        return asked + ((AGREED, DEFLATE_ECHO) if spec.deflate else ())
    settings: tuple[Requirement, ...]
    if spec.deflate:
        settings = (AGREED_EQUALLY if equal else AGREED, DEFLATE_ECHO, *PARAMETER_REQUIREMENTS)
    else:
        settings = (NO_DEFLATE,) if equal else ()
    return OUR_REQUIREMENTS + settings + ((NODELAY,) if equal else ())


def check(server: Server, requirement: Requirement, patience: float = 0.0) -> Check:
    """Try one requirement of the contract; an answer is waited for `patience` s, 0 for as long as usual."""
    name, title, attempt, _ = requirement
    deviation = server.proof.deviations.get(name, "")
    server.patience = DEVIATING_S if deviation else patience or Server.patience
    try:
        attempt(server)
    except UsageError:
        raise  # the command was wrong, not the server
    except (Broken, OSError, ValueError) as problem:
        if deviation:
            return Check(name, title, "deviates", deviation)
        return Check(name, title, "broken", str(problem) or type(problem).__name__)
    return Check(name, title, "ok", "declares a deviation here that it does not have" if deviation else "")


def checks(server: Server, *, equal: bool) -> Iterator[Check]:
    """Try every requirement of the contract against a running server."""
    for one in requirements_for(server.spec, equal=equal):
        yield check(server, one)


def given_or_made(
    spec: ServerSpec, given: Certificates | None
) -> contextlib.AbstractContextManager[Certificates | None]:
    """Return the certificates that were given, else new ones where the server needs them."""
    return contextlib.nullcontext(given) if given else certificates_for([spec])


def verify(
    spec: ServerSpec,
    *,
    equal: bool,
    environment: Mapping[str, str] | None = None,
    certificates: Certificates | None = None,
) -> list[Check]:
    """Start a server, try its whole contract, end it. Raises `ChildError` if it does not start."""
    with (
        given_or_made(spec, certificates) as made,
        Server(spec, Settings(equal=equal, certificates=made), environment) as server,
    ):
        return list(checks(server, equal=equal))
