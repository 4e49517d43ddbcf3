"""The report of a load run: what it was asked to keep, what its pages show, and what scripts read of it."""

from __future__ import annotations

import math
from typing import Any

from ..analysis.agents import agent_lines
from ..analysis.load import LoadAnalysis, load_conditions
from ..analysis.load_rows import LoadRow
from ..plan.metrics import METRICS
from ..plan.stages import stage_name
from ..rendering.columns import Column, Table, table_of
from ..rendering.numbers import MISSING, interval, number
from ..rendering.terminal import is_wide
from ..stats.estimate import MIN_ROUNDS
from ..verdicts.thresholds import Judged
from .figures import LoadFigure, load_figures
from .formats import Page, csv_of, formats
from .load_tables import load_closing_lines, load_table, reasons, unfinished_tables
from .rates.agents import agent_tables
from .rates.columns import MS, rate_text, shown_estimates

UNDECIDED = "; the rounds lie on both sides of it: more rounds or longer steps can tell"
"""Why a threshold can't be told, and what to do."""


def pages(analysis: LoadAnalysis, width: int | None) -> list[Page]:
    """Return the table of a load run: what fits `width` columns, all of it where that is None.

    The steps of a round that never ended are in a table of their own.
    """
    shown = [
        *threshold_tables(analysis),
        load_table(analysis, width, wide=is_wide(width)),
        *unfinished_tables(analysis, width),
        *agent_tables(analysis.rows or analysis.unfinished, width),
    ]
    head = answer_line(analysis)
    return [Page(shown, load_closing_lines(analysis), head, environment=analysis.environment)]


def answer_line(analysis: LoadAnalysis) -> str:
    """Return what stands above all: the judgement, or else the answer, or why there is none."""
    judged = threshold_headline(analysis)
    if judged or not analysis.headline:
        return judged
    return f"INVALID: {analysis.headline}" if analysis.outcome == "not judged" else analysis.headline


def comma_separated(analysis: LoadAnalysis) -> str:
    """Return CSV, one estimate a line, intervals included."""
    return csv_of(load_figures(analysis), LoadFigure)


def document(analysis: LoadAnalysis) -> dict[str, Any]:
    """Return what JSON says: all that is shown, and what was to be measured, where and of whom."""
    return {
        "verdict": analysis.outcome if analysis.thresholds else None,
        "thresholds": threshold_document(analysis),
        "rows": load_figures(analysis),
        "headline": analysis.headline,
        "warnings": analysis.notices,
        "errors": [
            {"rate": row.rate, "share": row.share, "stage": row.stage, "reason": reason}
            for row in analysis.rows
            for reason in reasons(row)
        ],
        "agents": agent_lines([*analysis.rows, *analysis.unfinished]),
        "unfinished": [_step_document(analysis, row) for row in analysis.unfinished],
        "conditions": load_conditions(analysis),
        "environment": analysis.environment,
        "plan": analysis.plan,
        "server": analysis.server,
        "handshake": analysis.handshake,
        "label": analysis.label,
        "started": analysis.started,
        "rounds": analysis.rounds,
        "status": analysis.status,
    }


def _step_document(analysis: LoadAnalysis, row: LoadRow) -> dict[str, Any]:
    """Return what JSON says of a step of a round that never ended; its values have no intervals."""
    return {
        "round": analysis.rounds + 1,
        "rate": row.rate,
        "share": row.share,
        "stage": row.stage,
        "held": row.held,
        "reasons": reasons(row),
        "values": {name: one.value for name, one in shown_estimates(row).items()},
    }


