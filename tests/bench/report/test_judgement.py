"""The renderers of a judgement: one judgement, three texts."""

from __future__ import annotations

import json

import pytest
from runs import NOISE, run_of
from wsbench.demand.workload import Workload
from wsbench.plan.margins import Comparison, Gates
from wsbench.report.judgement import FORMATS
from wsbench.verdicts.judgement import Judgement, judge

KEYS = [
    *("cell", "metric", "change", "low", "high", "verdict", "needed_rounds"),
    *("margin", "rounds", "base", "candidate", "versions", "reason", "before", "after", "lost"),
]


@pytest.fixture
def judgement() -> Judgement:
    """Return a judgement with REGRESSED lines, one that is not gated, and a warning."""
    run = run_of(
        {"tornado": 60.0, "new=tornado": 66.0},
        workloads=[Workload(), Workload(connections=16)],
        noise={"new": NOISE},
        comparison=Comparison((("tornado", "new"),), Gates(), (8,)),
        busy=0.4,
    )
    found = judge(run)
    assert found is not None
    return found


def test_json_has_exactly_the_documented_keys(judgement: Judgement) -> None:
    """The seven of the design come first; what is not gated is not among the verdicts."""
    document = json.loads(FORMATS["json"](judgement))
    assert list(document) == ["verdict", "verdicts", "unmatched", "rule", "warnings", "causes"]
    assert [list(one) for one in document["verdicts"]] == [KEYS] * 4
    assert document["verdict"] == "REGRESSED"
    assert {one["metric"] for one in document["verdicts"]} == {"rtt_p50", "server_cpu", "throughput"}
    assert [list(one) for one in document["warnings"]] == [["text", "invalid", "minor"]]


def test_json_has_shares_and_null_where_nothing_is_known(judgement: Judgement) -> None:
    """10 % is 0.1 with its ends around it; without an interval the ends are null, for JSON has no ∞."""
    p50 = json.loads(FORMATS["json"](judgement))["verdicts"][0]
    assert (p50["metric"], p50["verdict"], p50["margin"], p50["rounds"]) == ("rtt_p50", "REGRESSED", 0.05, 8)
    assert p50["low"] < p50["change"] < p50["high"]
    assert p50["change"] == pytest.approx(0.1, abs=0.005)
    assert (p50["base"], p50["candidate"], p50["needed_rounds"]) == ("tornado", "new", None)
    comparison = Comparison((("tornado", "new"),), Gates(), (1,))
    short = judge(run_of({"tornado": 60.0, "new=tornado": 66.0}, rounds=1, comparison=comparison))
    assert short is not None
    first = json.loads(FORMATS["json"](short))["verdicts"][0]
    assert (first["low"], first["high"], first["verdict"]) == (None, None, "INCONCLUSIVE")


@pytest.mark.parametrize("name", FORMATS)
def test_every_renderer_says_word_rule_and_warnings(judgement: Judgement, name: str) -> None:
    """None of them can be lost by choosing a format, nor by how its lines are broken."""
    text = " ".join(FORMATS[name](judgement).split())
    assert "REGRESSED" in text
    assert judgement.rule in text
    assert "kept 40% of the cores busy" in text


def test_markdown_begins_with_the_headline_and_keeps_its_columns(judgement: Judgement) -> None:
    """One table for each workload; every row has as many cells as its head."""
    text = FORMATS["markdown"](judgement)
    assert text.startswith("**REGRESSED in 4 of 4 gated lines: ")
    found = [block.splitlines() for block in text.split("\n\n") if block.startswith("|")]
    assert [len(lines) for lines in found] == [2 + 2, 2 + 3]
    assert {line.count("|") for lines in found for line in lines} == {7}
