"""The words of a page: what was found, what to mind, where it was measured."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ..analysis.count import CountAnalysis, CountRow
from ..analysis.history.series import History
from ..analysis.load import LoadAnalysis
from ..analysis.load_together import Together
from ..analysis.run import Analysis
from ..exporters.shown import Shown, Source
from ..facts.notices import Notice
from ..plan.metrics import divisor_of, main_metric, metric_title
from ..rendering.numbers import blamed, number
from ..report.history.words import metric_words
from ..report.judgement import headline
from ..report.load import answer_line, threshold_headline
from ..report.rates.together import answers
from ..verdicts.judgement import Judgement


class Found(NamedTuple):
    """What a result says in full sentences: the first one, and all others."""

    headline: str
    more: tuple[str, ...] = ()


def found(shown: Shown) -> Found:
    """Return what was found, the answer to what was asked first."""
    said = shown.said
    if decided := shown.judgement:
        runs = [one for source in shown.sources[-1:] for one in _of_run(source.analysis)]
        return Found(headline(decided), tuple(runs))
    if isinstance(said, Analysis | LoadAnalysis | CountAnalysis):
        sentences = _of_run(said)
        sentences = sentences or _alone(said)
        return Found(sentences[0], tuple(sentences[1:])) if sentences else Found("Nothing was measured.")
    if isinstance(said, History):
        return _of_history(said)
    if isinstance(said, Together):
        return Found(answers(said))
    names = [one.name for one in shown.sources]
    return Found(f"{len(names)} runs side by side: {', '.join(names)}.")


def _of_history(history: History) -> Found:
    """Return which series changed last, or that none did."""
    many = f"{len(history.series)} series over {history.runs} runs"
    changed = [one for one in history.series if one.changes]
    told = [f"{one.key.server}, {metric_words(one.key)}, {one.key.workload}: {one.state}." for one in changed]
    return Found(f"{len(changed)} of {many} changed." if changed else f"None of {many} changed.", tuple(told))


def _of_run(analysis: Analysis | LoadAnalysis | CountAnalysis) -> list[str]:
    """Return the sentences of one run; where there are several workloads, each says which it is about."""
    if isinstance(analysis, LoadAnalysis):
        judged = threshold_headline(analysis)
        return [judged, analysis.headline] if judged else [one for one in (answer_line(analysis),) if one]
    if isinstance(analysis, CountAnalysis):
        return [one for group in analysis.groups if (one := _least(group.rows, str(group.workload)))]
    told = [(group, group.headline.rstrip(".")) for group in analysis.groups if group.headline]
    return [f"{sentence}: {group.workload}, by {group.client}." for group, sentence in told]


def _alone(said: Analysis | LoadAnalysis | CountAnalysis) -> list[str]:
    """Return what there is of a run in which nobody was held against another: who failed, and numbers."""
    if not isinstance(said, Analysis):
        return []
    rows = [(group, row) for group in said.groups for row in group.rows]
    failed = dict.fromkeys(f"{blamed(row.server, row.failure.reason)}." for _, row in rows if row.failure)
    told = []
    for group, row in rows:
        metric = main_metric(group.workload)
        if metric in row.estimates:
            value = number(row.estimates[metric].value / divisor_of(metric))
            told.append(f"{row.server}: {metric_title(metric)} {value}, {group.workload}, by {group.client}.")
    return [*failed, *told]


def _least(rows: Sequence[CountRow], workload: str) -> str:
    """Return who does the least work, "" where nobody's instructions were counted."""
    counted = [row for row in rows if "instructions" in row.estimates]
    if not counted:
        return ""
    first, *rest = counted
    own = f"{number(first.estimates['instructions'].value)} instructions for a message: {workload}"
    if not rest:
        return f"{first.server} takes {own}."
    share = rest[0].estimates["instructions"].value / first.estimates["instructions"].value
    return f"{first.server} does the least work, {own}; {rest[0].server} {share:.2f} times as many."


def verdict(shown: Shown) -> str:
    """Return the word of what was decided, "" where nothing was."""
    if shown.judgement:
        return shown.judgement.word
    if isinstance(shown.said, LoadAnalysis) and shown.said.thresholds:
        return shown.said.outcome.upper()
    return ""


def notices(shown: Shown) -> tuple[Notice, ...]:
    """Return every warning once, what is invalid first."""
    said = (shown.said.notices, *(one.analysis.notices for one in shown.sources))
    each = dict.fromkeys(one for some in said for one in some)
    return tuple(sorted(each, key=lambda one: not one.invalid))


def what(shown: Shown) -> str:
    """Return what this page is about, briefly: when it was measured, and how it was called."""
    if isinstance(shown.said, History):
        return f"wsbench: history of {shown.said.runs} runs"
    kinds = {Analysis: "servers side by side", LoadAnalysis: "load", CountAnalysis: "counted work"}
    kind = "comparison" if isinstance(shown.said, Judgement) else ""
    each = [
        f"{kind or kinds[type(one.analysis)]}, {one.analysis.label}, {_when(one)}" for one in shown.sources
    ]
    return f"wsbench: {'; '.join(each)}"


def _when(source: Source) -> str:
    return source.analysis.started.replace("T", " ").replace("+00:00", " UTC")


def provenance(source: Source) -> Iterable[tuple[str, str]]:
    """Yield what was measured where, when and with which versions."""
    header, analysis = source.run.header, source.analysis
    machine, plan = header.environment, header.plan
    yield "started", _when(source)
    yield "rounds", f"{analysis.rounds}, {analysis.status}"
    yield "wsbench", header.wsbench
    yield "processor", f"{machine.cpu}, {machine.cores} cores"
    yield "system", machine.system
    yield "virtualisation", machine.virtualisation
    yield "governor", machine.governor
    yield "cores", _cores(machine.server_core, machine.client_core)
    yield "load before", f"load average {machine.load_average:g}, {machine.busy:.0%} of the cores busy"
    yield "Python", machine.python
    yield "seed", str(plan.seed)
    yield "variables", ", ".join(f"{name}={value}" for name, value in (machine.variables or {}).items())
    yield "libraries", ", ".join(f"{name} {version}" for name, version in machine.libraries.items())


def _cores(server: int | None, client: int | None) -> str:
    told = [
        f"{who} on core {core}" for who, core in (("server", server), ("client", client)) if core is not None
    ]
    return ", ".join(told)
