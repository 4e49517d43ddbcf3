"""What a run of a server against its own copy says: known spreads, effects and faults in, the same out."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import msgspec
import numpy as np
import pytest
from runs import environment, run_of
from scipy import stats
from wsbench.demand.workload import Workload
from wsbench.facts.conditions import fingerprint
from wsbench.plan.margins import Comparison
from wsbench.plan.run import Pace
from wsbench.plan.turns import blocks
from wsbench.records.run import CellRecord, Run
from wsbench.stats.estimate import Estimate
from wsbench.verdicts.calibration import Calibration, Noise, Reach, calibrate, profile_of, warnings_of

WIDE = Workload(connections=16)
PACE = Pace(latency_turns=20, throughput_turns=10)
PAIR = Comparison((("a", "b"),))


def two_copies(rounds: int, comparison: Comparison | None = PAIR, **failures: str) -> Run:
    """Return a run of two copies of Tornado, all alike, in a latency cell and one of 16 connections."""
    return run_of(
        {"a=tornado": 60.0, "b=tornado": 60.0},
        workloads=(Workload(), WIDE),
        rounds=rounds,
        comparison=comparison,
        failures=failures,
    )


ALIKE = two_copies(30)


def changed(run: Run, change: Callable[[CellRecord, int], CellRecord]) -> Run:
    """Return a run with every record changed; the function also gets the number of the round."""
    lines = [
        msgspec.structs.replace(one, cells=tuple(change(record, one.number) for record in one.cells))
        for one in run.rounds
    ]
    return msgspec.structs.replace(run, rounds=tuple(lines))


def run_with(ratios: Sequence[float], effect: float = 0.0, pace: Pace = PACE) -> Run:
    """Return rounds with these ln(copy / base), in which the earlier turn of a block shows `effect` more."""
    plan = msgspec.structs.replace(ALIKE.header.plan, pace=pace)

    def change(record: CellRecord, number: int) -> CellRecord:
        mine, rival = record.cell, record.cell ^ 1  # 0 and 1 are the latency cells, 2 and 3 the wide ones
        turns = tuple(
            1e5 * math.exp(ratios[number] * (mine % 2) + effect * (block.index(mine) < block.index(rival)))
            for block in blocks(plan, number)
            if mine in block
        )
        return msgspec.structs.replace(record, medians_ns=turns, rates=turns, server_cpus_ns=turns)

    header = msgspec.structs.replace(ALIKE.header, plan=plan)
    rounds = ALIKE.rounds[: len(ratios)]
    return changed(msgspec.structs.replace(ALIKE, header=header, rounds=rounds), change)


def white(rounds: int, sigma: float = 0.01) -> list[float]:
    """Return the quantiles of a normal distribution, in an order without autocorrelation."""
    values = sigma * stats.norm.ppf((np.arange(rounds) + 0.5) / rounds)
    return [float(value) for value in np.random.default_rng(3).permutation(values)]


def texts(calibration: Calibration) -> list[str]:
    """Return what a calibration warns about."""
    return [notice.text for notice in calibration.notices]


def test_there_is_a_line_for_everything_that_is_gated() -> None:
    """The median round trip and the rate, and the server's CPU time with each."""
    found = calibrate(run_with(white(20)))
    assert [(line.workload, line.metric) for line in found.lines] == [
        (Workload(), "rtt_p50"),
        (Workload(), "server_cpu"),
        (WIDE, "throughput"),
        (WIDE, "server_cpu"),
    ]
    assert found.lines[0].name == "rtt_p50 by wire, 64 B text, 1 connection, depth 1"


@pytest.mark.parametrize("seed", range(5))
def test_the_spread_is_that_of_the_rounds(seed: int) -> None:
    """Plain and winsorised standard deviation and the centre are scipy's, for every line."""
    rounds = np.random.default_rng(seed).standard_t(2, 10 + seed) * 0.02 + 0.01
    winsorised = np.asarray(stats.mstats.winsorize(rounds, limits=(0.2, 0.2)))
    for line in calibrate(run_with(rounds.tolist())).lines:
        assert line.rounds == len(rounds)
        assert line.sd == pytest.approx(np.std(rounds, ddof=1))
        assert line.spread == pytest.approx(np.std(winsorised, ddof=1))
        assert line.bias.value == pytest.approx(stats.trim_mean(rounds, 0.2))
        assert line.bias.low < line.bias.value < line.bias.high
        assert line.bound == pytest.approx(2 / math.sqrt(len(rounds)))


@pytest.mark.parametrize("effect", [0.03, -0.03, 0.0])
def test_what_the_earlier_turn_shows_is_found(effect: float) -> None:
    """It is that of the values as they are, times and rates alike, whatever the copies differ by."""
    for line in calibrate(run_with([0.2 + value for value in white(20)], effect)).lines:
        assert line.position is not None
        assert line.position.value == pytest.approx(effect, abs=1e-9)
        assert line.position.high - line.position.low == pytest.approx(0, abs=1e-9)


def test_one_turn_a_round_has_no_position() -> None:
    """A single turn of each copy has one order only; what the latency cell says stays."""
    pace = Pace(latency_turns=20, throughput_turns=1)
    found = {line.name: line.position is None for line in calibrate(run_with(white(20), pace=pace)).lines}
    assert list(found.values()) == [False, False, True, True]


