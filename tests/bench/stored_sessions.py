"""Stored sessions of a server beside the yardstick, and what is judged against them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from runs import NOISE, run_of
from wsbench.demand.workload import Workload
from wsbench.plan.margins import Gates
from wsbench.records.run import Run
from wsbench.verdicts.baseline import Names, judge_stored
from wsbench.verdicts.judgement import Judgement

P50_ONLY = Gates(margin=0, metrics={"rtt_p50": 0.05})


BETWEEN = (0.98, 1.01, 1.0, 1.02, 0.99)
"""How the server varies against the yardstick from session to session."""


WIDE = Workload(connections=16)


def session(times: float = 1.0, *, floor: float = 20.0, **more: Any) -> Run:
    """Return a run of a server with `times` 60 µs beside the yardstick with 40 µs and plain TCP."""
    fields: dict[str, Any] = {
        "codes": {"tornado": "aa", "stdlib": "bb"},
        "noise": {"tornado": NOISE},
        **more,
    }
    return run_of({"tornado": 60.0 * times, "stdlib": 40.0, "tcp": floor}, **fields)


def sessions(times: Sequence[float] = BETWEEN) -> list[Run]:
    """Return stored sessions, the newest last."""
    return [session(one) for one in times]


def judged(stored: Sequence[Run], now: Run, gates: Gates) -> Judgement:
    """Return the judgement against the last of some stored sessions, the others beside it."""
    return judge_stored(stored[-1], stored, now, gates, Names("the baseline"))
