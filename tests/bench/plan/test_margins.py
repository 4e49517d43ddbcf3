"""Margins: what is gated without a word, and which of the user's words decides."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wsbench.demand.workload import Workload
from wsbench.errors import UsageError
from wsbench.plan.margins import MARGIN, Comparison, Gates, margins_of_counts, read_margins
from wsbench.plan.metrics import gateable, is_gated
from wsbench.plan.run import Cell

ONE = str(Cell("tornado", "wire", Workload()))
WIDE = str(Cell("tornado", "wire", Workload(connections=16)))
EVERY = sorted({*gateable("latency"), *gateable("throughput")})
MARGINS = st.sampled_from([0.0, 0.01, 0.02, 0.1, 0.3])
CHOSEN = st.dictionaries(st.sampled_from(EVERY), MARGINS)


@pytest.mark.parametrize("metric", EVERY)
def test_what_is_gated_without_a_word(metric: str):
    """The median, the throughput and the server's CPU time have 5 %; the tail has no margin."""
    expected = 0.05 if metric in {"rtt_p50", "throughput", "server_cpu"} else 0.0
    assert Gates().margin_of(ONE, metric) == expected


def test_the_default_is_for_what_is_gated():
    """Another default moves the gated metrics and gates nothing more; 0 takes all of them out."""
    assert {m: Gates(margin=0.02).margin_of(ONE, m) for m in EVERY} == {
        m: 0.02 if is_gated(m) else 0.0 for m in EVERY
    }
    assert not any(Gates(margin=0).margin_of(ONE, m) for m in EVERY)


def test_a_metric_has_its_own_margin():
    """A metric's margin replaces the default, gates what was only shown, and leaves the others alone."""
    gates = Gates(margin=0, metrics={"rtt_p99": 0.2, "rtt_p50": 0.03})
    found = {m: gates.margin_of(ONE, m) for m in ("rtt_p50", "rtt_p99", "server_cpu")}
    assert found == {"rtt_p50": 0.03, "rtt_p99": 0.2, "server_cpu": 0.0}


@pytest.mark.parametrize(
    ("cells", "cell", "margin"),
    [
        ({}, WIDE, 0.03),
        ({"*16 connections*": {"rtt_p50": 0.1}}, WIDE, 0.1),
        ({"*16 connections*": {"rtt_p50": 0.1}}, ONE, 0.03),  # another cell
        ({"*16 connections*": {"server_cpu": 0.1}}, WIDE, 0.03),  # another metric
        ({"16 connections": {"rtt_p50": 0.1}}, WIDE, 0.03),  # a pattern is for the whole name
        ({"Tornado *": {"rtt_p50": 0.1}}, WIDE, 0.03),  # case counts
        ({"tornado by wire, 64 B*": {"rtt_p50": 0.1}}, ONE, 0.1),
        ({"*": {"rtt_p50": 0.1}, "tornado*": {"rtt_p50": 0.2}}, ONE, 0.2),
        ({"tornado*": {"rtt_p50": 0.2}, "*": {"rtt_p50": 0.1}}, ONE, 0.1),  # the last, not the narrowest
        ({"*": {"rtt_p50": 0.1}, "tornado*": {"server_cpu": 0.2}}, ONE, 0.1),  # the last one that names it
        ({"*": {"rtt_p50": 0.1}, "aiohttp*": {"rtt_p50": 0.2}}, ONE, 0.1),  # the last one that matches
    ],
)
def test_the_last_matching_pattern_decides(cells: dict[str, dict[str, float]], cell: str, margin: float):
    """Patterns are tried in their order on the whole name of a cell, after the metric's own margin."""
    assert Gates(metrics={"rtt_p50": 0.03}, cells=cells).margin_of(cell, "rtt_p50") == margin


def test_zero_takes_a_metric_out():
    """A margin of 0 takes a metric out everywhere, or in the cells of a pattern; a pattern brings it back."""
    assert Gates(metrics={"server_cpu": 0}).margin_of(ONE, "server_cpu") == 0
    gates = Gates(metrics={"server_cpu": 0}, cells={"*16 conn*": {"server_cpu": 0.1, "throughput": 0}})
    assert (gates.margin_of(WIDE, "server_cpu"), gates.margin_of(WIDE, "throughput")) == (0.1, 0)
    assert (gates.margin_of(ONE, "server_cpu"), gates.margin_of(ONE, "throughput")) == (0, MARGIN)


