"""Verdicts of a run: known changes in, their words, signs and reasons out; scipy checks the intervals."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from runs import NOISE, run_of
from scipy import stats
from wsbench.demand.workload import Workload
from wsbench.plan.margins import Comparison, Gates
from wsbench.records.run import Run
from wsbench.stats.decision import Word
from wsbench.stats.estimate import Estimate, trimmed
from wsbench.verdicts.judgement import RARELY, Judgement, UndecidedVerdict, Unmatched, decide_all, judge
from wsbench.verdicts.verdict import Verdict, with_change

LATENCY, WIDE = Workload(), Workload(connections=16)
ONE = (("tornado", "new"),)
USUAL, P50_ONLY = Gates(), Gates(margin=0, metrics={"rtt_p50": 0.05})


def made(times: float = 1.0, *, gates: Gates = USUAL, looks: tuple[int, ...] = (8,), **more: object) -> Run:
    """Return a run of 60 µs against `times` as much, with a spread of 0.8 % between rounds."""
    fields: dict[str, object] = {"noise": {"new": NOISE}, "comparison": Comparison(ONE, gates, looks), **more}
    return run_of({"tornado": 60.0, "new=tornado": 60.0 * times}, **fields)  # type: ignore[arg-type]


def of(run: Run) -> Judgement:
    """Return what a run decides; it was made to decide something."""
    found = judge(run)
    assert found is not None
    return found


def by_metric(judgement: Judgement) -> Mapping[str, Verdict]:
    """Return the verdicts of a judgement with one cell by metric."""
    return {one.metric: one for one in judgement.verdicts}


def between(verdict: Verdict) -> tuple[float, float, float]:
    """Return low, change and high, all of which must be there."""
    assert None not in (verdict.low, verdict.change, verdict.high)
    return verdict.low or 0.0, verdict.change or 0.0, verdict.high or 0.0


@pytest.mark.parametrize("workload", [LATENCY, WIDE])
@pytest.mark.parametrize(
    ("times", "word"),
    [(1.1, "REGRESSED"), (0.9, "IMPROVED"), (1.0, "NO REGRESSION"), (1.047, "INCONCLUSIVE")],
)
def test_a_change_has_its_sign_and_its_word(workload: Workload, times: float, word: Word) -> None:
    """Slower is more time and more CPU time, and fewer messages; all three are harm by the same margin."""
    judgement = of(made(times, workloads=[workload]))
    assert judgement.word == word
    assert {one.verdict for one in judgement.gated} == {word}
    for verdict in judgement.gated:
        low, change, high = between(verdict)
        assert low < change < high
        less = verdict.metric == "throughput"
        assert change == pytest.approx((1 / times if less else times) - 1, abs=0.005)
        assert (verdict.rounds, verdict.margin, verdict.reason) == (8, 0.05, "")
        assert (verdict.needed_rounds is not None) == (word == "INCONCLUSIVE")


@pytest.mark.parametrize(("metric", "base"), [("rtt_p50", 60_000.0), ("throughput", 16 / 60e-6)])
def test_before_and_after_are_the_values_themselves(metric: str, base: float) -> None:
    """Base before, candidate after, in ns and in messages a second."""
    found = of(made(1.1, workloads=[LATENCY, WIDE])).gated
    verdict = next(one for one in found if one.metric == metric)
    assert verdict.before is not None
    assert verdict.after is not None
    slower = 1.1 if metric == "rtt_p50" else 1 / 1.1
    assert verdict.before.value == pytest.approx(base, rel=0.01)
    assert verdict.after.value == pytest.approx(base * slower, rel=0.01)


def test_cpu_time_is_judged_by_itself() -> None:
    """A server that needs more CPU for the same round trip is REGRESSED in that metric, and so is the run."""
    judgement = of(made(shares={"new": (0.5, 0.5)}))
    assert by_metric(judgement)["rtt_p50"].verdict == "NO REGRESSION"
    assert by_metric(judgement)["server_cpu"].verdict == "REGRESSED"
    assert by_metric(judgement)["server_cpu"].change == pytest.approx(0.25, abs=0.005)
    assert judgement.word == "REGRESSED"


def test_the_interval_is_students() -> None:
    """Of four rounds nothing is trimmed, so it is the t interval of the logarithms of the ratios."""
    verdict = by_metric(of(made(1.2, rounds=4, looks=(4,))))["rtt_p50"]
    expected = stats.ttest_1samp([math.log(1.2 * one) for one in NOISE[:4]], 0).confidence_interval(0.95)
    low, _, high = between(verdict)
    assert (math.log1p(low), math.log1p(high)) == pytest.approx((expected.low, expected.high), abs=2e-5)


@given(st.floats(-2, 2), st.floats(0, 2), st.sampled_from(["rtt_p50", "throughput"]))
def test_harm_is_written_as_change(value: float, half: float, metric: str) -> None:
    """Low, change, high stay in order, and harm is more of a time or less of a throughput."""
    verdict = Verdict("new by wire", metric, "tornado", "new", "wire", LATENCY, 0.05)
    low, change, high = between(with_change(verdict, Estimate(value, value - half, value + half, 8)))
    assert low <= change <= high
    sign = -1 if metric == "throughput" else 1
    assert math.log1p(change) == pytest.approx(sign * value, abs=1e-9)


def test_an_interval_without_ends_has_none() -> None:
    """Three rounds have a change and no interval: nothing is decide_all, and no end is made up."""
    verdict = by_metric(of(made(1.5, rounds=3, looks=(3,))))["rtt_p50"]
    assert (verdict.low, verdict.high, verdict.verdict) == (None, None, "INCONCLUSIVE")
    assert verdict.change is not None


def test_a_pattern_has_its_own_margin() -> None:
    """10 % slower is REGRESSED at 5 % and not where the cell's name matches a pattern with 30 %."""
    gates = Gates(cells={"new by *16 connections*": {"throughput": 0.3}})
    found = of(made(1.1, gates=gates, workloads=[LATENCY, WIDE])).gated
    words = {(one.workload.connections, one.metric): (one.margin, one.verdict) for one in found}
    assert words == {
        (1, "rtt_p50"): (0.05, "REGRESSED"),
        (1, "server_cpu"): (0.05, "REGRESSED"),
        (16, "throughput"): (0.3, "NO REGRESSION"),
        (16, "server_cpu"): (0.05, "REGRESSED"),
    }