def test_time_is_rounds_after_the_overhead() -> None:
    """Rounds of 2.5 s after 2 s: 11, 23 and 47 of them, and more of them find less."""
    run = run_with(white(20))
    slow = tuple(msgspec.structs.replace(one, seconds=2.0 + one.number % 2) for one in run.rounds)
    found = calibrate(msgspec.structs.replace(run, rounds=slow), overhead_s=2.0)
    assert (found.seconds_per_round, found.overhead_s) == (2.5, 2.0)
    for line in found.lines:
        assert [(one.seconds, one.rounds) for one in line.reaches] == [(30, 11), (60, 23), (120, 47)]
        changes = [one.change or 0 for one in line.reaches]
        assert changes == sorted(changes, reverse=True)


@pytest.mark.parametrize(("overhead_s", "rounds"), [(27.0, 3), (40.0, 0)])
def test_too_short_a_time_finds_nothing(overhead_s: float, rounds: int) -> None:
    """Under four rounds no change is promised, and no time is less than no round."""
    for line in calibrate(run_with(white(20)), overhead_s).lines:
        assert line.reaches[0] == Reach(30, rounds, None)
        assert line.reaches[2].change is not None


def test_a_quiet_machine_is_not_warned_about() -> None:
    """Rounds without bias, effect or memory give no notice."""
    assert texts(calibrate(run_with(white(20)))) == []


@pytest.mark.parametrize(
    ("ratios", "effect", "text"),
    [
        (white(20), 0.05, "the earlier of two turns shows +5.1%"),
        (white(20), -0.05, "the earlier of two turns shows -4.9%"),
        (sorted(white(20)), 0.0, "rounds are correlated (autocorrelation +0."),
        ([0.05 + value for value in white(20)], 0.0, "the copy differs from its original by +5.1%"),
    ],
)
def test_each_fault_is_warned_about(ratios: list[float], effect: float, text: str) -> None:
    """Every line that has the fault is named with it."""
    found = [one for one in texts(calibrate(run_with(ratios, effect))) if text in one]
    assert len(found) == 4
    assert found[0].startswith("rtt_p50 by wire, 64 B text, 1 connection, depth 1: ")


@pytest.mark.parametrize(
    ("low", "high", "warned"),
    [(0.02, 0.03, False), (0.026, 0.03, True), (-0.03, -0.02, False), (-0.03, -0.026, True), (-1, 1, False)],
)
def test_an_effect_matters_from_half_the_margin_on(low: float, high: float, warned: bool) -> None:
    """Half of ln(1.05) is 0.0244: the whole interval has to lie past it, on either side."""
    effect = Estimate((low + high) / 2, low, high, 20)
    line = msgspec.structs.replace(calibrate(run_with(white(20))).lines[0], margin=0.05)
    for field in ("bias", "position"):
        other: Noise = msgspec.structs.replace(line, **{field: effect})
        assert len(warnings_of(other)) == warned


def test_too_few_rounds_say_nothing() -> None:
    """Three rounds have no spread to speak of: there are notices instead of lines."""
    found = calibrate(run_with(white(30)[:3]))
    nothing = calibrate(run_with([]))
    assert found.lines == nothing.lines == ()
    assert nothing.seconds_per_round == 0.0
    assert len(texts(found)) == 4
    assert "3 of the 4 rounds needed, so nothing is said about it" in texts(found)[0]


def test_a_copy_that_failed_says_nothing() -> None:
    """The reason stands in the notice."""
    found = calibrate(two_copies(6, b="b died"))
    assert found.lines == ()
    assert "b died" in texts(found)[0]


def test_a_full_client_is_not_taken_for_the_server() -> None:
    """Where the client was the limit its noise is not the server's; the latency cell stands."""
    run = run_with(white(20))
    replace = msgspec.structs.replace
    found = calibrate(changed(run, lambda record, _: replace(record, client_cpu_ns=record.busy_ns)))
    assert [line.workload for line in found.lines] == [Workload(), Workload()]
    assert sum("the client was the limit with a" in text for text in texts(found)) == 2


def test_a_metric_without_values_says_nothing() -> None:
    """The CPU time of a server that is not ours is unknown: the other lines stand."""
    run = run_with(white(20))
    found = calibrate(changed(run, lambda record, _: msgspec.structs.replace(record, server_cpus_ns=())))
    assert [line.metric for line in found.lines] == ["rtt_p50", "throughput"]
    assert sum("server_cpu" in text and "no value here" in text for text in texts(found)) == 2


@pytest.mark.parametrize("comparison", [None, Comparison(()), Comparison((("a", "b"), ("b", "a")))])
def test_a_calibration_has_one_pair(comparison: Comparison | None) -> None:
    """What does not compare one server with one copy is refused."""
    with pytest.raises(ValueError, match="exactly one pair"):
        calibrate(two_copies(4, comparison))


def test_turns_that_are_not_the_plans_are_refused() -> None:
    """Four turns where the plan has a hundred can't be put in order, and no effect is made up."""
    with pytest.raises(ValueError, match="argument"):
        calibrate(ALIKE)


@pytest.mark.parametrize("server", ["tornado", "tornado@uvloop", "ws://127.0.0.1:9/echo", "some/server.py"])
def test_a_profile_is_made_of_a_run(server: str) -> None:
    """Date and version are the run's, the machine its fingerprint, and the server reads as it is typed."""
    servers = {f"a={server}": 60.0, f"b={server}": 60.0}
    run = run_of(servers, rounds=6, comparison=Comparison((("a", "b"),)))
    plan = msgspec.structs.replace(run.header.plan, pace=Pace(latency_turns=4))
    run = msgspec.structs.replace(run, header=msgspec.structs.replace(run.header, plan=plan))
    found = profile_of(run, overhead_s=10)
    assert (found.made, found.wsbench) == (run.header.started, run.header.wsbench)
    assert found.fingerprint == fingerprint(environment())
    assert found.server == server
    assert [line.reaches[0].rounds for line in found.calibration.lines] == [20, 20]
