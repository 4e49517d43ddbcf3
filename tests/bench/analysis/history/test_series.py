"""Runs become series, and series have changes, levels and marks."""

from __future__ import annotations

import math

import msgspec
import pytest
from count_runs import count_run_of
from histories import history, noise, run_on, stepped, with_version
from wsbench.analysis.history.record import Unusable
from wsbench.analysis.history.series import history_of


def test_a_step_is_told_with_its_word_size_and_place():
    """Slower is REGRESSED; the run it is at, and the levels around it."""
    (series,) = history(*stepped()).series
    (change,) = series.changes
    assert (change.at, change.word) == (12, "REGRESSED")
    assert change.first <= 12 <= change.last
    assert change.low < 0.1 < change.high
    assert [(one.begin, one.end) for one in series.levels] == [(0, 12), (12, 20)]
    assert series.levels[0].estimate.value == pytest.approx(1.5, rel=0.01)
    assert (series.unit, series.key.against, series.weaker) == ("ratio", "stdlib", "")
    assert series.state == "REGRESSED +10.4 % 8 runs ago"


def test_what_is_better_is_improved():
    """Less of a time, or more of a rate."""
    (series,) = history(*stepped(by=-0.1)).series
    assert series.changes[0].word == "IMPROVED"


def test_the_order_of_files_is_no_matter():
    """The times in them are."""
    runs = stepped()
    assert history(*runs).series[0].changes == history(*reversed(runs)).series[0].changes


def test_without_a_change_there_is_none():
    """And it is said of how many runs."""
    (series,) = history(*stepped(by=0)).series
    assert (series.changes, series.state) == ((), "no change in 20 runs")


@pytest.mark.parametrize(
    ("count", "state"), [(1, "1 run: 6 make"), (5, "5 runs: 6 make"), (6, "no change in 6")]
)
def test_few_runs_say_nothing_yet(count: int, state: str):
    """Not that nothing changed."""
    (series,) = history(*stepped(count, by=0)).series
    assert series.state.startswith(state)


def test_machines_and_settings_have_series_of_their_own():
    """For their numbers have nothing to do with each other; and that is said."""
    runs = stepped(6) + stepped(6, cpu="Another CPU")
    asleep = [
        msgspec.structs.replace(
            run, rounds=tuple(msgspec.structs.replace(one, awake=False) for one in run.rounds)
        )
        for run in stepped(6)
    ]
    found = history(*runs, *asleep)
    assert [len(one.points) for one in found.series] == [6, 6, 6]
    told = [notice.text for notice in found.notices]
    assert sorted(words.partition(",")[0] for words in found.machines.values()) == ["Another CPU", "Some CPU"]
    assert any("2 kinds of machine" in text for text in told)
    assert any("other settings" in text for text in told)


def test_a_change_where_the_instrument_changed_is_doubted():
    """wsbench, the reference or the client may be what became another."""
    runs = [
        msgspec.structs.replace(run, header=msgspec.structs.replace(run.header, wsbench="9.9.9"))
        if number >= 12
        else run
        for number, run in enumerate(stepped())
    ]
    (change,) = history(*runs).series[0].changes
    assert change.doubts == ("wsbench 0.1.0, now 9.9.9",)


def test_a_new_version_of_the_server_is_marked():
    """Where it came."""
    runs = [with_version(run, "2.0" if at >= 12 else "1.0") for at, run in enumerate(stepped())]
    (series,) = history(*runs).series
    assert [(one.at, one.kind, one.text) for one in series.marks] == [
        (12, "server", "tornado: version 1.0, now 2.0")
    ]
    assert series.changes[0].doubts == ()


def test_without_the_reference_times_are_absolute_and_weaker():
    """And a series of their own."""
    (series,) = history(*stepped(), against="aiohttp").series[:1]
    assert (series.key.against, series.unit) == ("", "ns")
    assert "absolute" in series.weaker


def test_counts_of_all_machines_are_one_series():
    """Exact ones: half a per cent is a change, a twentieth is none."""
    runs = [
        msgspec.structs.replace(run, header=msgspec.structs.replace(run.header, started=f"2026-01-{day:02}"))
        for day, size in enumerate([100_000] * 5 + [100_500] * 5 + [100_550] * 4, 1)
        for run in [count_run_of({"tornado": size})]
    ]
    (series,) = history(*runs, metrics=("instructions",)).series
    assert [one.at for one in series.changes] == [5]
    assert series.changes[0].share == pytest.approx(0.005, rel=0.06)
    assert (series.key.machine, series.weaker) == ("", "")


def test_equal_times_are_told():
    """The order of such runs is that of their names."""
    found = history(*[run_on(1, factor) for factor in noise(3)])
    assert any("3 runs began in the same second" in one.text for one in found.notices)


def test_alike_reasons_are_told_once():
    """With the last file they hold for."""
    found = history_of([], [Unusable("a", "tornado", "it died"), Unusable("b", "tornado", "it died")])
    assert [one.text for one in found.notices] == ["left out: tornado in 2 runs, the last b: it died"]
    assert history_of([], [Unusable("a", "", "it is empty")]).notices[0].text == "left out: a: it is empty"


def test_few_rounds_weigh_less_and_are_told():
    """A run without an interval is shown, and named as what it is."""
    runs = [run_on(at, factor, rounds=3 if at == 4 else 8) for at, factor in enumerate(noise(8))]
    points = history(*runs).series[0].points
    assert points[4].weaker == ("no interval, for it has under 4 rounds",)
    assert math.isinf(points[4].estimate.high)
    assert all(not one.weaker for at, one in enumerate(points) if at != 4)
