"""What a stored result was made of: the machine, and the code that ran. Equal recipes may be compared."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from ..demand.workload import Wait
from ..records.common import Handshake, Proof
from ..records.run import Run
from ..targets.spec import ServerSpec
from .conditions import all_awake, variables_of
from .network import network_of

WAITS: dict[Wait, str] = {"poll": "wire polls", "sleep": "wire sleeps between replies"}


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


def made_of(spec: ServerSpec, proof: Proof) -> str:
    """Return what else decides a server's result, with versions, as `uvicorn 0.54.0, websockets 17.4`.

    These are the loop and the distributions that it is made of: one version of uvloop gathers what is written
    and another does not, at a third of the throughput.
    """
    known = spec.contestant
    pinned = [pin.partition("==")[0] for pin in spec.companions]
    names = [spec.loop, *(known.needs if known else ()), *pinned]
    libraries = {name.lower(): f"{name} {version}" for name, version in proof.libraries.items()}
    return ", ".join(dict.fromkeys(libraries[name.lower()] for name in names if name.lower() in libraries))


def wait_of(run: Run) -> Wait:
    """Return how wire waited; in files of versions that do not say it slept."""
    return run.header.plan.client_wait or "sleep"


def conditions_of(run: Run) -> tuple[str, ...]:
    """Return what was the same for all cells and changes what the numbers mean."""
    plan = run.header.plan
    think = sorted({cell.workload.think_us for cell in plan.cells if cell.workload.window == 1})
    return (
        "equal settings" if plan.equal else "settings as shipped",
        "cores kept awake" if all_awake(run) else "cores left to sleep",
        *([WAITS[plan.client_wait]] if plan.client_wait else ()),
        *(f"{one} µs think time" for one in think),
        *(["servers watched (--explain)"] if plan.explain else ()),
        *network_of(plan.network, run.header.environment),
        *variables_of(run.header.environment),
        *_ciphers(run),
        *_pythons(run),
        f"seed {plan.seed}",
    )


def link_of(specs: Iterable[ServerSpec]) -> str:
    """Return how all contestants among some servers are spoken to: `over TLS`, `with deflate`, both or ""."""
    contestants = [spec for spec in specs if not spec.in_every_run]
    words = [
        text
        for text, held in (
            ("over TLS", [spec.tls for spec in contestants]),
            ("with deflate", [spec.deflate for spec in contestants]),
        )
        if held and all(held)
    ]
    return " ".join(words)


def parts_of(run: Run) -> tuple[str, ...]:
    """Return of what each server is made besides its library: `uvicorn-wsproto with wsproto 1.3.2`."""
    found = []
    for spec in run.header.plan.servers:
        proof = _proofs(run).get(spec.label)
        needs = spec.contestant.needs if spec.contestant else ()
        parts = [f"{name} {proof.libraries[name]}" for name in needs if proof and name in proof.libraries]
        if parts:
            found.append(f"{spec.label} with {', '.join(parts)}")
    return tuple(found)


def uncommon(extensions: str) -> str:
    """Return the parameters of an agreed permessage-deflate that are not those of the equal class.

    That is 15 window bits and context takeover both ways, which an answer may name or not (RFC 7692
    section 7.1).
    """
    parameters = [word.strip().replace('"', "") for word in extensions.split(";")[1:]]
    usual = {"server_max_window_bits=15", "client_max_window_bits=15", "client_max_window_bits"}
    return ", ".join(f"{word}{NARROWEST.get(word, '')}" for word in parameters if word not in usual)


NARROWEST = {"client_max_window_bits=8": " (zlib has no such window: what wire sent was not compressed)"}
"""What wire can't do of what may be agreed on."""


def _proofs(run: Run) -> dict[str, Proof]:
    return {label: proof for one in run.rounds for label, proof in one.servers.items()}


def _ciphers(run: Run) -> list[str]:
    return sorted({one.tls for one in _handshakes(run) if one.tls})


def _pythons(run: Run) -> list[str]:
    """Return the servers' interpreters, where there are several."""
    found: dict[str, list[str]] = {}
    for label, proof in _proofs(run).items():
        if proof.python:
            found.setdefault(proof.python, []).append(label)
    return (
        [f"{python}: {', '.join(sorted(labels))}" for python, labels in found.items()]
        if len(found) > 1
        else []
    )


def _handshakes(run: Run) -> list[Handshake]:
    return [record.handshake for one in run.rounds for record in one.cells]
