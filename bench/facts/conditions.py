"""What two runs must have in common for their numbers to be held against each other, and in what they differ.

What a file does not say, being older, is unknown, and differs from nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from ..records.common import Environment
from ..records.load import LoadRound, LoadRun
from ..records.run import Round, Run
from .network import network_difference

ENOUGH = 3.0
"""Cores' time that server, client and wsbench never use up: the first two have a core each, to the full."""


def machine_of(environment: Environment) -> dict[str, str]:
    """Return what makes a machine one of its kind, in words by name; "" for what is unknown."""
    quota, system = environment.quota, environment.system.split()
    return {
        "processor": environment.cpu,
        "cores": str(environment.cores),
        "kernel": _kernel(system),
        "architecture": system[-1] if len(system) > 2 else "",
        "virtualisation": environment.virtualisation,
        "governor": environment.governor,
        "CPU limit": "" if quota is None else f"{quota:g} cores" if quota else "none",
        "server and client": "on one core" if environment.server_core is None else "on a core each",
    }


def _kernel(system: Sequence[str]) -> str:
    """Return the kernel's name and its version without what changes every week: `Linux 6.18`."""
    return f"{system[0]} {'.'.join(system[1].split('.')[:2])}" if len(system) > 1 else ""


def fingerprint(environment: Environment) -> str:
    """Return 12 hex digits that stand for a kind of machine.

    Absolute times of two fingerprints have nothing to do with each other.
    """
    return hashlib.sha256("\n".join(machine_of(environment).values()).encode()).hexdigest()[:12]


def machine_differences(stored: Environment, now: Environment) -> str:
    """Return in what two machines differ, as `processor A, now B; kernel Linux 6.8, now Linux 6.9`."""
    before, after = machine_of(stored), machine_of(now)
    pairs = [(name, before[name], after[name]) for name in before]
    return "; ".join(
        f"{name} {one}, now {other}" for name, one, other in pairs if one and other and one != other
    )


def condition_differences(stored: Run, now: Run) -> str:
    """Return in what two runs were made otherwise: the machine, settings, cores kept awake, variables."""
    machine = machine_differences(stored.header.environment, now.header.environment)
    before, after = _settings(stored), _settings(now)
    settings = [f"{one}, now {other}" for one, other in zip(before, after, strict=True) if one != other]
    settings += [*filter(None, [network_difference(stored.header.plan.network, now.header.plan.network)])]
    settings += variable_differences(stored.header.environment.variables, now.header.environment.variables)
    return "; ".join(
        f"{kind}: {text}"
        for kind, text in (("another machine", machine), ("other settings", "; ".join(settings)))
        if text
    )


def _settings(run: Run) -> tuple[str, ...]:
    plan = run.header.plan
    return (
        "equal settings" if plan.equal else "settings as shipped",
        "cores kept awake" if all_awake(run) else "cores left to sleep",
        "servers watched (--explain)" if plan.explain else "servers not watched",
    )


def all_awake(run: Run | LoadRun) -> bool:
    """Whether both cores were kept awake in all rounds."""
    return bool(run.rounds) and all(one.awake for one in run.rounds)


def variable_differences(stored: dict[str, str] | None, now: dict[str, str] | None) -> Iterator[str]:
    """Yield the variables that differ, as `PYTHONOPTIMIZE not set, now 1`."""
    unknown = "unknown"
    for name in sorted({*(stored or {}), *(now or {})}):
        before = unknown if stored is None else stored.get(name, "not set")
        after = unknown if now is None else now.get(name, "not set")
        if before != after:
            yield f"{name} {before}, now {after}"


def variables_of(environment: Environment) -> list[str]:
    """Return the variables that change what was measured, as `PYTHONOPTIMIZE=1`."""
    return [f"{name}={value}" for name, value in (environment.variables or {}).items()]


def limit_doubt(environment: Environment) -> str:
    """Say that a cgroup allows less time than is needed, "" if it does not, or nobody knows."""
    quota, cores = environment.quota, environment.allowed or environment.cores
    if not quota or quota >= min(ENOUGH, cores):
        return ""
    plural = "" if quota == 1 else "s"
    return (
        f"this process may use {quota:g} core{plural} (CPU limit of its cgroup), so servers and clients are"
        " stopped for the rest of each period once that is used up: raise the limit and rerun"
    )


def lapse_doubt(rounds: Sequence[Round | LoadRound]) -> str:
    """Say in how many rounds a core was not kept awake to the end, and why in the first; "" for none."""
    found = [one.lapses for one in rounds if one.lapses]
    return f" in {len(found)} of {len(rounds)} rounds ({found[0][0]})" if found else ""
