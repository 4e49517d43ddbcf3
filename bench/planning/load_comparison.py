"""From the words of `wsbench compare` and a pace to the plans of servers that are loaded in turns."""

from __future__ import annotations

from msgspec.structs import replace

from ..errors import UsageError
from ..plan.load import LoadPlan
from .load import LoadWords, make_plans_in_turns
from .workloads import Words

ROUNDS = 4
"""Rounds of long steps and of stages where nobody said: a verdict takes as many pairs."""

SHARED = (
    *("axes", "as_shipped", "rounds", "keep_awake", "client_wait"),
    *("timeout_s", "start_timeout_s", "messages", "typed"),
)
"""What both kinds of words call the same."""

ALONE = {
    "clients": "--client",
    "depths": "--depth",
    "idle": "--idle",
    "slow_readers": "--slow-readers",
    "think_us": "--think",
    "fragments": "--fragments",
    "payloads": "--payload",
    "explain": "--explain",
    "network": "--network",
}
"""What goes with servers that are asked as fast as they answer, and not with a rate."""


def make_load_comparison(words: Words, pace: LoadWords, seed: int) -> list[LoadPlan]:
    """Return a plan for each server, base first; `pace` has what was said of rates. Raises `UsageError`."""
    if len(words.servers) < 2:
        raise UsageError("compare at rates needs servers: wsbench compare tornado==6.4 tornado --rate 2000")
    if said := [option for name, option in ALONE.items() if getattr(words, name) != getattr(Words(), name)]:
        raise UsageError(f"{' and '.join(said)}: with --rate, --stage or --slo leave it out")
    for option, many in (("--size", words.sizes), ("--connections", words.connections)):
        if len(many) > 1:
            raise UsageError(f"{option}: one at a time with --rate, --stage or --slo")
    if len(words.kinds) > 1:
        raise UsageError("--text and --binary: one at a time with --rate, --stage or --slo")
    asked = replace(
        pace,
        size=(words.sizes or (pace.size,))[0],
        connections=(words.connections or (pace.connections,))[0],
        text=words.kinds != ("binary",),
        **{name: getattr(words, name) for name in SHARED},
    )
    plans = make_plans_in_turns((replace(asked, target=server) for server in words.servers), seed)
    labels = tuple(plan.server.label for plan in plans)
    rounds = {} if words.rounds else {"rounds": max(ROUNDS, plans[0].rounds)}
    return [replace(plan, beside=labels, **rounds) for plan in plans]
