"""Load runs held against each other, made by hand: which lines there are, and what is said of each."""

from __future__ import annotations

import pytest
from loads import load_run_of, plan_of, round_of, step_of
from msgspec.structs import replace
from wsbench.demand.workload import Workload
from wsbench.errors import UsageError
from wsbench.plan.load import LoadPlan
from wsbench.plan.margins import Gates
from wsbench.plan.stages import RateStage
from wsbench.records.common import Failure
from wsbench.records.load import LoadRun
from wsbench.verdicts.baseline import Names
from wsbench.verdicts.judgement import Judgement
from wsbench.verdicts.load import PAIRED, RULE, TOO_WIDE, judge_load
from wsbench.verdicts.verdict import Verdict

FACTORS = (1.00, 1.01, 0.99, 1.005, 0.995, 1.002)
BEHIND = "1,500 of 2,000 msg/s were answered"
AT = "tornado by wire, 64 B text, 16 connections, at 2,000 msg/s"


def held(*rates: float, slower: float = 1.0, plan: LoadPlan | None = None, **changes: object) -> LoadRun:
    """Return six rounds at these rates, with a median of 1 ms, or so many times that."""
    rounds = [
        round_of([step_of(number, rate, slower * factor, **changes) for rate in rates])
        for number, factor in enumerate(FACTORS)
    ]
    return load_run_of(plan or plan_of(rates=rates), rounds)


def searched(*capacities: float | None) -> LoadRun:
    """Return a search that found these, the ceiling in its first round."""
    rounds = [
        round_of([step_of(number, (one or 1.0) * 1.01, 9, holds=False)], capacity=one)
        for number, one in enumerate(capacities)
    ]
    rounds[0] = replace(rounds[0], ceiling=9_000.0)
    return load_run_of(plan_of("slo"), rounds)


def swept(ceiling: float, slower: float = 1.0) -> LoadRun:
    """Return a sweep of two shares of a ceiling."""
    rounds = [
        round_of(
            [
                step_of(number, 0, 4, achieved=ceiling * factor),
                *(step_of(number, share * ceiling, slower * factor) for share in (0.5, 0.9)),
            ],
            ceiling=ceiling * factor,
        )
        for number, factor in enumerate(FACTORS)
    ]
    return load_run_of(plan_of("sweep", rates=(0.5, 0.9)), rounds)


def judged(base: LoadRun, now: LoadRun, gates: Gates | None = None) -> Judgement:
    """Return what is said of two runs."""
    return judge_load(base, now, gates or Gates(), Names("old", "new"))


def words(judgement: Judgement) -> list[tuple[str, str, str | None]]:
    """Return where, of what, and the word of each line."""
    return [(one.cell.rpartition(", ")[2], one.metric, one.verdict) for one in judgement.verdicts]


def line(judgement: Judgement, metric: str) -> Verdict:
    """Return the line of a metric."""
    (found,) = [one for one in judgement.verdicts if one.metric == metric]
    return found


def test_response_times_are_judged_at_each_shared_rate() -> None:
    """The median and p99, in rising order of rates; what only one has is named."""
    found = judged(held(500.0, 2_000.0), held(2_000.0, 900.0, slower=1.2))
    assert words(found) == [
        ("at 2,000 msg/s", "response_p50", "REGRESSED"),
        ("at 2,000 msg/s", "response_p99", "REGRESSED"),
    ]
    assert (found.word, found.rule) == ("REGRESSED", RULE)
    assert [(one.cell.rpartition(", ")[2], one.what) for one in found.unmatched] == [
        ("at 500 msg/s", "lost"),
        ("at 900 msg/s", "added"),
    ]
    one = line(found, "response_p50")
    assert (one.cell, one.base, one.candidate, one.client) == (AT, "tornado of old", "tornado of new", "wire")
    assert one.change == pytest.approx(0.2, abs=1e-9)
    assert one.before is not None
    assert one.after is not None
    assert one.after.value / one.before.value == pytest.approx(1.2)
    assert one.low is not None
    assert 0 < one.low < 0.2
    assert one.versions == ("6.6.1", "6.6.1")


