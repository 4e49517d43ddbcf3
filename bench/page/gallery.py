"""All charts that a result has data for, in the order of the page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from altair.utils.schemapi import debug_mode

from ..analysis.count import CountAnalysis
from ..analysis.history.series import History
from ..analysis.load import LoadAnalysis
from ..analysis.run import Analysis
from ..analysis.side_by_side import SideBySide
from ..exporters.shown import Shown, Source
from ..facts.facts import Facts
from ..records.load import LoadRun
from ..records.run import Run
from .charts import course, distribution, history, load, p50, rounds, runs, sweeps, throughput, verdicts, work
from .charts.drawing import Cast, Drawing
from .names import CHARTS
from .sources import each_once


def drawings(shown: Shown) -> list[Drawing]:
    """Return every drawing, family by family."""
    order = list(CHARTS)
    with debug_mode(
        False
    ):  # the tests have every part checked as it is made; it takes as long as all the rest
        return sorted(_all(shown, cast_of(shown)), key=lambda one: order.index(one.family))


def cast_of(shown: Shown) -> Cast:
    """Return the servers of a result; yardstick and floor, which are in every run, are its references."""
    if isinstance(shown.said, History):
        return Cast(each_once(one.key.server for one in shown.said.series))
    if len(loads := _loads(shown.sources)) > 1:
        return Cast(tuple(one.name for one in loads))
    specs = [spec for one in shown.sources for spec in one.run.header.plan.servers]
    references = each_once(spec.label for spec in specs if spec.in_every_run)
    return Cast(each_once(spec.label for spec in specs if spec.label not in references), references)


def _all(shown: Shown, cast: Cast) -> Iterator[Drawing]:
    if isinstance(shown.said, History):
        yield from history.draw(shown.said, cast)
    if isinstance(shown.said, SideBySide):
        yield from runs.draw(shown.said)
    if judgement := shown.judgement:
        yield from verdicts.draw(judgement)
        yield from verdicts.draw_causes(judgement)
    if found := _loads(shown.sources):
        yield from load.draw(found, cast)
        yield from course.draw(found, cast)
    if not isinstance(shown.said, SideBySide) and shown.sources:
        yield from _of_newest(shown.sources, cast)


def _of_newest(sources: Sequence[Source], cast: Cast) -> Iterator[Drawing]:
    """Yield what is drawn of one run alone: of times and of counts, the last one's."""
    times = [one for one in sources if isinstance(one.analysis, Analysis)]
    counts = [one for one in sources if isinstance(one.analysis, CountAnalysis)]
    if times and isinstance(run := times[-1].run, Run) and isinstance(said := times[-1].analysis, Analysis):
        facts = Facts(run)
        yield from p50.draw(said, cast)
        yield from distribution.draw(facts, cast)
        yield from throughput.draw(said, cast)
        yield from sweeps.draw(said, cast)
        yield from sweeps.draw_versions(said, run.header.plan, cast)
        yield from rounds.draw(facts, cast)
    if counts and isinstance(counted := counts[-1].analysis, CountAnalysis):
        yield from work.draw(counted, cast)
        yield from work.draw_parts(counted, cast)


def _loads(sources: Sequence[Source]) -> list[load.Named]:
    """Return load runs with what each is called: its server, with the run's name where there are several."""
    found = [
        load.Named(one.name, one.run, one.analysis)
        for one in sources
        if isinstance(one.run, LoadRun) and isinstance(one.analysis, LoadAnalysis)
    ]
    many = len(found) > 1
    return [
        one._replace(name=f"{server}, {one.name}" if many else server)
        for one in found
        if (server := one.said.plan.server.label)
    ]