def test_the_tail_is_shown_and_not_gated() -> None:
    """p99 has a change and no word, so it can't make a run REGRESSED; with a margin it can."""
    shown = of(made(2.0, gates=Gates(margin=0)))
    assert [(one.metric, one.margin, one.verdict) for one in shown.verdicts] == [("rtt_p99", 0.0, None)]
    assert shown.verdicts[0].change == pytest.approx(1.0, abs=0.01)
    assert (shown.gated, shown.word) == ((), "NO REGRESSION")
    assert of(made(2.0, gates=Gates(margin=0, metrics={"rtt_p99": 0.2}))).word == "REGRESSED"


@pytest.mark.parametrize("who", ["tornado", "new"])
def test_a_failure_on_either_side_loses_the_cell(who: str) -> None:
    """Its reason, name and last words stand at every gated metric; what is only shown is left out."""
    judgement = of(made(failures={who: "reply 7 was lost"}))
    assert {(one.metric, one.verdict, one.reason) for one in judgement.verdicts} == {
        ("rtt_p50", "NOT JUDGED", f"{who}: reply 7 was lost (last words)"),
        ("server_cpu", "NOT JUDGED", f"{who}: reply 7 was lost (last words)"),
    }
    assert (judgement.word, {one.lost for one in judgement.gated}) == ("NOT JUDGED", {True})


@pytest.mark.parametrize("who", ["tornado", "new"])
def test_where_the_client_was_the_limit_nothing_is_said(who: str) -> None:
    """A client at 99 % of its core leaves the CPU time unjudged, and of the throughput what is sure.

    A base that could do more fell by at least 23 %; a candidate that could do more need not be worse at all.
    A round trip has no such limit.
    """
    judgement = of(made(1.3, workloads=[LATENCY, WIDE], shares={who: (0.99, 0.4)}))
    words = {(one.workload.goal, one.metric): one for one in judgement.gated}
    throughput, limited = words["throughput", "throughput"], f"the client was the limit with {who}"
    assert {words["latency", one].verdict for one in ("rtt_p50", "server_cpu")} == {"REGRESSED"}
    cpu = words["throughput", "server_cpu"]
    assert (cpu.verdict, cpu.reason) == ("NOT JUDGED", limited)
    if who == "tornado":
        sure = ("REGRESSED", f"{limited}, so it fell by at least as much")
    else:
        sure = ("NOT JUDGED", limited)
    assert (throughput.verdict, throughput.reason) == sure
    assert judgement.word == "REGRESSED"