@pytest.mark.parametrize(
    ("slower", "word"),
    [(1.0, "NO REGRESSION"), (0.8, "IMPROVED"), (1.05, "INCONCLUSIVE"), (1.2, "REGRESSED")],
)
def test_the_margin_decides(slower: float, word: str) -> None:
    """5 % unless somebody says otherwise."""
    assert judged(held(2_000.0), held(2_000.0, slower=slower)).word == word


def test_a_metric_without_a_margin_has_no_line() -> None:
    """Nor has one that neither run has messages enough for."""
    gates = Gates(metrics={"response_p50": 0.0, "response_p99": 0.5})
    assert words(judged(held(2_000.0), held(2_000.0, slower=1.2), gates)) == [
        ("at 2,000 msg/s", "response_p99", "NO REGRESSION")
    ]
    few = held(2_000.0, response_ns={"p50": 1e6})
    assert [metric for _, metric, _ in words(judged(few, few))] == ["response_p50"]
    assert line(judged(held(2_000.0), few), "response_p99").verdict == "NOT JUDGED"


def test_too_few_rounds_decide_nothing() -> None:
    """One round has no interval."""
    one = load_run_of(plan_of(rates=(2_000.0,)), [round_of([step_of(0, 2_000.0, 1)])])
    found = judged(held(2_000.0), one)
    assert {word for _, _, word in words(found)} == {"INCONCLUSIVE"}
    assert {one.reason for one in found.verdicts} == {""}
    open_ = line(judged(held(2_000.0), held(2_000.0, slower=1.05)), "response_p50")
    assert open_.reason == TOO_WIDE.format(name="response p50 µs")


@pytest.mark.parametrize(("missed", "found"), [(3, ("INCONCLUSIVE",) * 2), (4, ("REGRESSED", "IMPROVED"))])
def test_more_than_half_of_the_rounds_decide(missed: int, found: tuple[str, str]) -> None:
    """Then as now."""
    made = [
        step_of(n, 2_000.0, factor, **({"achieved": 1_500.0, "missed": BEHIND} if n < missed else {}))
        for n, factor in enumerate(FACTORS)
    ]
    partly, always = load_run_of(plan_of(rates=(2_000.0,)), [round_of([one]) for one in made]), held(2_000.0)
    assert (judged(always, partly).word, judged(partly, always).word) == found


def test_who_falls_behind_has_regressed() -> None:
    """There is no response time to compare: the queue grows as long as the step lasts."""
    behind = held(2_000.0, achieved=1_500.0, missed=BEHIND)
    found = judged(held(2_000.0), behind)
    assert words(found) == [("at 2,000 msg/s", "achieved", "REGRESSED")]
    assert line(found, "achieved").reason == f"it does not keep up any more: {BEHIND}"
    assert line(found, "achieved").change == pytest.approx(-0.25)
    back = judged(behind, held(2_000.0))
    assert (back.word, line(back, "achieved").reason) == ("IMPROVED", f"it keeps up now; before {BEHIND}")
    assert judged(behind, behind).word == "NO REGRESSION"
    worse = held(2_000.0, achieved=1_200.0, missed=BEHIND)
    assert words(judged(behind, worse)) == [("at 2,000 msg/s", "achieved", "REGRESSED")]


def test_a_round_that_was_missed_decides_nothing() -> None:
    """Something else may have had the machine for a moment."""
    now = held(2_000.0)
    step = step_of(2, 2_000.0, 1, achieved=1_500.0, missed=BEHIND)
    now = replace(now, rounds=(*now.rounds[:2], round_of([step]), *now.rounds[3:]))
    found = judged(held(2_000.0), now)
    assert words(found) == [("at 2,000 msg/s", "achieved", "INCONCLUSIVE")]
    assert "it kept up in some rounds only: in 1 of 6 rounds: 1,500" in line(found, "achieved").reason


