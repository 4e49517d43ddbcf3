"""Results of every kind, ready to be drawn, and what the tests of charts ask of every drawing."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from client_runs import run_of_clients
from count_runs import count_run_of
from histories import example
from load_runs import load_run, plan_of
from msgspec.structs import replace
from runs import run_of
from wsbench.analysis.side_by_side import put_side_by_side
from wsbench.demand.workload import Workload
from wsbench.exporters.shown import Shown
from wsbench.page.charts.drawing import Drawing
from wsbench.plan.margins import Comparison, Gates
from wsbench.records.count import CountRun
from wsbench.records.load import LoadRun
from wsbench.records.run import Run
from wsbench.verdicts.judgement import judge
from wsbench.workflow.shown import shown_of, shown_with

TIMES = {"tornado": 60.0, "new=tornado": 66.0, "stdlib": 40.0, "tcp": 30.0}
WORKLOADS = (Workload(), Workload(connections=16))


def timed(**changes: Any) -> Run:
    """Return a run of a round trip and of throughput, of two servers with yardstick and floor."""
    return run_of(TIMES, **{"workloads": WORKLOADS, **changes})


def compared(**changes: Any) -> Run:
    """Return such a run that was made to decide: REGRESSED."""
    return timed(comparison=Comparison((("tornado", "new"),), Gates(), (8,)), **changes)


def counted() -> CountRun:
    """Return counts of two servers with what they are made of."""
    run = count_run_of({"aiohttp": 72_000.0, "tornado": 400_000.0}, more={"syscalls": 3.0})
    parts = {"instructions": {f"function {n} (web.py:{n})": float(n) for n in range(1, 30)}}
    lines = [
        replace(one, counts=tuple(replace(each, parts=each.parts or parts) for each in one.counts))
        for one in run.rounds
    ]
    return replace(run, rounds=tuple(lines))


def judged() -> Shown:
    """Return what `compare` shows."""
    run = compared()
    found = judge(run)
    assert found
    return shown_with(found, [run])


def beside() -> Shown:
    """Return what `report A B` shows of two runs."""
    runs = [timed(), run_of({"tornado": 90.0}, workloads=WORKLOADS)]
    return shown_with(put_side_by_side(list(zip(("old", "new"), runs, strict=True))), runs, ["old", "new"])


def loads_beside() -> Shown:
    """Return what `report A B` shows of two load runs."""
    runs: list[LoadRun] = [load_run(), load_run(plan_of(rates=(3_000.0, 6_000.0)))]
    return shown_with(put_side_by_side(list(zip(("old", "new"), runs, strict=True))), runs, ["old", "new"])


KINDS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "run": (lambda: shown_of(timed()), ("p50", "distribution", "throughput", "rounds")),
    "one round": (lambda: shown_of(timed(rounds=1)), ("p50", "distribution", "throughput")),
    "clients": (
        lambda: shown_of(run_of_clients({"wire": 60.0, "websockets": 90.0})),
        ("p50", "distribution", "rounds"),
    ),
    "compare": (judged, ("verdicts", "p50", "distribution", "throughput", "rounds")),
    "load": (lambda: shown_of(load_run()), ("load", "answered")),
    "count": (lambda: shown_of(counted()), ("work", "parts")),
    "side by side": (beside, ("runs",)),
    "loads side by side": (loads_beside, ("load", "answered", "runs")),
    "history": (lambda: Shown(example(), ()), ("history",)),
    "nothing": (lambda: shown_of(replace(timed(), rounds=())), ()),
}
"""What makes each kind of result, and which families of charts it has data for."""


def checked(drawings: Iterable[Drawing]) -> list[Drawing]:
    """Return drawings, each of which is valid Vega-Lite, has rows, words, and fields without dots."""
    found = list(drawings)
    for one in found:
        spec = one.chart.to_dict()  # Altair holds it against the schema of Vega-Lite
        rows = [row for rows in spec["datasets"].values() for row in rows]
        assert rows
        assert not {name for row in rows for name in row if "." in name or "[" in name}
        assert "NaN" not in json.dumps(spec)
        assert "Infinity" not in json.dumps(spec)
        assert one.title
        assert one.words.endswith(".")
    return found


def every_row(drawing: Drawing) -> list[dict[str, Any]]:
    """Return the rows of all data sets of a drawing."""
    return [row for rows in drawing.chart.to_dict()["datasets"].values() for row in rows]


def rows_of(drawing: Drawing) -> list[dict[str, Any]]:
    """Return the rows of the largest data set of a drawing."""
    sets: list[list[dict[str, Any]]] = list(drawing.chart.to_dict()["datasets"].values())
    return max(sets, key=lambda rows: (len(rows), len(rows[0])))
