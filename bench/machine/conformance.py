"""Whether a server keeps the contract: `wsbench verify`, and the gate before a run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

import msgspec

from ..values.catalogue import FLOOR, ServerSpec
from ..values.schema import Proof
from .contract_lines import (
    ECHO_LINES,
    EQUAL_LINES,
    FLOOR_LINES,
    PAGE_LINES,
    SIZE_LINES,
    Broken,
    Line,
)
from .launcher import Server, Settings
from .process import ChildError

Outcome = Literal["ok", "broken", "deviates"]


class Check(msgspec.Struct, frozen=True):
    """One line of the contract, as found at one server; `detail` says what was wrong."""

    name: str
    title: str
    outcome: Outcome
    detail: str = ""


def lines_for(spec: ServerSpec, *, equal: bool) -> tuple[Line, ...]:
    """Return the contract of a server; from a URL of the user's only the echo itself is asked."""
    if spec.name == FLOOR:
        return FLOOR_LINES
    if spec.url:
        return ECHO_LINES
    return PAGE_LINES + ECHO_LINES + SIZE_LINES + (EQUAL_LINES if equal else ())


def check(server: Server, line: Line) -> Check:
    """Try one line of the contract."""
    name, title, attempt = line
    deviation = server.proof.deviations.get(name, "")
    try:
        attempt(server)
    except (Broken, OSError, ValueError) as problem:
        if deviation:
            return Check(name, title, "deviates", deviation)
        return Check(name, title, "broken", str(problem) or type(problem).__name__)
    return Check(name, title, "ok", "declares a deviation here that it does not have" if deviation else "")


def checks(server: Server, *, equal: bool) -> Iterator[Check]:
    """Try every line of the contract against a running server."""
    for line in lines_for(server.spec, equal=equal):
        yield check(server, line)


def verify(spec: ServerSpec, *, equal: bool, environment: Mapping[str, str] | None = None) -> list[Check]:
    """Start a server, try its whole contract, end it. Raises `ChildError` if it does not start."""
    with Server(spec, Settings(equal=equal), environment) as server:
        return list(checks(server, equal=equal))


class Tried(msgspec.Struct, frozen=True):
    """What came of trying the contract before a run: a problem in one line, or "" and what was proven.

    `stderr` are the last lines that the server printed. `proof` identifies the code with all that the
    contract has made the server load, "" where it did not get so far.
    """

    problem: str = ""
    stderr: tuple[str, ...] = ()
    proof: Proof = Proof(version="", python="", loop="")


def try_contract(spec: ServerSpec, *, equal: bool) -> Tried:
    """Start a server and try its contract up to the first problem; then it must not be measured."""
    server = Server(spec, Settings(equal=equal))
    try:
        server.wait_ready()
        for found in checks(server, equal=equal):
            if found.outcome == "broken":
                died = server.child is not None and not server.child.settles()
                fate = f"{spec.label} {server.child.fate()}: " if died and server.child else ""
                return Tried(f"{fate}breaks the contract ({found.name}): {found.detail}", server.tail)
        return Tried(proof=server.identified())
    except ChildError as problem:
        return Tried(str(problem), server.tail)
    finally:
        server.stop()