def test_a_late_client_leaves_a_rate_without_a_verdict() -> None:
    """It is named with the side it was late on, and no number of it is shown."""
    found = judged(held(500.0, 2_000.0), held(2_000.0, fault="the client was late"))
    assert {word for _, _, word in words(found)} == {"NOT JUDGED"}
    one = line(found, "response_p50")
    assert (one.reason, one.before, one.change) == ("after: the client was late", None, None)


def test_what_a_threshold_bore_another_run_need_not() -> None:
    """Lateness that decided no threshold is in the response times all the same."""
    late = held(2_000.0, lateness_ns={"p50": 1_000.0, "p99": 300_000.0})
    found = judged(held(2_000.0), late)
    assert words(found)[0][2] == "NO REGRESSION"
    assert line(found, "response_p99").verdict == "NOT JUDGED"
    assert "after: in 6 of 6 rounds the client was late" in line(found, "response_p99").reason


def test_capacities_of_one_limit_are_compared() -> None:
    """Fewer messages are worse; the ceiling of a search's first round alone is not compared."""
    then = searched(2_000, 2_010, 1_990, 2_005, 1_995, 2_002)
    found = judged(then, searched(1_600, 1_610, 1_590, 1_605, 1_595, 1_602))
    assert words(found) == [("keeping p99 = 5 ms", "capacity", "REGRESSED")]
    assert line(found, "capacity").change == pytest.approx(-0.2, abs=0.001)
    lost = judged(then, searched(*[None] * 6))
    assert line(lost, "capacity").reason == "p99 = 5 ms does not hold even at 1 msg/s any more"
    assert lost.word == "REGRESSED"
    assert judged(searched(*[None] * 6), then).word == "IMPROVED"
    assert judged(then, searched(2_000, None, 1_990, 2_005, 1_995, 2_002)).word == "NOT JUDGED"


def test_sweeps_are_compared_by_their_ceilings() -> None:
    """Their rates are shares of them, so in general they have none in common."""
    found = judged(swept(10_000.0), swept(8_000.0))
    assert words(found) == [("as fast as it goes", "ceiling", "REGRESSED")]
    assert not found.unmatched
    assert any("each sweep held shares of its own ceiling" in one.text for one in found.notices)
    same = judged(swept(10_000.0), swept(10_000.0, slower=1.5))
    assert [metric for _, metric, _ in words(same)] == ["ceiling", *["response_p50", "response_p99"] * 2]


@pytest.mark.parametrize(
    ("now", "line"),
    [
        (held(900.0), "the load runs have nothing in common that is gated"),
        (searched(900.0), "the load runs have nothing in common that is gated"),
        (
            held(2_000.0, plan=plan_of(rates=(2_000.0,), workload=Workload(connections=4))),
            "for they differ in what is sent: 64 B text, 16 connections",
        ),
        (
            held(2_000.0, plan=plan_of(rates=(2_000.0,), arrivals="poisson")),
            "for they differ in arrivals: uniform, then poisson",
        ),
        (load_run_of(plan_of(rates=(2_000.0,)), []), "a load run without a finished round can't be compared"),
    ],
)
def test_what_can_not_be_compared_is_told(now: LoadRun, line: str) -> None:
    """In one line that says in what they differ."""
    with pytest.raises(UsageError) as caught:
        judged(held(2_000.0), now)
    assert line in str(caught.value)


