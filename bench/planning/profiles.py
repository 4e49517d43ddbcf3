"""The named choices of what to run."""

from __future__ import annotations

import msgspec

from ..demand.workload import Workload
from ..plan.run import Pace
from ..targets.catalogue import INSTRUMENT


class Profile(msgspec.Struct, frozen=True):
    """A named, small choice of what to run.

    Client libraries drive the round trip alone, for in throughput they are slower than most servers and would
    be what is measured; with `library_throughput` they drive that as well.
    """

    about: str
    servers: tuple[str, ...]
    clients: tuple[str, ...]
    workloads: tuple[Workload, ...]
    rounds: int
    pace: Pace
    budget_s: float
    library_throughput: bool = False


_FIVE = ("tornado", "websockets", "aiohttp", "stdlib", "tcp")


_LATENCY, _WIDE, _DEEP = Workload(), Workload(connections=16), Workload(depth=32)


PROFILES = {
    "quick": Profile(
        "wire only; latency and 16 connections; within 30 s",
        servers=_FIVE,
        clients=("wire",),
        workloads=(_LATENCY, _WIDE),
        rounds=6,
        pace=Pace(),
        budget_s=30,
    ),
    "default": Profile(
        "latency by three clients, throughput by wire; about a minute",
        servers=_FIVE,
        clients=("wire", "websockets", "ws4py"),
        workloads=(_LATENCY, _WIDE, _DEEP),
        rounds=8,
        pace=Pace(throughput_turns=8, library_share=0.5),
        budget_s=120,
    ),
    "thorough": Profile(
        "every client, 18 rounds, p99.9; about an hour",
        servers=_FIVE,
        clients=("wire", "websockets", "aiohttp", "tornado", "picows", "ws4py"),
        workloads=(_LATENCY, _WIDE, _DEEP),
        rounds=18,
        pace=Pace(latency_turns=250, latency_samples=31_000, throughput_turns=30),
        budget_s=0,
        library_throughput=True,
    ),
}


GATE = Profile(
    "base and candidates side by side; 16 connections beside the round trip; within a minute",
    servers=(),
    clients=(INSTRUMENT,),
    workloads=(_LATENCY, _WIDE),
    rounds=16,
    pace=Pace(throughput_turns=14, reference_share=0.125),
    budget_s=0,
)
"""What `compare` and `check` measure unless told otherwise."""