@pytest.mark.parametrize(("who", "word"), [("tornado", "NOT JUDGED"), ("new", "NO REGRESSION")])
def test_a_candidate_that_could_do_more_is_no_worse(who: str, word: Word) -> None:
    """As many messages as the base, and the client was the limit: enough where it was the candidate's."""
    judgement = of(made(workloads=[WIDE], shares={who: (0.99, 0.4)}))
    assert by_metric(judgement)["throughput"].verdict == word
    both = of(made(workloads=[WIDE], shares={"tornado": (0.99, 0.4), "new": (0.99, 0.4)}))
    assert {one.verdict for one in both.gated} == {"NOT JUDGED"}
    assert {one.reason for one in both.gated} == {"the client was the limit with tornado and new"}
    assert (both.word, {one.lost for one in both.gated}) == ("NOT JUDGED", {False})


@pytest.mark.parametrize(("floor", "word"), [(70.0, "INVALID"), (30.0, "NO REGRESSION")])
def test_a_server_faster_than_the_floor_voids_the_run(floor: float, word: Word) -> None:
    """Where plain TCP is slower than a server, no verdict of the run stands, and the notice says so."""
    comparison = Comparison(ONE, looks=(8,))
    judgement = of(run_of({"tornado": 60.0, "new=tornado": 60.0, "tcp": floor}, comparison=comparison))
    assert {one.verdict for one in judgement.gated} == {word}
    assert {"faster than plain TCP" in one.reason for one in judgement.gated} == {word == "INVALID"}
    assert any(one.invalid for one in judgement.notices) == (word == "INVALID")


def test_a_gated_metric_without_a_value_is_not_judged() -> None:
    """3,200 round trips hold no p99.9: who gates it is told so, and the others are judged all the same."""
    found = by_metric(of(made(gates=Gates(metrics={"rtt_p99.9": 0.2}))))
    missing = found["rtt_p99.9"]
    assert (missing.verdict, missing.change, missing.before) == ("NOT JUDGED", None, None)
    assert missing.reason.startswith("rtt_p99.9 could not be computed")
    assert found["rtt_p50"].verdict == "NO REGRESSION"


@pytest.mark.parametrize(("rounds", "decided"), [(4, True), (6, False), (8, True)])
def test_verdicts_are_given_at_planned_looks_only(rounds: int, decided: bool) -> None:
    """A run stopped in between shows its change, and says why there is no word."""
    run = made(1.3, looks=(4, 8))
    verdict = by_metric(of(msgspec.structs.replace(run, rounds=run.rounds[:rounds])))["rtt_p50"]
    assert verdict.rounds == rounds
    assert between(verdict)[0] > 0.2
    if decided:
        assert (verdict.verdict, verdict.reason) == ("REGRESSED", "")
    else:
        reason = "stopped after 6 rounds; verdicts are given after 4 and 8"
        assert (verdict.verdict, verdict.needed_rounds, verdict.reason) == ("INCONCLUSIVE", None, reason)


def test_what_is_not_judged_stays_so_between_looks() -> None:
    """A failure outweighs that the rounds were not those planned; what has no margin has no reason either."""
    run = made(failures={"new": "it died"}, looks=(16,))
    assert {(one.verdict, one.reason) for one in of(run).gated} == {
        ("NOT JUDGED", "new: it died (last words)")
    }
    shown = by_metric(of(made(looks=(16,))))["rtt_p99"]
    assert (shown.verdict, shown.reason) == (None, "")


