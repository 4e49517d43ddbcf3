"""Whether a server keeps the contract: `wsbench verify`, and the gate before a run."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Literal

import msgspec

from ..errors import UsageError
from ..machine.certificates import Certificates, certified
from ..machine.launcher import Server
from ..machine.orders import Settings
from ..machine.process import ChildError
from ..records.common import Proof
from ..targets.spec import ServerSpec
from .check import Broken, Line
from .closing import CLOSE, CLOSING_LINES
from .deflate import AGREED, AGREED_EQUALLY, DEFLATE_ECHO, NO_DEFLATE, PARAMETER_LINES
from .echo import ECHO_LINES, FLOOR_LINES, LARGEST, NODELAY, PAGE_LINES
from .framing import PING, PING_BETWEEN, STREAM_LINES
from .handshake import HANDSHAKE_LINES

DECLARED_S = 0.5
"""How long a server is waited for where it declares that it does not answer as it should."""

Outcome = Literal["ok", "broken", "deviates"]


class Check(msgspec.Struct, frozen=True):
    """One line of the contract, as found at one server; `detail` says what was wrong."""

    name: str
    title: str
    outcome: Outcome
    detail: str = ""


USER_LINES: tuple[Line, ...] = (*ECHO_LINES, PING, *STREAM_LINES, CLOSE)
"""What a server of the user's is asked for: the echo itself."""

OUR_LINES: tuple[Line, ...] = (
    *PAGE_LINES,
    *HANDSHAKE_LINES,
    *ECHO_LINES,
    LARGEST,
    PING,
    PING_BETWEEN,
    *STREAM_LINES,
    *CLOSING_LINES,
)


DETAILS = {
    *(line[0] for line in (*HANDSHAKE_LINES, *PARAMETER_LINES)),
    *("close-codes", "close-empty", "close-invalid", "protocol-error", "unmasked"),
}
"""Names of lines that no measurement depends on."""


def lines_for(spec: ServerSpec, *, equal: bool) -> tuple[Line, ...]:
    """Return the contract of a server; with a deflate that was asked for, that too must be right.

    A server of the user's that puts a prefix before messages is asked for texts alone: as `/socket` of the
    reference example, it may answer everything with text.
    """
    if spec.is_floor:
        return FLOOR_LINES
    if not spec.started_by_us:
        texts_only = spec.access.reply.rule == "prefix"
        asked = tuple(line for line in USER_LINES if not (texts_only and line[0] == "echo-binary"))
        return asked + ((AGREED, DEFLATE_ECHO) if spec.deflate else ())
    if spec.deflate:
        settings = (AGREED_EQUALLY if equal else AGREED, DEFLATE_ECHO, *PARAMETER_LINES)
    else:
        settings = (NO_DEFLATE,) if equal else ()
    return OUR_LINES + settings + ((NODELAY,) if equal else ())


def check(server: Server, line: Line) -> Check:
    """Try one line of the contract."""
    name, title, attempt = line
    deviation = server.proof.deviations.get(name, "")
    server.patience = DECLARED_S if deviation else Server.patience
    try:
        attempt(server)
    except UsageError:
        raise  # the words of the command are at fault, not the server
    except (Broken, OSError, ValueError) as problem:
        if deviation:
            return Check(name, title, "deviates", deviation)
        return Check(name, title, "broken", str(problem) or type(problem).__name__)
    return Check(name, title, "ok", "declares a deviation here that it does not have" if deviation else "")


def checks(server: Server, *, equal: bool) -> Iterator[Check]:
    """Try every line of the contract against a running server."""
    for line in lines_for(server.spec, equal=equal):
        yield check(server, line)


def _certified(
    spec: ServerSpec, given: Certificates | None
) -> contextlib.AbstractContextManager[Certificates | None]:
    """Return the certificates that were given, else new ones where the server needs them."""
    return contextlib.nullcontext(given) if given else certified([spec])


def verify(
    spec: ServerSpec,
    *,
    equal: bool,
    environment: Mapping[str, str] | None = None,
    certificates: Certificates | None = None,
) -> list[Check]:
    """Start a server, try its whole contract, end it. Raises `ChildError` if it does not start."""
    with (
        _certified(spec, certificates) as made,
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
    with _certified(spec, certificates) as made:
        server = Server(spec, Settings(equal=equal, certificates=made))
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
    for line in lines_for(server.spec, equal=equal):
        if line[0] in DETAILS or line[0] in server.proof.deviations:
            continue
        found = check(server, line)
        if found.outcome == "broken":
            died = server.child is not None and not server.child.settles()
            fate = f"{server.spec.label} {server.child.fate()}: " if died and server.child else ""
            return Tried(f"{fate}breaks the contract ({found.name}): {found.detail}", server.tail)
    return Tried(proof=server.identified())
