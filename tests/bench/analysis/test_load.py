"""What a load run says: rows, capacity, ceiling, knee, the headline, and whether it is an answer."""

from __future__ import annotations

import math

import msgspec
import pytest
from loads import load_run_of, plan_of, round_of, step_of
from wsbench.analysis.load import LoadAnalysis, analyse_load
from wsbench.plan.load import LoadPlan
from wsbench.records.common import Failure, Handshake, Proof
from wsbench.records.load import LoadRound, LoadRun, Step
from wsbench.stats.estimate import Estimate, estimate_log, trimmed

FACTORS = (1.00, 1.02, 0.99, 1.01, 0.98, 1.03)
"""How the machine varies from round to round."""

SHARES = (0.25, 0.5, 0.75, 1.0)
CEILING = 16_000.0
MISSED = "8,120 of 10,000 msg/s were answered"


def held(*rates: float, **wrong: dict[int, dict[str, object]]) -> LoadRun:
    """Return a run of six rounds at fixed rates; `wrong` has changes to steps by `r` + rate and round."""
    rounds = [
        round_of(
            [step_of(number, rate, factor, **wrong.get(f"r{rate:.0f}", {}).get(number, {})) for rate in rates]
        )
        for number, factor in enumerate(FACTORS)
    ]
    return load_run_of(plan_of(rates=rates), rounds)


def swept(**changes: object) -> LoadRun:
    """Return a sweep of a server whose response time is that of M/M/1; `changes` are of the top step."""
    rounds = []
    for number, factor in enumerate(FACTORS):
        steps = [step_of(number, 0, 4, achieved=CEILING * factor)]
        for share in SHARES:
            more = changes if share == 1 else {}
            steps.append(step_of(number, share * CEILING, factor / (1.05 - share), **more))
        rounds.append(round_of(steps, ceiling=CEILING * factor))
    return load_run_of(plan_of("sweep", rates=SHARES), rounds)


def found(capacities: tuple[float | None, ...], **changes: object) -> LoadRun:
    """Return a search in which each round tried two rates, one that held and one that did not."""
    rounds = []
    for number, capacity in enumerate(capacities):
        rate = capacity or 1.0
        steps = [
            step_of(number, rate / 2, 1, holds=capacity is not None),
            step_of(number, rate / 1.005, 2, holds=capacity is not None),
            step_of(number, rate * 1.005, 3, holds=False, **changes),
        ]
        tried = [] if number else [step_of(0, 0, 9, achieved=CEILING)]
        rounds.append(round_of(tried + steps, capacity=capacity, ceiling=None if number else CEILING))
    return load_run_of(plan_of("slo"), rounds)


CAPACITIES = tuple(14_000 * factor for factor in FACTORS)
ALL_MISSED = {number: {"missed": MISSED} for number in range(6)}
ONE_FAULT: dict[int, dict[str, object]] = {1: {"fault": "late"}}


def test_the_run_is_described():
    """Label, plan, machine, server and handshake are those of the file; a cut off run says so."""
    run = held(5_000)
    analysis = analyse_load(run)
    header, first = run.header, run.rounds[0]
    assert (analysis.label, analysis.started, analysis.plan) == (header.label, header.started, header.plan)
    assert (analysis.server, analysis.handshake) == (first.server, first.handshake)
    assert (analysis.rounds, analysis.status, analysis.environment) == (6, "complete", header.environment)
    assert analyse_load(load_run_of(header.plan, run.rounds, status=None)).status == "cut off"


def test_without_a_round():
    """A run stopped in its first round has nothing to say, and says that."""
    analysis = analyse_load(load_run_of(plan_of(rates=(5.0,)), [], status="interrupted"))
    assert (analysis.rows, analysis.headline) == ((), "no round of tornado was finished: it was interrupted.")
    assert (analysis.rounds, analysis.invalid) == (0, True)
    assert (analysis.server, analysis.handshake) == (Proof("", "", ""), Handshake())
    assert (analysis.capacity, analysis.ceiling, analysis.knee) == (None, None, None)


SEARCHED = [
    step_of(6, 0, 4, achieved=CEILING),
    step_of(6, 20_000.0, 1, holds=True),
    step_of(6, 18_000.0, 1, holds=False, missed=MISSED),
]