def test_two_candidates_are_judged_each() -> None:
    """Each candidate's lines name it and its base; the run's word is the gravest of both."""
    comparison = Comparison((("tornado", "slow"), ("tornado", "quick")), looks=(8,))
    times = {"tornado": 60.0, "slow=tornado": 66.0, "quick=tornado": 54.0}
    judgement = of(run_of(times, noise={"slow": NOISE, "quick": NOISE}, comparison=comparison))
    words = {(one.base, one.candidate, one.verdict) for one in judgement.gated}
    assert words == {("tornado", "slow", "REGRESSED"), ("tornado", "quick", "IMPROVED")}
    assert judgement.word == "REGRESSED"
    assert {one.cell.split()[0] for one in judgement.verdicts} == {"slow", "quick"}


def test_all_gated_lines_are_one_family() -> None:
    """A claim at p = 1.8 % stands alone at 2.5 %, and falls beside a second candidate's line (Holm)."""
    logs = [math.log(one) for one in NOISE]
    centre = trimmed(logs)
    times = math.exp(math.log(1.05) - centre.mean + stats.t.isf(0.018, centre.df) * centre.se)

    def word(candidates: Sequence[str]) -> Word | None:
        pairs = tuple(("tornado", one) for one in candidates)
        rtt = {"tornado": 60.0, "new=tornado": 60.0 * times, "same=tornado": 60.0}
        run = run_of(rtt, noise={"new": NOISE}, comparison=Comparison(pairs, P50_ONLY, (8,)))
        return of(run).gated[0].verdict

    assert word(["new"]) == "REGRESSED"
    assert word(["new", "same"]) == "INCONCLUSIVE"


@pytest.mark.parametrize(
    ("slow", "failing", "word"),
    [
        (1.0, False, "NO REGRESSION"),
        (0.9, False, "IMPROVED"),
        (1.05, False, "INCONCLUSIVE"),
        (1.2, True, "REGRESSED"),
        (1.0, True, "NOT JUDGED"),
    ],
)
def test_the_word_of_a_run_is_the_gravest(slow: float, failing: bool, word: Word) -> None:
    """One line is enough, whatever an unchanged candidate beside it shows."""
    rtt = {"tornado": 60.0, "same=tornado": 60.0, "new=tornado": 60.0 * slow}
    comparison = Comparison((("tornado", "same"), ("tornado", "new")), P50_ONLY, (8,))
    failures = {"same": "it died"} if failing else {}
    judgement = of(run_of(rtt, noise={"new": NOISE}, comparison=comparison, failures=failures))
    assert judgement.word == word
    assert word in {one.verdict for one in judgement.gated}


def test_a_run_not_made_to_decide_decides_nothing() -> None:
    """Without a comparison in its plan there is no judgement."""
    assert judge(run_of({"tornado": 60.0, "new=tornado": 90.0})) is None


@pytest.mark.parametrize(("slow", "settled"), [(1.045, False), (1.2, True)])
def test_a_look_ends_a_run_only_where_no_line_is_open(slow: float, settled: bool) -> None:
    """A line that is REGRESSED does not end it while another one is INCONCLUSIVE, though it is the graver."""
    rtt = {"tornado": 60.0, "bad=tornado": 80.0, "new=tornado": 60.0 * slow}
    pairs = (("tornado", "bad"), ("tornado", "new"))
    judgement = of(run_of(rtt, noise={"new": NOISE}, comparison=Comparison(pairs, P50_ONLY, (8, 16))))
    assert judgement.word == "REGRESSED"
    assert judgement.settled == settled


def unknown_cpu(run: Run) -> Run:
    """Return a run of servers whose CPU time nobody knows."""
    rounds = tuple(
        msgspec.structs.replace(
            one,
            cells=tuple(msgspec.structs.replace(c, server_cpus_ns=(), server_cpu_ns=None) for c in one.cells),
        )
        for one in run.rounds
    )
    return msgspec.structs.replace(run, rounds=rounds)


def test_cpu_time_that_nobody_knows_is_not_gated_unless_it_is_named() -> None:
    """Servers at a URL can be compared by what is known; who asks for their CPU time hears of it."""
    usual = by_metric(of(unknown_cpu(made(1.2))))
    assert (usual["rtt_p50"].verdict, usual["server_cpu"].verdict) == ("REGRESSED", None)
    named = by_metric(of(unknown_cpu(made(gates=Gates(metrics={"server_cpu": 0.1})))))
    assert (named["rtt_p50"].verdict, named["server_cpu"].verdict) == ("NO REGRESSION", "NOT JUDGED")


