"""Bench: two copies of the same server in one run. They must come out tied; prints how far rounds spread.

    python tests/perf/same_server_twice.py [SERVER] [ROUNDS]

The figure is the standard deviation between rounds of ln(a / b) of the p50s, a and b being the same server
under two labels, driven by wire in interleaved slices. The aim is at most 2.5 %.
"""

from __future__ import annotations

import statistics
import sys

from wsbench.demand.workload import Workload
from wsbench.facts import cell_values
from wsbench.plan.run import Plan, cells_of
from wsbench.planning.profiles import PROFILES
from wsbench.records.common import Closing
from wsbench.records.run import Round
from wsbench.runner.run import Runner
from wsbench.stats.estimate import estimate_ratio
from wsbench.stats.ranking import rank
from wsbench.targets.spec_parser import read_specs


def main() -> None:
    """Measure one server against itself."""
    server = sys.argv[1] if len(sys.argv) > 1 else "tornado"
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 20
    specs = read_specs([f"a={server}", f"b={server}"])
    plan = Plan(specs, cells_of(specs, ["wire"], [Workload()]), rounds, seed=1, pace=PROFILES["default"].pace)
    lines: list[Round | Closing] = []
    Runner(plan, lambda _event: None, lines.append).run()
    done = [line for line in lines if isinstance(line, Round)]
    a, b = ({one.number: one.cells[index] for one in done} for index in (0, 1))
    found = cell_values.log_ratios(a, b, "rtt_p50")
    ratio = estimate_ratio(found)
    ranking = rank(["a", "b"], {(0, 1): found}, lower_is_better=True)
    print(
        f"{server} twice, p50 a / b: {ratio.value:.4f} [{ratio.low:.4f}, {ratio.high:.4f}]"
        f"  sd between rounds {statistics.stdev(found):.2%}, {len(found)} rounds,"
        f" {'separated' if ranking.separated_top else 'tied'}"
    )


if __name__ == "__main__":
    main()