@settings(deadline=None)
@given(
    MARGINS, CHOSEN, st.dictionaries(st.sampled_from(["*", "tor*", "*16 conn*", "aio*"]), CHOSEN, max_size=4)
)
def test_every_margin_is_somebodys_word(
    margin: float, metrics: dict[str, float], cells: dict[str, dict[str, float]]
):
    """A margin is one that was given for that metric, or the default where it is gated, or 0."""
    gates = Gates(margin, metrics, cells)
    for metric in EVERY:
        words = [metrics.get(metric, margin if is_gated(metric) else 0.0)]
        words += [pattern[metric] for pattern in cells.values() if metric in pattern]
        assert gates.margin_of(WIDE, metric) in words
        if not any(metric in pattern for pattern in cells.values()):
            assert gates.margin_of(WIDE, metric) == words[0]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ([], Gates()),
        (["5"], Gates(0.05)),
        (["7.5%"], Gates(0.075)),
        (["rtt_p99=10"], Gates(metrics={"rtt_p99": 0.1})),
        (["rtt_p99.9 = 10 %", "2", "server_cpu=0"], Gates(0.02, {"rtt_p99.9": 0.1, "server_cpu": 0.0})),
    ],
)
def test_margins_of_the_command_line(words: list[str], found: Gates):
    """A number is for all that is gated, with a metric before it for that one."""
    assert read_margins(words, Gates()) == found


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["5", "6"], "--margin 6: all that is gated has one already"),
        (["rtt_p50=5", "rtt_p50=5"], "--margin rtt_p50=5: rtt_p50 has one already"),
        (["rtt_p5=5"], "unknown metric of --margin 'rtt_p5'; did you mean rtt_p50?"),
        (["-5"], "--margin -5: a margin is a number of percent from 0 to 1000, 5 for 5 %"),
        (["nan"], "--margin nan: a margin is"),
        (["rtt_p50="], "--margin rtt_p50=: a margin is"),
        (["five"], "--margin five: a margin is"),
    ],
)
def test_a_margin_that_can_not_be_meant_is_refused(words: list[str], said: str):
    """In one line, in the words that were typed."""
    with pytest.raises(UsageError) as caught:
        read_margins(words, Gates())
    assert str(caught.value).startswith(said)


def test_a_pattern_has_a_margin_for_all_that_is_gated():
    """`margin` is for what is gated by default; the metric's own word goes before it, in the same pattern."""
    gates = Gates(metrics={"rtt_p99": 0.3}, cells={"tor*": {"margin": 0.1, "server_cpu": 0.2}})
    found = {m: gates.margin_of(ONE, m) for m in ("rtt_p50", "server_cpu", "rtt_p99", "rtt_p90")}
    assert found == {"rtt_p50": 0.1, "server_cpu": 0.2, "rtt_p99": 0.3, "rtt_p90": 0.0}
    assert gates.excused(ONE, "server_cpu") is False
    assert Gates(cells={"tor*": {"margin": 0.1}}).excused(ONE, "server_cpu")


def test_where_counts_alone_decide_one_for_all_is_for_instructions():
    """Beside times it leaves them alone; by name it never does."""
    assert margins_of_counts(("0.2", "syscalls=5")) == ("instructions=0.2", "syscalls=5")
    assert read_margins(margins_of_counts(("0.2",)), Gates()).margin_of(ONE, "instructions") == 0.002
    assert read_margins(("0.2",), Gates()).margin_of(ONE, "instructions") == 0.005


def test_a_cell_may_be_shown_and_not_gated():
    """`gate` takes all metrics out, whoever gave them a margin, but those that its own pattern names."""
    gates = Gates(metrics={"rtt_p99": 0.3}, cells={"tor*": {"gate": 0.0, "rtt_p90": 0.2}})
    assert gates.gated(ONE, "latency") == ("rtt_p90",)
    assert gates.shows(ONE, "rtt_p50")
    assert not Gates().shows(ONE, "rtt_p50")
    assert Gates(cells={"tor*": {"gate": 0.0}}).is_excepted(ONE, "latency")
    assert not Gates(margin=0).is_excepted(ONE, "latency")
    assert Gates(cells={"tor*": {"gate": 1.0}}).gated(ONE, "latency") == Gates().gated(ONE, "latency")


def test_a_comparison_survives_the_file():
    """Pairs, margins, looks and the second copy come back from JSON as they were."""
    gates = Gates(0.02, {"rtt_p99": 0.2}, {"*16 conn*": {"rtt_p50": 0.0}})
    comparison = Comparison((("tornado", "tornado-2"),), gates, (8, 16), "tornado-3")
    assert msgspec.json.decode(msgspec.json.encode(comparison), type=Comparison) == comparison
    assert msgspec.json.decode(b'{"pairs":[["a","b"]]}', type=Comparison).gates.margin_of(ONE, "rtt_p50")
