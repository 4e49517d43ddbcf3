"""The gate before a run: whether a server answers what the run will send, and what else is odd about it."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence

import msgspec

from ..demand.workload import Workload
from ..machine.certificates import Certificates
from ..machine.launcher import Server, Start
from ..machine.orders import Settings
from ..machine.process import ChildError
from ..records.common import Proof
from ..targets.contract import START_S
from ..targets.spec import ServerSpec
from .check import Broken, Requirement, Trait
from .deflate import PARAMETER_REQUIREMENTS
from .handshake import HANDSHAKE_REQUIREMENTS
from .verify import check, given_or_made, requirements_for

ODD_S = 1.0
"""How long an answer is waited for, in s, where none depends on it."""

LARGE_BYTES = 65_536
"""From this payload on a workload uses what is large (RFC 6455 section 5.2: 8 bytes of length)."""

DETAILS = {
    *(one.name for one in (*HANDSHAKE_REQUIREMENTS, *PARAMETER_REQUIREMENTS)),
    *("close-codes", "close-empty", "close-invalid", "protocol-error", "unmasked"),
}
"""Names of requirements that are left to `verify`: no measurement depends on them, nor its meaning."""

Exchange = Callable[[Server, Workload], None]
"""Has some messages of a workload come back; raises `Broken`, which says what came instead."""


class Gate(msgspec.Struct, frozen=True):
    """What a run asks of its servers: `workloads` are those of each, by label, and `exchange` tries one.

    `start_timeout` is how long one may take to start, in s.
    """

    workloads: Mapping[str, Sequence[Workload]]
    exchange: Exchange
    equal: bool = True
    start_timeout: float = START_S


class Tried(msgspec.Struct, frozen=True):
    """What came of trying a server before a run: a problem in one line, or "" and what was proven.

    `stderr` are the last lines that the server printed. `proof` identifies the code with all that trying has
    made the server load, "" where it did not get so far. `odd` are requirements that it does not meet and the
    run does not need, by name, with what came instead.
    """

    problem: str = ""
    stderr: tuple[str, ...] = ()
    proof: Proof = Proof(version="", python="", loop="")
    odd: dict[str, str] = {}


def traits_of(workloads: Iterable[Workload], *, deflate: bool = False) -> frozenset[Trait]:
    """Return what some workloads use of a server."""
    found: set[Trait] = {"order"}
    for one in workloads:
        found.add("text" if one.text else "binary")
        if not one.size:
            found.add("empty")
        if one.size >= LARGE_BYTES:
            found.add("large")
        if one.fragments > 1:
            found.add("fragments")
    return frozenset(found | {"deflate"} if deflate else found)


def try_server(spec: ServerSpec, gate: Gate, certificates: Certificates | None = None) -> Tried:
    """Start a server and try what a run asks of it."""
    with given_or_made(spec, certificates) as made:
        (tried,) = try_servers([spec], gate, made)
        return tried


def try_servers(
    specs: Sequence[ServerSpec], gate: Gate, certificates: Certificates | None, start: Start = Server
) -> Generator[Tried, None, None]:
    """Try several servers, one after the other; the next starts meanwhile. `start` may do so elsewhere."""
    settings = Settings(equal=gate.equal, certificates=certificates, start_timeout=gate.start_timeout)
    started: list[Server] = []
    try:
        for number in range(len(specs)):
            ahead = specs[number + len(started) : number + 2]
            started += [start(one, settings) for one in ahead]
            yield _try_started(started.pop(0), gate)
    finally:
        for server in started:
            server.stop()


def _try_started(server: Server, gate: Gate) -> Tried:
    try:
        server.wait_ready()
        return _tried(server, gate)
    except ChildError as problem:
        return Tried(str(problem), server.tail)
    finally:
        server.stop()


def _tried(server: Server, gate: Gate) -> Tried:
    """Try what a run needs, up to the first problem; then, with a server of ours, the rest of the contract.

    A server of the user's gets its workloads' messages and nothing else: it may be in use.
    """
    spec = server.spec
    workloads = () if spec.is_floor else gate.workloads.get(spec.label, ())
    try:
        for workload in workloads:
            gate.exchange(server, workload)
    except Broken as problem:
        return Tried(_fate(server) + str(problem), server.tail)
    if not spec.started_by_us:
        return Tried(proof=server.proof)
    used = traits_of(workloads, deflate=spec.deflate)
    asked = [one for one in requirements_for(spec, equal=gate.equal) if one.name not in DETAILS]
    for one in asked:
        if one.trait in used and (found := _broken(server, one)):
            return Tried(f"{_fate(server)}breaks the contract ({one.name}): {found}", server.tail)
    return _with_oddities(server, [one for one in asked if one.trait not in used])


def _with_oddities(server: Server, unused: Sequence[Requirement]) -> Tried:
    """Try what no workload needs: it is told and stops nothing, even where the server does not survive it."""
    proof, odd = server.identified(), dict[str, str]()
    for one in unused:
        if found := _broken(server, one, ODD_S):
            odd[one.name] = found
    try:
        return Tried(proof=server.identified(), odd=odd)  # the rest has made it load more
    except ChildError as problem:
        return Tried(proof=proof, odd=odd | {"ending": str(problem)})


def _broken(server: Server, one: Requirement, patience: float = 0.0) -> str:
    """Return what is wrong with a requirement, "" where it is met, or declared as a deviation."""
    if one.name in server.proof.deviations:
        return ""
    found = check(server, one, patience)
    return found.detail if found.outcome == "broken" else ""


def _fate(server: Server) -> str:
    """Return how a server ended, as the beginning of a line, "" where it still runs."""
    died = server.child is not None and not server.child.settles()
    return f"{server.spec.label} {server.child.fate()}: " if died and server.child else ""
