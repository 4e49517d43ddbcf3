"""Verdicts as tables: every number's text, the lines below, the headline, and 80 columns."""

from __future__ import annotations

import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from runs import NOISE, run_of
from wsbench.demand.workload import Workload
from wsbench.plan.margins import Comparison, Gates
from wsbench.rendering.terminal import draw
from wsbench.report.judgement import headline
from wsbench.report.verdict_tables import (
    change_text,
    explanation,
    margin_text,
    value_text,
    verdict_tables,
)
from wsbench.stats.decision import Word
from wsbench.stats.estimate import Estimate
from wsbench.verdicts.judgement import Judgement, judge
from wsbench.verdicts.verdict import Verdict, harm_of, with_change

WIDE = Workload(connections=16)
PLAIN = Verdict("new by wire", "rtt_p50", "tornado", "new", "wire", Workload(), 0.05, 0.048, 0.041, 0.055)


def said(metric: str = "rtt_p50", word: Word | None = "REGRESSED", **more: object) -> Verdict:
    """Return a verdict with a change of 4.8 %."""
    return msgspec.structs.replace(PLAIN, metric=metric, verdict=word, **more)


def judgement_of(rtt_us: dict[str, float], pairs: tuple[tuple[str, str], ...]) -> Judgement:
    """Return the judgement of a run of both goals that gates everything it can."""
    gates = Gates(metrics={"rtt_p90": 0.1, "rtt_p99": 0.125, "rtt_p99.9": 0.2})
    noise = {candidate: NOISE for _, candidate in pairs}
    run = run_of(
        rtt_us, workloads=[Workload(), WIDE], noise=noise, comparison=Comparison(pairs, gates, looks=(8,))
    )
    judgement = judge(run)
    assert judgement is not None
    return judgement


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ((0.048, 0.041, 0.055), "+4.8 % [+4.1, +5.5]"),
        ((-0.048, -0.055, 0.001), "-4.8 % [-5.5, +0.1]"),
        ((0.048, None, None), "+4.8 % [-∞, +∞]"),
        ((None, None, None), "–"),
    ],
)
def test_a_change_is_written_with_its_sign_and_ends(
    change: tuple[float | None, float | None, float | None], text: str
) -> None:
    """In percent, one decimal; an end that the rounds don't have is infinite, not 0."""
    value, low, high = change
    assert change_text(said(change=value, low=low, high=high)) == text


def test_values_have_the_unit_of_their_title() -> None:
    """Times are given in µs, rates as they are, and what is missing as a dash."""
    assert value_text(Estimate(61_234.0, 61_000.0, 62_000.0, 8), "rtt_p50") == "61.2"
    assert value_text(Estimate(61_234.0, 61_000.0, 62_000.0, 8), "throughput") == "61,234"
    assert value_text(None, "rtt_p50") == "–"


@pytest.mark.parametrize(("margin", "text"), [(0.05, "5 %"), (0.125, "12.5 %"), (0.07, "7 %"), (0.0, "–")])
def test_a_margin_is_written_as_it_was_given(margin: float, text: str) -> None:
    """Percent without needless decimals; a dash where nothing is gated."""
    assert margin_text(said(margin=margin)) == text


def test_tables_fit_80_columns_with_no_cell_broken() -> None:
    """Each metric of two candidates is one line, from its name to its word, for usual labels and numbers."""
    rtt = {"tornado": 1260.0, "websockets": 2800.0, "aiohttp-next=aiohttp": 1260.0}
    judgement = judgement_of(rtt, (("tornado", "websockets"), ("tornado", "aiohttp-next")))
    shown = verdict_tables(judgement)
    lines = draw(shown, [], head=headline(judgement), width=80).splitlines()
    assert max(map(len, lines)) <= 80
    for table in shown:
        for row in table.rows:
            assert " ".join(row).split() in [line.split() for line in lines]


def test_there_is_a_table_for_each_candidate_and_workload() -> None:
    """Titles tell who against whom, at what, and by which client; the rows are the metrics of that goal."""
    rtt = {"tornado": 60.0, "a=tornado": 60.0, "b=tornado": 60.0}
    shown = verdict_tables(judgement_of(rtt, (("tornado", "a"), ("tornado", "b"))))
    assert [table.title for table in shown] == [
        f"{who} against tornado: {what}, by wire"
        for who in "ab"
        for what in (f"round trip, {Workload()}", f"throughput, {WIDE}")
    ] + ["All against tornado, by wire"]
    names = [[row[0] for row in table.rows] for table in shown[:2]]
    assert names == [
        ["p50 µs", "p90 µs", "p99 µs", "p99.9 µs", "server CPU µs"],
        ["msg/s", "server CPU µs"],
    ]


def test_a_metric_without_a_margin_is_not_gated_in_words() -> None:
    """p99 stands in the table with its change, no margin, and no verdict."""
    (table,) = verdict_tables(Judgement((said("rtt_p99", None, margin=0.0),), "NO REGRESSION", ""))
    assert table.rows == (("p99 µs", "–", "–", "+4.8 % [+4.1, +5.5]", "–", "not gated"),)
    assert table.below == ()


