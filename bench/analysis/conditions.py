"""What was the same for the servers of a run, and what they are made of: lines below its tables."""

from __future__ import annotations

from collections.abc import Iterable

from ..records.common import Handshake, Proof
from ..records.run import Run
from ..targets.spec import ServerSpec


def conditions_of(run: Run) -> tuple[str, ...]:
    """Return what was the same for all cells and changes what the numbers mean."""
    plan = run.header.plan
    think = sorted({cell.workload.think_us for cell in plan.cells if cell.workload.window == 1})
    return (
        "equal settings" if plan.equal else "settings as shipped",
        "cores kept awake" if run.rounds and all(one.awake for one in run.rounds) else "cores left to sleep",
        *(f"{one} µs think time" for one in think),
        *(["servers watched (--explain)"] if plan.explain else ()),
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
    return ", ".join(word for word in parameters if word not in usual)


def _proofs(run: Run) -> dict[str, Proof]:
    return {label: proof for one in run.rounds for label, proof in one.servers.items()}


def _handshakes(run: Run) -> list[Handshake]:
    return [record.handshake for one in run.rounds for record in one.cells]


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
