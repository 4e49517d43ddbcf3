"""The steps of a load run by rate: whether they can be believed, and whether those of two runs are alike."""

from __future__ import annotations

from collections.abc import Sequence

from ..records.load import LoadRound, LoadRun, Step
from ..records.rates.errors import NO_REPLY, added
from .conditions import all_awake, machine_differences, variables_of
from .network import network_difference
from .provenance import WAITS


def steps_at(rounds: Sequence[LoadRound], rate: float) -> list[Step]:
    """Return each round's step at a rate, the last where it was held again."""
    found = ([step for step in one.steps if step.rate == rate] for one in rounds)
    return [steps[-1] for steps in found if steps]


def steps_of(rounds: Sequence[LoadRound], stage: int) -> list[Step]:
    """Return each round's step of a stage, the last where the profile was gone through again."""
    found = ([step for step in one.steps if step.stage == stage] for one in rounds)
    return [steps[-1] for steps in found if steps]


def fault_of(steps: Sequence[Step], rounds: int) -> str:
    """Return why steps at one rate can't be believed, that of the worst of `rounds`; "" where they can."""
    late = sorted(steps, key=lambda step: (step.overlap, -step.lateness_ns.get("p99", 0)))
    return said([step.fault for step in late], rounds)


def missed_of(steps: Sequence[Step], rounds: int) -> str:
    """Return that the server did not keep up at a rate, in the worst of `rounds`; "" where it did."""
    slow = sorted(steps, key=lambda step: step.achieved / step.rate if step.rate else 0)
    return said([step.missed for step in slow], rounds)


def late_of(steps: Sequence[Step], rounds: int) -> str:
    """Return that the client was late at a rate, in the worst of `rounds`; "" where it was not."""
    late = sorted(steps, key=lambda step: -step.lateness_ns.get("p99", 0))
    return said([step.late for step in late], rounds)


def errors_of(steps: Sequence[Step]) -> dict[str, int]:
    """Return how many messages failed in steps, by kind, the most frequent first.

    Files of versions that knew no kinds say how many got no reply.
    """
    found = added(step.errors or {NO_REPLY: step.unanswered} for step in steps)
    return {kind: count for kind, count in found.items() if count}


def said(texts: Sequence[str], rounds: int) -> str:
    """Return the first text there is, and in how many rounds there is one where not in all."""
    found = [text for text in texts if text]
    if not found or len(found) == rounds:
        return found[0] if found else ""
    return f"in {len(found)} of {rounds} rounds: {found[0]}"


def unlike_loads(then: LoadRun, now: LoadRun) -> str:
    """Return why absolute times of the two have nothing to do with each other, "" where they have."""
    one, other = then.header, now.header
    if machine := machine_differences(one.environment, other.environment):
        return f"another machine, and load runs have no yardstick to go by: {machine}"
    if network := network_difference(one.plan.network, other.plan.network):
        return network
    variables = [", ".join(variables_of(run.header.environment)) for run in (then, now)]
    if variables[0] != variables[1]:
        return f"other variables: {variables[0] or 'none'}, now {variables[1] or 'none'}"
    waits = [run.header.plan.client_wait or "sleep" for run in (then, now)]
    if waits[0] != waits[1]:
        return f"{WAITS[waits[0]]} in the one and {WAITS[waits[1]].removeprefix('wire ')} in the other"
    awake = [all_awake(run) for run in (then, now)]
    return "" if awake[0] == awake[1] else "the cores were kept awake in one of them alone"
