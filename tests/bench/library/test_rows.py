"""Rows: what tables show, a number each, with the values of the rounds behind it."""

from __future__ import annotations

import math

import pytest
from drawn import compared, counted, timed
from judgements import judgement, verdict
from load_runs import load_run
from runs import FACTORS
from wsbench.library.rows import changes_of, rows_of
from wsbench.report.figures import figures
from wsbench.verdicts.judgement import judge
from wsbench.workflow.shown import analysed, shown_of


def test_a_timed_run_has_what_its_csv_has() -> None:
    """In the same order, with workloads as margins name them."""
    run = timed()
    rows = rows_of(shown_of(run).sources)
    assert [(one.server, one.metric, one.value) for one in rows] == [
        (one.server, one.metric, one.value) for one in figures(analysed(run))
    ]
    assert rows[0].workload == "64 B text, 1 connection, depth 1"
    assert (rows[0].run, rows[0].client, rows[0].rate) == (run.header.label, "wire", None)


def test_rounds_are_the_values_of_the_rounds() -> None:
    """Of p50, each round's own."""
    found = rows_of(shown_of(timed()).sources)
    p50, *_ = [one for one in found if (one.server, one.metric) == ("tornado", "rtt_p50")]
    assert p50.rounds == pytest.approx([60_000 * factor for factor in FACTORS], rel=1e-3)
    assert p50.low is not None
    assert p50.high is not None
    assert p50.low < p50.value < p50.high


def test_too_few_rounds_have_no_interval() -> None:
    """Neither end, rather than one of 0."""
    rows = rows_of(shown_of(timed(rounds=2)).sources)
    p50 = [one for one in rows if one.metric == "rtt_p50"]
    assert {(one.low, one.high) for one in p50} == {(None, None)}


def test_counts_and_load_runs_have_rows() -> None:
    """Nobody drives what is counted; what is driven at a rate has it."""
    rows = rows_of(shown_of(counted()).sources)
    instructions = [one for one in rows if one.metric == "instructions"]
    assert {one.client for one in instructions} == {""}
    assert all(len(one.rounds) == 4 for one in instructions)
    rows = rows_of(shown_of(load_run()).sources)
    assert {one.rate for one in rows if one.metric == "response_p99"} == {2_000.0, 4_000.0}


def test_changes_are_the_lines_of_a_judgement() -> None:
    """Gated or shown; without an end where there is none."""
    found = judge(compared())
    assert found
    changes = changes_of(found)
    assert len(changes) == len(found.verdicts)
    one = changes[0]
    assert (one.base, one.candidate, one.verdict, one.unit) == ("tornado", "new", "REGRESSED", "ns")
    assert one.after == pytest.approx(one.before and one.before * 1.1, rel=0.01)
    (shown,) = changes_of(judgement(verdict(None, high=math.inf, low=-1.0)))
    assert (shown.verdict, shown.margin, shown.low, shown.high) == ("", 0.0, None, None)
    assert changes_of(None) == ()
