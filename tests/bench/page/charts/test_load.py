"""Latency against rate, and answered against sent."""

from __future__ import annotations

from drawn import checked
from load_runs import estimate, load_analysis, load_run, row_of
from wsbench.analysis.load import LoadAnalysis, analyse_load
from wsbench.page.charts.drawing import Cast
from wsbench.page.charts.load import Named, draw
from wsbench.records.load import LoadRun

CAST = Cast(("tornado",))


def named(said: LoadAnalysis, run: LoadRun | None = None) -> list[Named]:
    """Return a run under its server's name."""
    return [Named("tornado", run or load_run(), said)]


def test_times_that_are_hidden_are_not_drawn() -> None:
    """A rate that was missed has no times; it is in the chart of what was answered."""
    rows = row_of(1_000), row_of(2_000), row_of(3_000, missed="it did not keep up"), row_of(0)
    latency, answered = checked(draw(named(load_analysis(*rows)), CAST))
    sets = latency.chart.to_dict()["datasets"].values()
    times = [
        row for rows in sets for row in rows if row.get("metric", "").startswith(("response p50", "service"))
    ]
    assert {row["rate"] for row in times} == {1_000, 2_000}
    sent = [row for rows in answered.chart.to_dict()["datasets"].values() for row in rows if "kept" in row]
    assert [(row["rate"], row["kept"]) for row in sent] == [(1_000, "yes"), (2_000, "yes"), (3_000, "no")]
    assert latency.words.startswith("tornado does what it can. tornado response p50 in µs: 60.0 [")


def test_knee_and_capacity_are_marked() -> None:
    """With a band for the interval; without them there is no mark."""
    said = load_analysis(row_of(1_000), row_of(2_000), knee=estimate(1_500), capacity=estimate(1_800))
    found, _ = checked(draw(named(said), CAST))
    told = [
        row["what"] for rows in found.chart.to_dict()["datasets"].values() for row in rows if "what" in row
    ]
    assert [one.partition(" ")[0] for one in told] == ["knee", "capacity"]
    plain, _ = draw(named(load_analysis(row_of(1_000), row_of(2_000))), CAST)
    assert len(found.chart.to_dict()["layer"]) - len(plain.chart.to_dict()["layer"]) == 3


def test_every_step_of_every_round_is_a_ring() -> None:
    """Four rounds at two rates, by their p99."""
    run = load_run()
    found, _ = checked(draw(named(analyse_load(run), run), CAST))
    rings = [row for rows in found.chart.to_dict()["datasets"].values() for row in rows if "limit" in row]
    assert len(rings) == 8
    assert {row["metric"] for row in rings} == {f"response p99 of round {number}" for number in range(1, 5)}
    assert "response p99 from 90.0 to 90.0 µs in 8 steps." in found.words