def test_steps_of_a_round_that_never_ended_are_shown_and_count_nowhere():
    """Each in a row, as it was taken; all else is what it is without them."""
    run = found(CAPACITIES)
    analysis = analyse_load(msgspec.structs.replace(run, unfinished=tuple(SEARCHED)))
    assert [(row.rate, row.held, row.missed) for row in analysis.unfinished] == [
        (0, None, ""),
        (20_000, True, ""),
        (18_000, False, MISSED),
    ]
    assert analysis.unfinished[1].estimates["response_p50"].value == pytest.approx(1e6)
    (notice,) = set(analysis.notices) - set(analyse_load(run).notices)
    assert (notice.text, notice.invalid) == (
        "round 7 was interrupted after 3 steps: not in the capacity",
        False,
    )
    assert msgspec.structs.replace(analysis, unfinished=(), notices=()) == msgspec.structs.replace(
        analyse_load(run), notices=()
    )


def test_a_search_that_never_finished_a_round_has_no_capacity():
    """However near it came."""
    unfinished = [replace(step, holds=True) for step in SEARCHED]
    analysis = analyse_load(load_run_of(plan_of("slo"), [], status=None, unfinished=unfinished))
    assert (analysis.capacity, analysis.invalid, analysis.outcome) == (None, True, "not judged")
    assert (analysis.status, analysis.headline) == (
        "cut off",
        "no round of tornado was finished: it was cut off.",
    )
    assert len(analysis.unfinished) == 3


@pytest.mark.parametrize("rounds", [0, 6])
def test_steps_of_a_sweep_are_shares_of_the_first_ceiling(rounds: int):
    """That of the round itself where none was finished before: of what was held again the last counts."""
    run, steps = swept(), [step_of(rounds, 0, 4, achieved=9.0), step_of(rounds, 0, 4, achieved=CEILING)]
    steps += [step_of(rounds, share * CEILING, 1) for share in (0.75, 0.25)]
    run = msgspec.structs.replace(run, rounds=run.rounds[:rounds], unfinished=tuple(steps))
    assert [row.share for row in analyse_load(run).unfinished] == [None, None, 0.75, 0.25]


def test_estimates_are_over_rounds():
    """Every metric is the estimate of its values in the rounds; what no round has is not there."""
    row = analyse_load(held(5_000)).rows[0]
    assert row.estimates["response_p50"] == estimate_log([1e6 * factor for factor in FACTORS])
    assert row.estimates["service_p99"] == estimate_log([1.8e6 * factor for factor in FACTORS])
    assert row.estimates["response_mean"] == estimate_log([1.1e6 * factor for factor in FACTORS])
    assert row.estimates["server_cpu"] == estimate_log([30_000.0] * 6)
    assert row.estimates.keys() == {
        *("achieved", "response_p50", "response_p90", "response_p99", "response_mean"),
        *("service_p50", "service_p99", "lateness_p99", "server_cpu", "errors"),
    }


def test_recovery_is_the_median_of_a_rounds_bursts():
    """Some rounds recover at once, which has no logarithm; no recovery is under 0."""
    bursts = [(0, 0, 90), (30, 10, 20), (5,), (1, 3), (0,), (7, 7)]
    steps = {number: {"recoveries_ns": times} for number, times in enumerate(bursts)}
    estimate = analyse_load(held(5_000, r5000=steps)).rows[0].estimates["recovery"]
    plain = trimmed([0, 20, 5, 2, 0, 7]).estimate()
    assert plain.low < 0
    assert estimate == Estimate(plain.value, 0, plain.high, 6)


@pytest.mark.parametrize(
    ("changes", "gone"),
    [
        ({"response_ns": {"p50": 1e6}}, {"response_p90", "response_p99"}),
        ({"server_cpu_ns": None}, {"server_cpu"}),
        ({"lateness_ns": {}}, {"lateness_p99"}),
    ],
)
def test_what_one_round_lacks_is_not_estimated(changes: dict[str, object], gone: set[str]):
    """Nothing stands in for a round without a quantile or CPU time."""
    whole = analyse_load(held(5_000)).rows[0].estimates
    assert whole.keys() - analyse_load(held(5_000, r5000={2: changes})).rows[0].estimates.keys() == gone