def test_inconclusive_says_how_many_rounds_would_decide() -> None:
    """As an option to copy; where no number in reach would, it says so; other words need nothing."""
    assert explanation(said(word="INCONCLUSIVE", needed_rounds=31)) == (
        "p50 µs: about 31 rounds would decide (--rounds 31)."
    )
    assert explanation(said(word="INCONCLUSIVE")).startswith("p50 µs: no number of rounds in reach")
    assert explanation(said(word="NO REGRESSION")) == ""


def test_inconclusive_rounds_reach_the_table() -> None:
    """From rounds to text: the number the judgement found stands below the table it belongs to."""
    judgement = judgement_of({"tornado": 60.0, "new=tornado": 62.6}, (("tornado", "new"),))
    open_ones = [one for one in judgement.gated if one.verdict == "INCONCLUSIVE" and one.needed_rounds]
    assert open_ones
    below = [line for table in verdict_tables(judgement) for line in table.below]
    for one in open_ones:
        assert any(f"--rounds {one.needed_rounds})" in line for line in below)


def test_a_reason_stands_once_below_its_table() -> None:
    """It outweighs the number of rounds, and is not repeated for each metric."""
    lines = tuple(
        said(metric, "INCONCLUSIVE", reason="stopped early", needed_rounds=9)
        for metric in ("rtt_p50", "server_cpu")
    )
    (table,) = verdict_tables(Judgement(lines, "INCONCLUSIVE", ""))
    assert table.below == ("stopped early",)


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["NO REGRESSION"], "NO REGRESSION: all 1 gated line surely within the margin."),
        (["NO REGRESSION"] * 2, "NO REGRESSION: all 2 gated lines surely within the margin."),
        (
            ["REGRESSED", "NO REGRESSION"],
            "REGRESSED in 1 of 2 gated lines: new p50 µs +4.8 % [+4.1, +5.5].",
        ),
        ([None], "NO REGRESSION: nothing was gated."),
    ],
)
def test_the_headline_counts_and_names(words: list[Word | None], text: str) -> None:
    """The gravest word, in how many of the gated lines, and whose."""
    lines = tuple(said(word=word) for word in words)
    assert headline(Judgement(lines, "")) == text


def test_the_headline_names_three_and_counts_the_rest() -> None:
    """Five lines do not make a paragraph; a throughput line says at how many connections."""
    lines = tuple(said("throughput", workload=WIDE, candidate=f"new{n}") for n in range(5))
    text = headline(Judgement(lines, ""))
    assert text.count(" msg/s at 16 connections") == 3
    assert text.endswith("; and 2 more.")


def test_several_candidates_end_in_one_table() -> None:
    """The base with its values, a row for each candidate with its changes; what is not plain is marked."""
    pairs = (("base", "same"), ("base", "slow"))
    judgement = judgement_of({"base=tornado": 60.0, "same=tornado": 60.0, "slow=tornado": 66.0}, pairs)
    table = verdict_tables(judgement)[-1]
    assert table.title == "All against base, by wire"
    names = [name for name, _ in table.columns]
    assert names[:2] == ["server", "p50 µs\n64 B, 1 × 1"]
    rows = {row[0]: row[1:] for row in table.rows}
    assert list(rows) == ["base", "same", "slow"]
    assert rows["base"][0] == "60.0"
    assert rows["same"][0] == "+0.0 %"
    assert rows["slow"][0] == "+10.0 % !"
    alone = judgement_of({"base=tornado": 60.0, "same=tornado": 60.0}, pairs[:1])
    assert not any(one.title.startswith("All") for one in verdict_tables(alone))


def number(text: str) -> tuple[float, float]:
    """Return a printed number, and half a unit of its last digit."""
    plain = text.replace(",", "")
    return float(plain), 0.5 * 10.0 ** -len(plain.partition(".")[2])


@given(
    st.sampled_from(["rtt_p50", "throughput", "server_cpu"]),
    st.floats(5_000, 5e6),
    st.floats(5_000, 5e6),
    st.floats(-1.5, 1.5),
)
def test_before_after_and_change_agree(metric: str, before: float, after: float, change: float) -> None:
    """Whatever both sides measured, before times change is after, to the last digit that is printed."""
    measured = msgspec.structs.replace(
        said(metric),
        before=Estimate(before, before * 0.99, before * 1.01, 8),
        after=Estimate(after, after * 0.99, after * 1.01, 8),
    )
    line = with_change(measured, Estimate(harm_of(metric, change), -2.0, 2.0, 8))
    assert line.before is not None
    assert line.after is not None
    assert math.sqrt(line.before.value * line.after.value) == pytest.approx(math.sqrt(before * after))
    (first, one), (second, other) = (number(value_text(side, metric)) for side in (line.before, line.after))
    shown, half = float(change_text(line).partition(" ")[0]) / 100, 0.0005
    most = (second + other) / max(first - one, 1e-9) - 1 + half
    least = (second - other) / (first + one) - 1 - half
    assert least - 1e-9 <= shown <= most + 1e-9
