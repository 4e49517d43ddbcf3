"""What drove a run: the clients, in their versions, with what else decides what they do."""

from __future__ import annotations

from ..records.common import Proof
from ..records.run import Run
from ..targets.client_spec import ClientSpec


def drove(run: Run, label: str) -> Proof | None:
    """Return what a client of a run was, as its driver reported it; None where it never drove."""
    return next((one.clients[label] for one in run.rounds if label in one.clients), None)


COMPILED = "compiled parts"
"""What stands for parts of a library that are machine code, and in use: without them it is a slower one."""


def decides(spec: ClientSpec, proof: Proof) -> tuple[str, ...]:
    """Return what else decides a client's result: `COMPILED`, and distributions, as `aiofastnet 1.2.0`."""
    compiled = any(name.partition(".")[0] == spec.library for name in proof.speedups)
    parts = [f"{name} {version}" for name, version in proof.libraries.items()]
    return (*([COMPILED] if compiled else []), *parts)


def driver_of(run: Run, label: str) -> str:
    """Return the version of a client with what else decides its result; "" where that is unknown."""
    proof, spec = drove(run, label), run.header.plan.client_of(label)
    if proof is None or spec.is_instrument:
        return ""
    made = ", ".join(decides(spec, proof))
    return f"{proof.version}{made and f' with {made}'}"


def titled(run: Run, label: str) -> str:
    """Return how a title names a client: `websockets 15.0.1`, `old, websockets 15.0.1`, `wire`."""
    proof, spec = drove(run, label), run.header.plan.client_of(label)
    if spec.is_instrument or proof is None:
        return label
    return f"{f'{label}, ' if spec.is_renamed else ''}{spec.name} {proof.version}"