def test_rows_rise():
    """Whatever the order of steps, rows are in rising order of rates."""
    rates = (9_000.0, 1_000.0, 4_000.0)
    rows = analyse_load(held(*rates)).rows
    assert [row.rate for row in rows] == sorted(rates)
    assert {row.share for row in rows} == {None}


def test_a_rate_that_a_round_lacks_has_no_estimate():
    """Five rounds of six are not an estimate over rounds."""
    run = held(1_000, 2_000)
    rows = analyse_load(with_round(run, 4, round_of(run.rounds[4].steps[1:]))).rows
    assert [(row.rate, bool(row.estimates), row.fault) for row in rows] == [
        (1_000, False, ""),
        (2_000, True, ""),
    ]


def test_sweep_rows_know_their_share():
    """Shares are those planned, by the ceiling of the first round; as fast as it goes comes last."""
    rows = analyse_load(swept()).rows
    assert [(row.rate, row.share) for row in rows] == [
        (4_000, 0.25),
        (8_000, 0.5),
        (12_000, 0.75),
        (16_000, 1.0),
        (0, None),
    ]
    assert rows[-1].estimates["achieved"].value == pytest.approx(CEILING, rel=0.02)


LATE = {"fault": "late", "lateness_ns": {"p99": 50_000.0}}


@pytest.mark.parametrize(
    ("wrong", "fault", "missed"),
    [
        ({number: {"fault": "late"} for number in range(6)}, "late", ""),
        ({1: {"fault": "late"}, 4: {**LATE, "fault": "later"}}, "in 2 of 6 rounds: later", ""),
        ({1: LATE, 4: {"fault": "alone", "overlap": 0.5}}, "in 2 of 6 rounds: alone", ""),
        ({2: {"missed": MISSED}}, "", f"in 1 of 6 rounds: {MISSED}"),
        (
            {2: {"missed": "a little", "achieved": 4_900.0}, 3: {"missed": MISSED, "achieved": 4_000.0}},
            "",
            f"in 2 of 6 rounds: {MISSED}",
        ),
        ({0: {"fault": "late", "missed": MISSED}}, "in 1 of 6 rounds: late", f"in 1 of 6 rounds: {MISSED}"),
    ],
)
def test_the_worst_round_is_named(wrong: dict[int, dict[str, object]], fault: str, missed: str):
    """Of several rounds in which something was wrong the worst is told; a fault leaves no estimate."""
    row, other = analyse_load(held(5_000, 6_000, r5000=wrong)).rows
    assert (row.fault, row.missed, bool(row.estimates)) == (fault, missed, not fault)
    assert (other.fault, other.missed, bool(other.estimates)) == ("", "", True)


def knee_of(run: LoadRun) -> tuple[float, ...]:
    """Return value, low, high and number of rounds of a run's knee."""
    knee = analyse_load(run).knee
    assert knee
    return (knee.value, knee.low, knee.high, knee.n)


def test_knee_lies_between_its_neighbours():
    """With M/M/1 it is the rate nearest half the capacity, and may lie anywhere up to the next ones tried."""
    assert knee_of(swept()) == pytest.approx((8_000, 4_000, 12_000, 6))


def test_a_knee_at_the_last_rate_has_no_end():
    """Where the highest rate tried is the best, the knee may lie anywhere past it; so at the lowest."""
    assert knee_of(held(1_000, 2_000, 3_000)) == pytest.approx((3_000, 2_000, math.inf, 6))
    steep = {number: {"response_mean_ns": 1e9} for number in range(6)}
    run = held(1_000, 2_000, 3_000, r2000=steep, r3000=steep)
    assert knee_of(run) == pytest.approx((1_000, 0, 2_000, 6))


def test_knees_of_rounds_are_estimated():
    """Rounds that differ spread the estimate; its interval still reaches the rates beside them."""
    best = {number: {"response_mean_ns": 1e5} for number in (0, 1, 2)}
    other = {number: {"response_mean_ns": 1e5} for number in (3, 4, 5)}
    over = estimate_log([2_000, 2_000, 2_000, 3_000, 3_000, 3_000])
    knee = analyse_load(held(1_000, 2_000, 3_000, 4_000, r2000=best, r3000=other)).knee
    assert knee == Estimate(over.value, min(1_000, over.low), max(4_000, over.high), 6)