@pytest.mark.parametrize(
    ("whole", "word", "reason"),
    [(-0.2, "INCONCLUSIVE", RARELY), (-0.03, "NO REGRESSION", ""), (0.2, "NO REGRESSION", "")],
)
def test_rare_long_pauses_are_not_passed(whole: float, word: Word, reason: str) -> None:
    """Where trimming hides what whole rounds surely show past the margin, the line stays open and says so."""
    verdict = Verdict("new by wire", "throughput", "tornado", "new", "wire", WIDE, 0.05)
    usual = (0.001, -0.002, 0.003, -0.001, 0.002, 0.0, -0.003, 0.001)
    (found,) = decide_all([UndecidedVerdict(verdict, usual, tuple(whole + one for one in usual))])
    assert (found.verdict, found.reason) == (word, reason)


def test_one_good_round_of_eight_has_a_veto() -> None:
    """Though it is trimmed away: what is to outweigh the usual turns must be sure by order, too."""
    verdict = Verdict("new by wire", "rtt_p50", "tornado", "new", "wire", LATENCY, 0.05)
    wholes = (0.2, 0.201, 0.199, 0.2, 0.202, 0.198, 0.2)
    for seen, reason in (((*wholes, 0.19), RARELY), ((*wholes, 0.04), ""), ((), "")):
        (found,) = decide_all([UndecidedVerdict(verdict, (0.0, 0.001, -0.001, 0.0) * 2, seen)])
        assert found.reason == reason


@pytest.mark.parametrize(("metric", "harm"), [("rtt_p50", 1.2), ("throughput", 1 / 1.2)])
def test_before_and_after_lie_as_far_apart_as_the_change_says(metric: str, harm: float) -> None:
    """Around the geometric mean of what was measured, their intervals with them; one alone stays."""
    sides = {"before": Estimate(100.0, 90.0, 120.0, 8), "after": Estimate(225.0, 200.0, 230.0, 7)}
    verdict = Verdict("new by wire", metric, "tornado", "new", "wire", LATENCY, 0.05, **sides)
    sure = Estimate(math.log(harm), math.log(harm), math.log(harm), 8)
    found = with_change(verdict, sure)
    assert found.before
    assert found.after
    assert found.after.value / found.before.value == pytest.approx(1.2)
    assert found.after.value * found.before.value == pytest.approx(100.0 * 225.0)
    factor = found.before.value / 100.0
    assert (found.before.low, found.before.high, found.before.n) == pytest.approx(
        (90 * factor, 120 * factor, 8)
    )
    assert (found.after.low, found.after.high, found.after.n) == pytest.approx(
        (200 / factor, 230 / factor, 7)
    )
    for side in sides:
        alone = msgspec.structs.replace(verdict, **{side: None})
        found = with_change(alone, sure)
        assert (found.before, found.after) == (alone.before, alone.after)


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (Unmatched("a", "lost"), "a: lost, for there is no such cell after, so not judged"),
        (Unmatched("a", "added"), "a: added, for there is no such cell before, so not judged"),
        (Unmatched("a", "renamed", "b"), "a: renamed to b, so not judged"),
    ],
)
def test_a_cell_of_one_side_is_told(one: Unmatched, said: str) -> None:
    """With the side that lacks it."""
    assert str(one) == said


def test_a_margin_of_a_rate_is_a_share_of_it() -> None:
    """4.9 % fewer messages are within 5 %, and 20 % more time is not what 20 % fewer messages are."""

    def word(rtt: float, margin: float) -> Word:
        gates = Gates(margin=0, metrics={"throughput": margin})
        quiet = {"noise": {"new": tuple(1 + (one - 1) / 100 for one in NOISE)}}
        return of(made(rtt, gates=gates, workloads=[WIDE], **quiet)).word

    assert [word(1 / 0.951, 0.05), word(1 / 0.949, 0.05)] == ["NO REGRESSION", "REGRESSED"]
    assert [word(1 / 0.81, 0.20), word(1 / 0.79, 0.20)] == ["NO REGRESSION", "REGRESSED"]
    assert word(50.0, 1.0) == "NO REGRESSION"
