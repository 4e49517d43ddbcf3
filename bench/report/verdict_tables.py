"""Verdicts as tables of text: what the terminal, Markdown and CI show of a judgement."""

from __future__ import annotations

import itertools

from ..demand.workload import Workload
from ..plan.metrics import METRICS, divisor_of, metric_title
from ..rendering.columns import ALWAYS, Column, Table, fit, table_of
from ..rendering.numbers import MISSING, interval
from ..stats.estimate import MIN_ROUNDS, Estimate
from ..verdicts.judgement import Judgement
from ..verdicts.precedence import gravity
from ..verdicts.verdict import Verdict


def value_text(estimate: Estimate | None, metric: str) -> str:
    """Return a metric's value without its interval; times in µs."""
    if estimate is None:
        return MISSING
    scale = divisor_of(metric)
    return interval(estimate, wide=False, scale=scale).partition(" ")[0]


def change_text(verdict: Verdict) -> str:
    """Return `+4.8 % [+4.1, +5.5]`; ∞ for an end that can't be computed from so few rounds."""
    if verdict.change is None:
        return MISSING
    low = "-∞" if verdict.low is None else _percent(verdict.low)
    high = "+∞" if verdict.high is None else _percent(verdict.high)
    return f"{_percent(verdict.change)} % [{low}, {high}]"


def _percent(share: float) -> str:
    return f"{round(share * 100, 1) + 0.0:+.1f}"  # + 0.0: no -0.0


def margin_text(verdict: Verdict) -> str:
    """Return the margin in percent, – where the metric is not gated."""
    return f"{verdict.margin * 100:g} %" if verdict.margin else MISSING


COLUMNS: tuple[Column[Verdict], ...] = (
    Column(("metric",), lambda one, _wide: metric_title(one.metric), numeric=False),
    Column(("before",), lambda one, _wide: value_text(one.before, one.metric)),
    Column(("after",), lambda one, _wide: value_text(one.after, one.metric)),
    Column(("change",), lambda one, _wide: change_text(one)),
    Column(("margin",), lambda one, _wide: margin_text(one)),
    Column(("verdict",), lambda one, _wide: one.verdict or "not gated", numeric=False),
)


OVERVIEW, NARROW = ("rtt_p50", "throughput", "server_cpu", "instructions"), 80
"""The metrics in the table of all candidates, the most important first, and how wide it may be."""

SIGNS: dict[str | None, str] = {
    "REGRESSED": "!",
    "IMPROVED": "+",
    "INCONCLUSIVE": "?",
    "NOT JUDGED": "x",
    "INVALID": "x",
}
"""What stands behind a change in the table of all candidates; NO REGRESSION is the rule."""


def verdict_tables(judgement: Judgement) -> list[Table]:
    """Return a table for each candidate, client and workload, the gravest first; below it, why or what to do.

    Several candidates of one base stand in a last one, each in a row.
    """
    cells = [
        sorted(lines, key=lambda one: one.verdict != "REGRESSED")
        for _, lines in itertools.groupby(judgement.verdicts, lambda one: (one.base, one.candidate, one.cell))
    ]
    single = [_table(lines) for lines in sorted(cells, key=lambda lines: min(map(gravity, lines)))]
    several = [lines for lines in _of_one_client(judgement) if len(_candidates(lines)) > 1]
    return single + [_overview(lines) for lines in several if any(one.metric in OVERVIEW for one in lines)]


def _of_one_client(judgement: Judgement) -> list[list[Verdict]]:
    """Return the gated verdicts by base and client."""
    found: dict[tuple[str, str], list[Verdict]] = {}
    for one in judgement.gated:
        found.setdefault((one.base, one.client), []).append(one)
    return list(found.values())


def _candidates(lines: list[Verdict]) -> list[str]:
    return list(dict.fromkeys(one.candidate for one in lines))


def _overview(lines: list[Verdict]) -> Table:
    """Return the table of a base and all its candidates: a column for each metric and workload."""
    base, shared = lines[0].base, lines[0].shared
    facts = {(one.candidate, one.workload, one.metric): one for one in lines}
    what = list(dict.fromkeys((one.workload, one.metric) for one in lines))

    def column(workload: Workload, metric: str) -> Column[str]:
        def show(label: str, _wide: bool) -> str:  # as every column's
            if label == base:
                first = next(one for one in lines if (one.workload, one.metric) == (workload, metric))
                return value_text(first.before, metric)
            found = facts.get((label, workload, metric))
            if found is None or found.change is None:
                return MISSING
            sign = SIGNS.get(found.verdict, "")
            return f"{_percent(found.change)} %{sign and f' {sign}'}"

        weight = OVERVIEW.index(metric) if metric in OVERVIEW else len(OVERVIEW)
        return Column((metric_title(metric), _shape(workload)), show, ALWAYS + len(OVERVIEW) - weight)

    compared = "client" if lines[0].server else "server"
    columns = [Column[str]((compared,), lambda label, _wide: label, 100, numeric=False)]
    columns += [column(*one) for one in what if one[1] in OVERVIEW]
    rows = [base, *_candidates(lines)]
    columns = fit(columns, rows, wide=False, width=NARROW)
    below = "first row: values; others: change. ! REGRESSED, + IMPROVED, ? INCONCLUSIVE, x NOT JUDGED"
    return table_of(f"All against {base}, {shared}", columns, rows, wide=False, below=(below,), stacked=True)


def _shape(workload: Workload) -> str:
    """Return a workload in few characters, for the head of a column: `16 × 32`, connections and depth."""
    return f"{workload.size:,} B, {workload.connections} × {workload.depth}"


def _table(lines: list[Verdict]) -> Table:
    first = lines[0]
    before, after = first.versions
    versions = (
        f"versions: {before or 'unknown'} before, {after or 'unknown'} after." if any(first.versions) else ""
    )
    title = f"{first.candidate} against {first.base}: {_what(first)}"
    below = dict.fromkeys(filter(None, (*map(explanation, lines), versions)))
    return table_of(title, COLUMNS, lines, wide=False, below=tuple(below))


def _what(verdict: Verdict) -> str:
    """Return what was measured, for a title."""
    if METRICS[verdict.metric].goals == ("load",):
        return verdict.cell.partition(", ")[2]
    if verdict.is_counted:
        return f"work per message, {verdict.workload}"
    kind = "round trip" if verdict.workload.goal == "latency" else "throughput"
    return f"{kind}, {verdict.workload}, {verdict.shared}"


def explanation(verdict: Verdict) -> str:
    """Return why there is no clear verdict, or how many rounds would give one; "" where it is clear."""
    if verdict.reason:
        return verdict.reason
    if verdict.verdict != "INCONCLUSIVE":
        return ""
    name = metric_title(verdict.metric)
    if 0 < verdict.rounds < MIN_ROUNDS:
        return f"{name}: too few rounds to tell anything; an interval needs {MIN_ROUNDS}."
    if verdict.needed_rounds is None:
        return f"{name}: no number of rounds in reach would decide; take a wider margin or a quieter machine."
    return f"{name}: about {verdict.needed_rounds} rounds would decide (--rounds {verdict.needed_rounds})."
