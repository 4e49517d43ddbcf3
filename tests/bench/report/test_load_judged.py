"""How thresholds are shown: the headline first, a line each, and what scripts read."""

from __future__ import annotations

import json

import pytest
from load_runs import estimate, load_analysis, plan_of, row_of
from wsbench.analysis.load import LoadAnalysis
from wsbench.plan.thresholds import read_threshold
from wsbench.report.load import FORMATS
from wsbench.stats.estimate import Estimate
from wsbench.verdicts.thresholds import Judged, Outcome


def line(
    text: str, outcome: Outcome, value: float | None = None, rate: float = 2_000, reason: str = ""
) -> Judged:
    """Return a threshold with what came of it."""
    measured = None if value is None else estimate(value)
    return Judged(read_threshold(text), rate, outcome, measured, reason)


def shown(*judged: Judged, form: str = "table", rounds: int = 5) -> str:
    """Return the report of a run with these thresholds."""
    found: LoadAnalysis = load_analysis(
        row_of(2_000), plan=plan_of(rates=(2_000.0,)), thresholds=judged, rounds=rounds
    )
    return FORMATS[form](found)


MISSED = line("p99=5ms", "missed", 7_120_000)
MET = line("errors=0", "met", 0.0004)


@pytest.mark.parametrize(
    ("judged", "head"),
    [
        (
            (MISSED, MET),
            "MISSED: 1 of 2 thresholds: p99 ≤ 5 ms at 2,000 msg/s: measured 7.12 [6.76, 7.48] ms.",
        ),
        ((MISSED,), "MISSED: p99 ≤ 5 ms at 2,000 msg/s: measured 7.12 [6.76, 7.48] ms."),
        ((MET, MET), "MET: all 2 thresholds."),
        ((MET, line("p50=1ms", "not judged", reason="late")), "NOT JUDGED: 1 of 2 thresholds: p50 ≤ 1 ms at"),
        ((line("p50=1ms", "can't tell", 999_000),), "CAN'T TELL: p50 ≤ 1 ms at 2,000 msg/s: measured 999 ["),
    ],
)
def test_the_judgement_comes_first(judged: tuple[Judged, ...], head: str) -> None:
    """On a terminal and in Markdown; it names what was asked, and what was measured."""
    assert " ".join(shown(*judged).split("\n\n")[0].split()).startswith(head)
    assert shown(*judged, form="markdown").startswith(f"**{head}")


def test_each_threshold_is_a_line() -> None:
    """Asked, at which rate, measured with its interval, and what came of it; reasons stand below."""
    text = shown(MISSED, MET, line("p50=1ms", "not judged", reason="the client was late"), form="markdown")
    assert "| p99 ≤ 5 ms | 2,000 | 7.12 [6.76, 7.48] ms | missed |" in text
    assert "| errors ≤ 0 % | 2,000 | 0.04 [0.038, 0.042] % | met |" in text
    assert "| p50 ≤ 1 ms | 2,000 | – | not judged |" in text
    assert "p50 ≤ 1 ms at 2,000 msg/s: the client was late\n" in text


@pytest.mark.parametrize(
    ("one", "measured"),
    [
        (line("p50=1ms", "met", 52_000), "52.0 [49.4, 54.6] µs"),
        (line("achieved=99%", "met", 0.995), "99.5 [94.5, 104.5] %"),
        (line("achieved=1900", "met", 1_990), "1,990 [1,890, 2,090] msg/s"),
        (Judged(read_threshold("p50=1ms"), 2_000, "met", Estimate(52_000, 0, float("inf"), 1)), "52.0 µs"),
        (Judged(read_threshold("errors=1%"), 2_000, "met", Estimate(0, 0, float("inf"), 1)), "0 %"),
    ],
)
def test_what_was_measured_has_its_unit(one: Judged, measured: str) -> None:
    """And an interval where there are rounds enough for one."""
    assert f"| {measured} | met |" in shown(one, form="markdown")


def test_too_few_rounds_are_told() -> None:
    """For then all of them had to agree."""
    assert "too few rounds for an interval: it takes 4" in shown(MET, rounds=2)
    assert "too few rounds" not in shown(MET)


def test_scripts_read_the_same() -> None:
    """In the units of the metrics: ns, shares, msg/s; the verdict of the run stands beside."""
    document = json.loads(shown(MISSED, line("achieved=99%", "met", 0.995), form="json"))
    assert document["verdict"] == "missed"
    first, second = document["thresholds"]
    assert (first["metric"], first["rate"], first["asked"], first["verdict"]) == ("p99", 2_000, 5e6, "missed")
    assert (first["measured"], first["unit"], first["least"], first["reason"]) == (7_120_000, "ns", False, "")
    assert (second["unit"], second["least"], second["low"]) == ("share", True, pytest.approx(0.94525))


def test_without_thresholds_there_is_no_judgement() -> None:
    """The report begins with the answer."""
    assert shown().startswith("tornado does what it can.\n\nLoad, tornado")
    assert json.loads(shown(form="json"))["verdict"] is None
