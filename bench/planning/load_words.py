"""What the user said to `wsbench load`."""

from __future__ import annotations

import msgspec

from ..demand.workload import TIMEOUT_S, Wait
from ..plan.network import NetworkWords
from ..targets.contract import START_S
from ..targets.spec import Axes

RAMP_S = 0.25
"""How long the rate of a step rises before it, unless said otherwise, in s."""


class LoadWords(msgspec.Struct, frozen=True):
    """What the user said to `wsbench load`; rates in msg/s, each `slo` such as `p99=5ms`."""

    target: str
    rates: tuple[float, ...] = ()
    sweep: bool = False
    slo: tuple[str, ...] = ()
    connections: int = 16
    size: int = 64
    text: bool = True
    duration_s: float | None = None
    ramp_s: float | None = None
    poisson: bool = False
    agents: int = 1
    burst: int = 0
    axes: Axes = Axes()
    as_shipped: bool = False
    rounds: int | None = None
    keep_awake: bool = True
    client_wait: Wait | None = None
    timeout_s: float = TIMEOUT_S
    start_timeout_s: float = START_S
    messages: tuple[str, ...] = ()
    typed: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    network: NetworkWords | None = None
    scheduler: str = ""
    server_on: str = ""

    @property
    def beside_stages(self) -> dict[str, bool]:
        """What else was said of rates and times, by its option."""
        return {
            "--rate": bool(self.rates),
            "--sweep": self.sweep,
            "--duration": self.duration_s is not None,
            "--ramp": self.ramp_s is not None,
            "--burst": bool(self.burst),
        }

    @property
    def before_s(self) -> float:
        """How long the rate rises before a step."""
        return 0.0 if self.stages else RAMP_S if self.ramp_s is None else self.ramp_s
