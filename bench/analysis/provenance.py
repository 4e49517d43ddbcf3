"""What a stored result was made of: the machine, and the code that ran. Equal recipes may be compared."""

from __future__ import annotations

import hashlib

import msgspec

from ..records.common import Environment, Proof
from ..records.run import Run
from ..targets.spec import ServerSpec


def fingerprint(environment: Environment) -> str:
    """Return 12 hex digits that stand for a kind of machine: processor, cores, kernel, governor.

    Absolute times of two fingerprints have nothing to do with each other.
    """
    parts = (
        environment.cpu,
        str(environment.cores),
        environment.system,
        environment.governor,
        str(environment.server_core is None),
    )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def proof_of(run: Run, label: str) -> Proof | None:
    """Return what a server of a run was, as its process reported it; None where it never ran."""
    return next((one.servers[label] for one in run.rounds if label in one.servers), None)


def clients_of(run: Run) -> dict[str, Proof]:
    """Return what drove a run, by client."""
    return {name: proof for one in run.rounds for name, proof in one.clients.items()}


def differences(stored: Proof, now: Proof) -> str:
    """Return in what two proofs differ, as `version 15.0, now 16.1`; "" for the same code.

    Code without an identity (a server that others run) is never known to be the same.
    """
    for name in ("version", "python", "loop", "speedups"):
        before, after = getattr(stored, name), getattr(now, name)
        if before != after:
            return f"{name} {_shown(before)}, now {_shown(after)}"
    if not stored.code or not now.code:
        return "no identity of the code"
    return "" if stored.code == now.code else "other code under the same version"


def rebuilding(spec: ServerSpec, stored: Proof, python: str) -> ServerSpec:
    """Return a spec that asks for what a proof says ran: all its versions, on its Python.

    `python` is what runs wsbench, as a proof has it; nothing has to be looked for where it is the same.
    """
    pins = tuple(f"{name}=={version}" for name, version in sorted(stored.libraries.items()))
    other = "" if stored.python == python else stored.python.partition(" ")[2]
    return msgspec.structs.replace(spec, version=stored.version, pins=pins, python=other)


def _shown(value: object) -> str:
    return (", ".join(map(str, value)) or "none") if isinstance(value, tuple) else str(value)


def same_conditions(one: Run, other: Run) -> bool:
    """Whether two runs were made alike: fingerprint, class of settings, cores kept awake, servers watched."""
    return _conditions(one) == _conditions(other)


def _conditions(run: Run) -> tuple[str, bool, bool, bool]:
    awake = bool(run.rounds) and all(one.awake for one in run.rounds)
    return fingerprint(run.header.environment), run.header.plan.equal, awake, run.header.plan.explain