@pytest.mark.parametrize(
    "run",
    [
        held(1_000, 2_000),
        held(1_000, 2_000, 3_000, r3000={5: {"fault": "late"}}),
        held(1_000, 2_000, 3_000, r1000=ALL_MISSED, r2000=ALL_MISSED, r3000=ALL_MISSED),
        found(CAPACITIES),
        load_run_of(plan_of(), []),
    ],
)
def test_no_knee(run: LoadRun):
    """It needs a rate on either side without fault in every round, one that is kept up with, and no limit."""
    assert analyse_load(run).knee is None


def test_past_a_missed_rate_there_is_no_knee():
    """Answers to the few messages that got one are no response time; but the knee is surely below."""
    missed = {number: {"missed": MISSED, "response_mean_ns": 1e3} for number in range(6)}
    assert knee_of(held(1_000, 2_000, 3_000, r3000=missed)) == pytest.approx((2_000, 1_000, 3_000, 6))


def test_capacity_and_ceiling():
    """The capacity is estimated over rounds; the ceiling over those that tried it, here a single one."""
    analysis = analyse_load(found(CAPACITIES))
    assert analysis.capacity == estimate_log(CAPACITIES)
    assert analysis.ceiling == estimate_log([CEILING])
    assert analyse_load(swept()).ceiling == estimate_log([CEILING * factor for factor in FACTORS])
    assert analyse_load(held(5_000)).ceiling is None


def test_no_ceiling_from_a_step_with_a_fault():
    """As fast as it goes is not to be believed where an agent failed, and one round spoils all."""
    run = swept()
    first, *steps = run.rounds[2].steps
    spoilt = round_of([replace(first, fault="lost"), *steps], ceiling=CEILING)
    assert analyse_load(with_round(run, 2, spoilt)).ceiling is None


def test_search_has_one_row():
    """It pools each round's step at the highest rate under the capacity, where every round has one."""
    (row,) = analyse_load(found(CAPACITIES)).rows
    assert row.rate == pytest.approx(14_000, rel=0.02)
    assert row.estimates["response_p50"] == estimate_log([2e6] * 6)
    (row,) = analyse_load(found((*CAPACITIES[:5], None))).rows
    assert row.estimates == {}
    assert analyse_load(found((None,) * 6)).rows == ()


def test_a_vote_is_not_a_decision():
    """A rate past the capacity may hold once, and one under it fail once; neither is the row's step."""
    votes = ((1_000, True, 1), (2_000, True, 2), (2_000, False, 9), (2_500, False, 9), (3_000, True, 3))
    steps = [step_of(0, rate, ms, holds=holds) for rate, holds, ms in votes]
    (row,) = analyse_load(load_run_of(plan_of("slo"), [round_of(steps, capacity=2_700.0)])).rows
    assert row.rate == pytest.approx(2_000)
    assert row.estimates["response_p50"].value == pytest.approx(2e6)


def replace(step: Step, **changes: object) -> Step:
    """Return a step with changes."""
    return step_of(step.round, step.rate, 1, **{"achieved": step.achieved, **changes})


def with_round(run: LoadRun, number: int, other: LoadRound) -> LoadRun:
    """Return a run with another round."""
    rounds = [*run.rounds[:number], other, *run.rounds[number + 1 :]]
    return load_run_of(run.header.plan, rounds)


