"""Holds what came of a fault against what has to."""

from __future__ import annotations

import re

from fault import BAD, Fault
from injecting import HANGS_S, Outcome

MOST_BYTES = 256 << 20
"""Driver and parent may take so much more than beside a polite server, whatever a server sends."""


def problems(fault: Fault, outcome: Outcome, polite: Outcome | None = None) -> list[str]:
    """Return what is not as it has to be; times are held only where there is a polite run beside it."""
    found = []
    if outcome.seconds > HANGS_S:
        found.append("hangs")
    if outcome.code != fault.code:
        found.append(f"exit code {outcome.code}, not {fault.code}")
    if not re.search(fault.says, outcome.said):
        found.append(f"does not say “{fault.says}”")
    if "Traceback" in outcome.said:
        found.append("a traceback")
    found += [f"blames {one}: {why}" for one, why in outcome.failed.items() if one not in fault.blamed]
    found += [f"no numbers of {one}" for one in fault.measured if one not in outcome.measured]
    found += [f"left behind: {one}" for one in outcome.left]
    if polite:
        found += _beyond(fault, outcome, polite)
    return found


def _beyond(fault: Fault, outcome: Outcome, polite: Outcome) -> list[str]:
    found = []
    if outcome.peak - polite.peak > MOST_BYTES:
        found.append(f"{more_mib(outcome, polite):,} MiB more than beside a polite server")
    if outcome.seconds > polite.seconds + fault.within:
        found.append(f"{outcome.seconds - polite.seconds:.1f} s longer than beside a polite server")
    return found


def is_unlucky(outcome: Outcome) -> bool:
    """Whether somebody innocent was silent: where other programs have the cores, that happens."""
    silent = [one for one, why in outcome.failed.items() if one != BAD and "within" in why]
    return bool(silent)


def more_mib(outcome: Outcome, polite: Outcome) -> int:
    """Return how much more memory was taken than beside a polite server, in MiB."""
    return (outcome.peak - polite.peak) >> 20


def sentence(fault: Fault, outcome: Outcome) -> str:
    """Return the line that says what happened."""
    lines = [" ".join(line.split()) for line in outcome.said.splitlines()]
    told = [line for line in lines if re.search(fault.says, line)] or [line for line in lines if BAD in line]
    return told[-1] if told else (lines[-1] if lines else "")
