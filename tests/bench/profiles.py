"""A machine's profile made by hand, for the tests of what shows and stores one."""

from __future__ import annotations

import msgspec
from wsbench.demand.workload import Workload
from wsbench.facts.notices import Notice
from wsbench.stats.estimate import Estimate
from wsbench.verdicts.calibration import Calibration, Noise, Profile, Reach

LATENCY, WIDE = Workload(), Workload(connections=16)
REACHES = (Reach(30, 3, None), Reach(60, 22, 0.0104), Reach(120, 45, 0.0071))
LINE = Noise(
    client="wire",
    workload=LATENCY,
    metric="rtt_p50",
    rounds=22,
    sd=0.009,
    spread=0.0072,
    bias=Estimate(0.001, -0.003, 0.005, 22),
    position=Estimate(0.0012, -0.0018, 0.0042, 22),
    autocorrelation=-0.121,
    bound=0.43,
    reaches=REACHES,
    margin=0.015,
)
RATE = msgspec.structs.replace(
    LINE, workload=WIDE, metric="throughput", spread=0.123, position=None, margin=0.25
)
NOTICE = Notice(
    "rtt_p50 by wire, 64 B text, 1 connection, depth 1: rounds depend on those before them; rerun"
)
PROFILE = Profile(
    schema=1,
    fingerprint="0123456789ab",
    made="2026-01-02T03:04:05+00:00",
    wsbench="0.1.0",
    server="tornado",
    calibration=Calibration(2.6, 2.0, (LINE, RATE), (NOTICE,)),
)
