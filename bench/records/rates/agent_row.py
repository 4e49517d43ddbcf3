"""What one of several agents saw of a step: the row it has in a table."""

from __future__ import annotations

import msgspec


class AgentRow(msgspec.Struct, frozen=True):
    """One agent of a step, alone; its messages are in the step's as well.

    `name` is that of its worker in a cluster, else `agent 1` and so on, `host` where it ran, "" for here.
    `cpu_share` is the share of a core that it used in the window. `clock_offset_ns` is how far the clock of
    its host was ahead of the one of who began the run, give or take `clock_error_ns`; None where both are
    one. `overlap` is its share of the time from the first agent's begin to the last one's end.
    """

    name: str
    host: str
    scheduled: int
    answered: int
    p50_ns: float | None = None
    p99_ns: float | None = None
    lateness_p99_ns: float | None = None
    cpu_share: float | None = None
    clock_offset_ns: float | None = None
    clock_error_ns: float | None = None
    overlap: float = 1.0
    failure: str = ""
