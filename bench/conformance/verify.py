"""Whether a server keeps the contract: `wsbench verify`, and the gate before a run."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterator, Mapping, Sequence
from typing import Literal

import msgspec

from ..errors import UsageError
from ..machine.certificates import Certificates, certificates_for
from ..machine.launcher import Server
from ..machine.orders import Settings
from ..machine.process import ChildError
from ..records.common import Proof
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


DETAILS = {
    *(one.name for one in (*HANDSHAKE_REQUIREMENTS, *PARAMETER_REQUIREMENTS)),
    *("close-codes", "close-empty", "close-invalid", "protocol-error", "unmasked"),
}
"""Names of requirements that no measurement depends on."""


def requirements_for(spec: ServerSpec, *, equal: bool) -> tuple[Requirement, ...]:
    """Return the contract of a server; with a deflate that was asked for, that too must be right.

    A server of the user's that puts a prefix before messages is asked for texts alone: as `/socket` of the
    reference example, it may answer everything with text.
    """
    if spec.is_floor:
        return FLOOR_REQUIREMENTS
    if not spec.started_by_us:
        texts_only = spec.access.reply.rule == "prefix"
        asked = tuple(one for one in USER_REQUIREMENTS if not (texts_only and one.name == "echo-binary"))
        return asked + ((AGREED, DEFLATE_ECHO) if spec.deflate else ())
    settings: tuple[Requirement, ...]
    if spec.deflate:
        settings = (AGREED_EQUALLY if equal else AGREED, DEFLATE_ECHO, *PARAMETER_REQUIREMENTS)
    else:
        settings = (NO_DEFLATE,) if equal else ()
    return OUR_REQUIREMENTS + settings + ((NODELAY,) if equal else ())


def check(server: Server, requirement: Requirement) -> Check:
    """Try one requirement of the contract."""
    name, title, attempt = requirement
    deviation = server.proof.deviations.get(name, "")
    server.patience = DEVIATING_S if deviation else Server.patience
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


def _given_or_made(
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
        _given_or_made(spec, certificates) as made,
        Server(spec, Settings(equal=equal, certificates=made), environment) as server,
    ):
        return list(checks(server, equal=equal))


class Tried(msgspec.Struct, frozen=True):
    """What came of trying the contract before a run: a problem in one line, or "" and what was proven.

    `stderr` are the last lines that the server printed. `proof` identifies the code with all that the
    contract has made the server load, "" where it did not get so far.
    """

    problem: str = ""
    stderr: tuple[str, ...] = ()
    proof: Proof = Proof(version="", python="", loop="")


def try_contract(spec: ServerSpec, *, equal: bool, certificates: Certificates | None = None) -> Tried:
    """Start a server and try its contract up to the first problem; then it must not be measured."""
    with _given_or_made(spec, certificates) as made:
        (tried,) = try_contracts([spec], equal=equal, certificates=made)
        return tried


def try_contracts(
    specs: Sequence[ServerSpec], *, equal: bool, certificates: Certificates | None
) -> Generator[Tried, None, None]:
    """Try the contracts of several servers, one after the other; the next one starts meanwhile."""
    settings = Settings(equal=equal, certificates=certificates)
    started: list[Server] = []
    try:
        for number in range(len(specs)):
            ahead = specs[number + len(started) : number + 2]
            started += [Server(one, settings) for one in ahead]
            yield _try_started(started.pop(0), equal=equal)
    finally:
        for server in started:
            server.stop()


def _try_started(server: Server, *, equal: bool) -> Tried:
    try:
        server.wait_ready()
        return _tried(server, equal=equal)
    except ChildError as problem:
        return Tried(str(problem), server.tail)
    finally:
        server.stop()


def _tried(server: Server, *, equal: bool) -> Tried:
    """Try what a measurement depends on, up to the first problem.

    Details of handshake and close are left to `verify`: another version of a library, or a server of the
    user's, may be measured whatever it does there. So may one that declares a deviation.
    """
    for one in requirements_for(server.spec, equal=equal):
        if one.name in DETAILS or one.name in server.proof.deviations:
            continue
        found = check(server, one)
        if found.outcome == "broken":
            died = server.child is not None and not server.child.settles()
            fate = f"{server.spec.label} {server.child.fate()}: " if died and server.child else ""
            return Tried(f"{fate}breaks the contract ({found.name}): {found.detail}", server.tail)
    return Tried(proof=server.identified())