def test_two_kinds_of_machine_have_nothing_to_do_with_each_other() -> None:
    """There is no yardstick in a load run; neither is a client that sleeps one that polls."""
    base = held(2_000.0)
    elsewhere = load_run_of(base.header.plan, base.rounds, cpu="Another CPU")
    found = judged(base, elsewhere)
    assert found.word == "NOT JUDGED"
    why = "another machine, and load runs have no yardstick to go by: processor Some CPU, now Another CPU"
    assert found.verdicts[0].reason == why
    fast = load_run_of(base.header.plan, base.rounds, variables={"PYTHONOPTIMIZE": "1"})
    assert judged(base, fast).verdicts[0].reason == "other variables: none, now PYTHONOPTIMIZE=1"
    asleep = load_run_of(base.header.plan, [replace(one, awake=False) for one in base.rounds])
    for pair in ((base, asleep), (asleep, base)):
        assert judged(*pair).verdicts[0].reason == "the cores were kept awake in one of them alone"
    assert judged(asleep, asleep).word == "NO REGRESSION"
    polled = held(2_000.0, plan=plan_of(rates=(2_000.0,), client_wait="poll"))
    assert (
        judged(base, polled).verdicts[0].reason
        == "wire sleeps between replies in the one and polls in the other"
    )


def test_what_else_differs_is_a_note() -> None:
    """It changes what is compared, and by how much nobody knows."""
    found = judged(held(2_000.0), held(2_000.0, plan=plan_of(rates=(2_000.0,), duration_s=4.0)))
    assert "not the same in both: seconds of a step (2, then 4)" in [one.text for one in found.notices]


def test_a_run_that_failed_is_invalid() -> None:
    """Whatever its finished rounds say."""
    base = held(2_000.0)
    failed = load_run_of(base.header.plan, base.rounds, status="failed", failures=[Failure(-1, "it died")])
    assert judged(base, failed).word == "INVALID"


DRIFT = (1.0, 1.3, 0.8, 1.1, 1.4, 0.9)
"""What the machine made of each round, for whichever server it was the turn."""

TWO = ("tornado", "aiohttp")


def in_turns(slower: float, seed: int = 7, beside: tuple[str, ...] = TWO, **plan: object) -> LoadRun:
    """Return rounds on a machine that drifts, measured in turns with another server's."""
    noise = zip(DRIFT, FACTORS, strict=True)
    rounds = [
        round_of([step_of(number, 2_000, slower * drift * (factor if slower > 1 else 1))])
        for number, (drift, factor) in enumerate(noise)
    ]
    return load_run_of(plan_of(rates=(2_000.0,), seed=seed, beside=beside, **plan), rounds)


def test_rounds_in_turns_are_compared_pair_by_pair() -> None:
    """What the machine does to both is in no difference; apart, the same numbers decide nothing."""
    together = judged(in_turns(1.0), in_turns(1.2))
    assert [one.verdict for one in together.verdicts] == ["REGRESSED", "REGRESSED"]
    assert together.rule == PAIRED
    assert together.verdicts[0].change == pytest.approx(0.2, abs=0.01)
    apart = judged(in_turns(1.0), in_turns(1.2, seed=8))
    assert [one.verdict for one in apart.verdicts] == ["INCONCLUSIVE", "INCONCLUSIVE"]
    assert apart.rule == RULE


def staged(slower: float, stages: tuple[RateStage, ...]) -> LoadRun:
    """Return six rounds of these stages."""
    rounds = [
        round_of([step_of(number, one.rate, slower * factor, stage=at) for at, one in enumerate(stages)])
        for number, factor in enumerate(FACTORS)
    ]
    return load_run_of(plan_of("stages", stages=stages), rounds)


def test_stages_are_lines_of_their_own() -> None:
    """Two of the same mean rate are two lines; profiles that differ have nothing in common."""
    up_and_down = (RateStage(2, 0, 1_000), RateStage(2, 1_000, 0))
    found = judged(staged(1.0, up_and_down), staged(1.2, up_and_down))
    assert [(one.cell.rpartition(", ")[2], one.metric, one.verdict) for one in found.verdicts] == [
        (f"in stage {number}", metric, "REGRESSED")
        for number in (1, 2)
        for metric in ("response_p50", "response_p99")
    ]
    with pytest.raises(UsageError, match="the same --rate or --stage"):
        judged(staged(1.0, up_and_down), staged(1.2, up_and_down[:1]))
