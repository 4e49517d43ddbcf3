"""The code of a baseline as it can be run here: unchanged, or in an environment made of its versions."""

from __future__ import annotations

import platform
from collections.abc import Sequence

import msgspec

from .. import output
from ..conformance.gate import try_server
from ..environments.availability import provide_all
from ..errors import UsageError
from ..facts.provenance import differences, proof_of, rebuilding
from ..records.common import Proof
from ..records.run import Run
from ..runner.gate import gate_of
from ..targets.spec import ServerSpec

THIS_PYTHON = f"{platform.python_implementation()} {platform.python_version()}"


def rebuilt(recipe: Run, wanted: Sequence[ServerSpec], python: str) -> tuple[list[ServerSpec], str]:
    """Return the baseline's servers as they can be run here, else why they can't.

    They run on the interpreter `python`; where none is named, as today's code does if that has not changed,
    else in environments made of the versions that the baseline had. Raises `UsageError` where an interpreter
    was named and holds something else.
    """
    bases = []
    for spec in wanted:
        base = msgspec.structs.replace(spec, label=f"{spec.label}-baseline", executable=python)
        stored = proof_of(recipe, spec.label)
        ways = [base]
        if not python and stored and stored.libraries and spec.contestant:
            ways.append(rebuilding(base, stored, THIS_PYTHON))
        obstacles = []
        for way in ways:
            obstacles.append(_obstacle(recipe, stored, way))
            if not obstacles[-1]:
                bases.append(way)
                break
        else:
            if python:
                raise UsageError(f"{python} does not hold the baseline's code; {spec.label}: {obstacles[0]}")
            return [], f"{spec.label}: {'; rebuilt, '.join(obstacles)}"
    return bases, ""


def _obstacle(recipe: Run, stored: Proof | None, base: ServerSpec) -> str:
    """Try a server's contract, and return in what it differs from the baseline's, "" in nothing."""
    if not base.started_by_us:
        return "it was not ours to start"
    if stored is None:
        return "it never ran"
    try:
        (base,) = provide_all([base], output.tell)
    except UsageError as problem:
        return str(problem)
    tried = try_server(base, gate_of(recipe.header.plan))
    return tried.problem or differences(stored, tried.proof)
