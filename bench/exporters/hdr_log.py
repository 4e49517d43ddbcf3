"""The distributions of a result as a log of HdrHistograms, version 1.3: a line for each round of a cell.

Lines are written here and not by a library: those of other languages write the longest value in other units,
and Python's no tag. Sources: the log writer and reader of HdrHistogram for Java, whose unit of the longest
value is a million of what is recorded, so ms here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import accumulate, pairwise

import msgspec

from ..analysis.load import LoadAnalysis
from ..analysis.run import Analysis
from ..errors import UsageError
from ..plan.load import window_of
from ..records.load import LoadRun, Step
from ..records.run import CellRecord, Run
from ..report.rates.columns import shown_estimates
from ..stats.histogram import longest
from ..targets.catalogue import INSTRUMENT
from .figures import valid_source, words_of
from .shown import Shown, Source

HEAD = (
    "#[Histogram log format version 1.3]",
    "#[BaseTime: {begun:.3f} (seconds since epoch)]",
    "#[StartTime: {begun:.3f} (seconds since epoch), {started}]",
    '"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"',
)


class Interval(msgspec.Struct, frozen=True):
    """What was recorded in a round: whose times (a tag), when (s from the run's start), for how long (s)."""

    tag: str
    begin: float
    length: float
    histogram: str


def hdr_log(shown: Shown) -> str:
    """Return the log of a run or load run, in ns. Raises `UsageError` where there are no distributions."""
    source = valid_source(shown)
    run, analysis = source.run, source.analysis
    found: list[Interval] = []
    if isinstance(analysis, Analysis) and isinstance(run, Run):
        found = list(_of_cells(analysis, source, run))
    elif isinstance(analysis, LoadAnalysis) and isinstance(run, LoadRun):
        found = list(_of_rates(analysis, source, run))
    if not found:
        raise UsageError("this result has no distribution of times")
    started = run.header.started
    head = [line.format(begun=datetime.fromisoformat(started).timestamp(), started=started) for line in HEAD]
    lines = map(_line, sorted(found, key=lambda one: one.begin))
    return "\n".join((*head, *lines)) + "\n"


def tag_of(*names: str) -> str:
    """Return names as a tag, which holds no comma and no space: `tornado_by_wire/64_B_text/depth_1`."""
    plain = re.sub(r"(?<=\d),(?=\d{3})", "", ", ".join(names))
    return re.sub(r"\s+", "_", plain.replace(", ", "/")).replace(",", ";")


def _line(one: Interval) -> str:
    most = longest(one.histogram) / 1e6
    return f"Tag={one.tag},{one.begin:.3f},{one.length:.3f},{most:.3f},{one.histogram}"


def _times(seconds: Sequence[float]) -> list[tuple[float, float]]:
    """Return when each round began and how long it took: one after the other, as if nothing lay between."""
    return [(begin, end - begin) for begin, end in pairwise(accumulate(seconds, initial=0.0))]


def _of_cells(analysis: Analysis, source: Source, run: Run) -> Iterator[Interval]:
    """Yield the round trips of cells that have a median: others starved connections, or have failed."""
    records: dict[tuple[int, int], CellRecord] = {
        (one.number, record.cell): record for one in run.rounds for record in one.cells
    }
    times = _times([one.seconds for one in run.rounds])
    for group in analysis.groups:
        for row in group.rows:
            if row.failure or row.limit == "invalid" or "rtt_p50" not in row.estimates:
                continue
            tag = tag_of(f"{row.server} by {group.client}", words_of(source, row.server, group.workload))
            for one, (begin, length) in zip(run.rounds, times, strict=True):
                record = records.get((one.number, row.cell))
                if record and record.histogram:
                    yield Interval(tag, begin, length, record.histogram)


def _of_rates(analysis: LoadAnalysis, source: Source, run: LoadRun) -> Iterator[Interval]:
    """Yield the response times at each rate that was held, and the service times as fast as it goes."""
    plan = analysis.plan
    each = plan.ramp_s + plan.duration_s
    words = words_of(source, plan.server.label, plan.workload)
    times = _times([one.seconds for one in run.rounds])
    begins = {one.number: begin for one, (begin, _) in zip(run.rounds, times, strict=True)}
    rounds = {one.number: one.steps for one in run.rounds}
    for row in analysis.rows:
        kind = "response" if row.rate else "service"
        if f"{kind}_p50" not in shown_estimates(row):
            continue
        at = plan.kept if plan.mode == "slo" else row.where
        tag = tag_of(f"{plan.server.label} by {INSTRUMENT}", words, at, kind)
        for step in row.steps:
            if not _histogram(step, kind):
                continue
            window = window_of(plan, step.rate, step.stage)
            before = 0.0 if row.asked else each * rounds[step.round].index(step)
            yield Interval(
                tag, begins[step.round] + before + window.begin_s, window.length_s, _histogram(step, kind)
            )


def _histogram(step: Step, kind: str) -> str:
    return step.response if kind == "response" else step.service