@pytest.mark.parametrize(
    ("run", "headline", "invalid"),
    [
        (held(5_000), "tornado keeps up with 5,000 msg/s: p50 1 ms ±3 %, p99 2.01 ms ±3 %.", False),
        (
            held(1_000, 5_000, 9_000, r9000=ALL_MISSED),
            "tornado keeps up with 1,000 and 5,000 msg/s; at 5,000: p50 1 ms ±3 %, p99 2.01 ms ±3 %;"
            " does not keep up with 9,000 msg/s: 8,120 of 10,000 msg/s were answered.",
            True,
        ),
        (
            held(1_000, 5_000, r1000=ONE_FAULT),
            "tornado keeps up with 5,000 msg/s: p50 1 ms ±3 %, p99 2.01 ms ±3 %;"
            " can't be judged at 1,000 msg/s: in 1 of 6 rounds: late.",
            True,
        ),
        (
            swept(),
            "tornado answers 16,079 msg/s at most, ±3 %;"
            " its knee is at 8,000 msg/s, somewhere from 4,000 to 12,000.",
            False,
        ),
        (
            found((*CAPACITIES[:5], None)),
            "tornado does not hold p99 ≤ 5 ms even at 1 msg/s in 1 of 6 rounds.",
            True,
        ),
        (found(CAPACITIES), "tornado carries 14,069 msg/s with p99 ≤ 5 ms, ±3 %.", False),
        (
            found(CAPACITIES, fault="late", lateness_ns={"p99": 600_000.0}),
            "how much tornado carries with p99 ≤ 5 ms can't be told:"
            " the server need not be what ended the search in 6 of 6 rounds: late.",
            True,
        ),
    ],
)
def test_the_answer_in_a_sentence(run: LoadRun, headline: str, invalid: bool):
    """Each mode answers its own question, and is invalid where it can't."""
    analysis = analyse_load(run)
    assert (analysis.headline, analysis.invalid) == (headline, invalid)


@pytest.mark.parametrize(
    ("changes", "share", "invalid"),
    [
        ({"fault": "late"}, 1.0, False),
        ({"missed": MISSED}, 1.0, False),
        ({"missed": MISSED}, 0.5, False),
        ({"fault": "late"}, 0.5, True),
        ({"fault": "lost"}, 0, True),
    ],
)
def test_a_sweep_may_fail_at_its_top(changes: dict[str, object], share: float, invalid: bool):
    """Missing a rate is what a sweep looks for; only a fault below the ceiling spoils it."""
    run = swept()
    steps = [
        replace(step, **changes) if step.rate == share * CEILING else step for step in run.rounds[3].steps
    ]
    analysis = analyse_load(with_round(run, 3, round_of(steps, ceiling=CEILING)))
    assert analysis.invalid is invalid
    assert sum(bool(row.fault or row.missed) for row in analysis.rows) == 1


LATE_STEP = {"touched": ("p99", "max"), "late": "the client sent 1 % late", "lateness_ns": {"p99": 9e5}}


def test_lateness_voids_what_it_touches_by_itself():
    """What one round lacks is withheld; the rate reached, CPU time and other quantiles stand."""
    run = held(1_000, 2_000, 3_000, r3000={2: LATE_STEP, 3: {**LATE_STEP, "touched": ("mean",)}})
    whole, row = analyse_load(held(3_000)).rows[0], analyse_load(run).rows[2]
    assert (row.withheld, row.late) == (("p99", "max", "mean"), "in 2 of 6 rounds: the client sent 1 % late")
    assert whole.estimates.keys() - row.estimates.keys() == {"response_p99", "response_mean"}
    assert row.rounds.keys() == row.estimates.keys() - {"errors"}
    assert (row.fault, row.is_void, analyse_load(run).invalid) == ("", False, False)
    assert knee_of(run)[0] < 3_000  # no round without a mean has one


def test_a_median_that_lateness_touched_leaves_nothing_to_say():
    """Then it was the client that was measured: the reason is in the answer's place."""
    analysis = analyse_load(held(3_000, r3000={2: {**LATE_STEP, "touched": ("p50", "p99")}}))
    assert (analysis.invalid, analysis.outcome) == (True, "not judged")
    assert analysis.headline == (
        "tornado can't be judged at 3,000 msg/s: in 1 of 6 rounds: the client sent 1 % late."
    )


@pytest.mark.parametrize("plan", [plan_of(rates=(5_000.0,)), plan_of("sweep"), plan_of("slo")])
def test_a_server_that_died(plan: LoadPlan):
    """A round that failed makes any run invalid, whatever the others say."""
    rounds = [round_of([step_of(0, 5_000, 1)])]
    failure = Failure(0, "tornado ended with exit code 3", ("last words",))
    analysis: LoadAnalysis = analyse_load(load_run_of(plan, rounds, failures=[failure]))
    assert analysis.invalid
    assert analysis.notices[0].text == "a round failed: tornado ended with exit code 3"
    assert analysis.headline.endswith(" can't be told: a round failed: tornado ended with exit code 3.")