def threshold_headline(analysis: LoadAnalysis) -> str:
    """Return the judgement in one sentence; "" where nothing was to be judged."""
    judged = analysis.thresholds
    if not judged:
        return ""
    word = analysis.outcome
    own = [one for one in judged if one.outcome == word]
    if word == "met" and len(judged) > 1:
        return f"MET: all {len(judged)} thresholds."
    if not own:  # all could be told, and the run as a whole has no answer
        return f"{word.upper()}: {analysis.headline}"
    counted = f" {len(own)} of {len(judged)} thresholds:" if len(judged) > 1 else ""
    named = "; ".join(_told(one) for one in own[:3])
    more = f"; and {len(own) - 3} more" if len(own) > 3 else ""
    why = UNDECIDED if word == "can't tell" else ""
    return f"{word.upper()}:{counted} {named}{more}{why}."


def _told(one: Judged) -> str:
    """Return a threshold with what came of it."""
    where = f" at {rate_text(one.rate)} msg/s" if one.rate else ""
    where = f" in {stage_name(one.stage)}" if one.stage is not None else where
    found = [f"measured {_measured(one)}"] if one.measured else []
    return f"{one.threshold}{where}: {', '.join([*found, *filter(None, [one.reason])])}"


def _measured(one: Judged) -> str:
    """Return what was measured in the unit of the threshold, with its interval where there is one."""
    estimate, threshold = one.measured, one.threshold
    if estimate is None:
        return MISSING
    if threshold.is_time:
        scale, unit = (1e6, " ms") if estimate.value >= MS else (1e3, " µs")
    elif threshold.relative or METRICS[threshold.metric].unit == "share":
        scale, unit = 0.01, " %"
    else:
        scale, unit = 1.0, " msg/s"
    if threshold.metric == "errors":
        value, low, high = (f"{end / scale:.3g}" for end in (estimate.value, estimate.low, estimate.high))
        return f"{value}{unit}" if math.isinf(estimate.high) else f"{value} [{low}, {high}]{unit}"
    if estimate.n < MIN_ROUNDS:
        return f"{number(estimate.value / scale)}{unit}"
    return f"{interval(estimate, wide=True, scale=scale)}{unit}"


def _rate(one: Judged) -> str:
    """Return the rate or the stage that a threshold was judged at."""
    return stage_name(one.stage) or (rate_text(one.rate) if one.rate else MISSING)


_COLUMNS: tuple[Column[Judged], ...] = (
    Column(("threshold",), lambda one, _wide: str(one.threshold), numeric=False),
    Column(("at msg/s",), lambda one, _wide: _rate(one)),
    Column(("measured",), lambda one, _wide: _measured(one)),
    Column(("outcome",), lambda one, _wide: one.outcome, numeric=False),
)


def threshold_tables(analysis: LoadAnalysis) -> list[Table]:
    """Return the table of all thresholds, if there are any; below it why there is no number."""
    judged = analysis.thresholds
    if not judged:
        return []
    below = [_told(one) for one in judged if one.reason]
    if analysis.rounds < MIN_ROUNDS:
        below.append(
            f"judged by one process of the server alone: no interval, which takes --rounds {MIN_ROUNDS}."
            if analysis.rounds == 1
            else f"too few rounds for an interval: it takes {MIN_ROUNDS}; all rounds had to be on one side."
        )
    return [table_of("Thresholds", _COLUMNS, judged, wide=True, below=tuple(dict.fromkeys(below)))]


def threshold_document(analysis: LoadAnalysis) -> list[dict[str, Any]]:
    """Return what JSON says of each threshold; an infinite end of an interval is None."""
    return [
        {
            "metric": one.threshold.name,
            "rate": one.rate,
            "stage": one.stage,
            "asked": one.threshold.value,
            "least": one.threshold.least,
            "measured": one.measured.value if one.measured else None,
            "low": _finite(one.measured.low) if one.measured else None,
            "high": _finite(one.measured.high) if one.measured else None,
            "unit": "share" if one.threshold.relative else METRICS[one.threshold.metric].unit,
            "verdict": one.outcome,
            "reason": one.reason,
        }
        for one in analysis.thresholds
    ]


def _finite(end: float) -> float | None:
    return end if math.isfinite(end) else None


FORMATS = formats(pages, document, comma_separated)
