"""Verdicts against stored runs, through the yardstick, by prediction or tripwire; scipy is the oracle."""

from __future__ import annotations

import math

import msgspec
import pytest
from runs import NOISE, run_of
from scipy import stats
from stored_sessions import BETWEEN, P50_ONLY, WIDE, judged, session, sessions
from wsbench.errors import UsageError
from wsbench.plan.margins import Gates
from wsbench.stats.decision import Word
from wsbench.verdicts.baseline import TOO_SMALL, TOO_WIDE
from wsbench.verdicts.judgement import Judgement


def change_of(judgement: Judgement) -> tuple[float, float, float]:
    """Return ln of low, change and high of the p50."""
    verdict = next(one for one in judgement.verdicts if one.metric == "rtt_p50")
    assert None not in (verdict.low, verdict.change, verdict.high)
    low, value, high = (math.log1p(end or 0.0) for end in (verdict.low, verdict.change, verdict.high))
    return low, value, high


@pytest.mark.parametrize("count", [1, 5])
def test_a_slower_machine_changes_nothing(count: int) -> None:
    """What slows server and yardstick alike, here twofold, is in no change; a slower server is."""
    stored = sessions(BETWEEN[:count])
    doubled = run_of(
        {"tornado": 120.0, "stdlib": 80.0}, codes={"tornado": "aa", "stdlib": "bb"}, noise={"tornado": NOISE}
    )
    alike, twice = (judged(stored, now, P50_ONLY) for now in (session(), doubled))
    assert change_of(twice) == pytest.approx(change_of(alike), abs=5e-5)
    assert change_of(judged(stored, session(2.0), P50_ONLY))[1] > 0.6


@pytest.mark.parametrize(
    ("times", "margin", "word"),
    [
        (1.6, 0.05, "REGRESSED"),
        (1.4, 0.05, "INCONCLUSIVE"),  # surely slower, and not past 50 %
        (1.505, 0.05, "INCONCLUSIVE"),  # past it, not surely
        (1.0, 0.05, "INCONCLUSIVE"),
        (0.34, 0.05, "IMPROVED"),
        (0.505, 0.05, "INCONCLUSIVE"),  # surely faster, and not twice as fast
        (0.48, 0.05, "IMPROVED"),
        (0.48, 2.0, "INCONCLUSIVE"),  # a margin past that is kept, either way
        (1.6, 0.8, "INCONCLUSIVE"),  # a margin past 50 % is kept
        (2.0, 0.8, "REGRESSED"),
    ],
)
def test_few_sessions_are_a_tripwire(times: float, margin: float, word: Word) -> None:
    """Under five sessions there are REGRESSED past 50 % and IMPROVED twice as fast, against the newest."""
    gates = Gates(margin=0, metrics={"rtt_p50": margin})
    judgement = judged([*sessions((9.0, 9.0, 9.0)), session()], session(times), gates)
    assert judgement.word == word
    assert judgement.gated[0].reason == (TOO_SMALL if word == "INCONCLUSIVE" else "")
    assert change_of(judgement)[1] == pytest.approx(math.log(times), abs=5e-5)
    assert "4 of the 5 sessions" in judgement.rule


def test_the_tripwire_knows_which_way_is_worse() -> None:
    """Less than half the throughput is REGRESSED, more than twice is IMPROVED."""
    gates = Gates(margin=0, metrics={"throughput": 0.05})
    words = [
        judged([session(workloads=[WIDE])], session(times, workloads=[WIDE]), gates).word
        for times in (2.1, 0.6, 0.33)
    ]
    assert words == ["REGRESSED", "INCONCLUSIVE", "IMPROVED"]


def test_the_error_of_two_runs_is_welchs() -> None:
    """Of four rounds nothing is trimmed: the change and its ends are those of Welch's t test."""
    noises = [(0.98, 1.01, 1.03, 0.99), (0.999, 1.002, 1.001, 1.0)]
    then, now = (session(rounds=4, noise={"tornado": one * 2}) for one in noises)
    logs = [[math.log(value) for value in one] for one in noises]
    oracle = stats.ttest_ind(logs[1], logs[0], equal_var=False)
    gap = math.fsum(logs[1]) / 4 - math.fsum(logs[0]) / 4
    half = stats.t.ppf(0.975, math.floor(oracle.df)) * gap / oracle.statistic
    found = change_of(judged([then], now, P50_ONLY))
    assert found == pytest.approx((gap - half, gap, gap + half), abs=1e-4)


def test_five_sessions_predict_the_next() -> None:
    """The interval is that of a further draw: t(0.975, 4) · s · √(1 + 1/5) around now against their mean."""
    judgement = judged(sessions(), session(1.3), P50_ONLY)
    logs = [math.log(one) for one in BETWEEN]
    gap = math.log(1.3) - math.fsum(logs) / 5
    half = stats.t.ppf(0.975, 4) * float(stats.tstd(logs)) * math.sqrt(1 + 1 / 5)
    assert change_of(judgement) == pytest.approx((gap - half, gap, gap + half), abs=1e-4)
    assert "5 stored sessions" in judgement.rule
    assert judgement.gated[0].rounds == 5
    assert judgement.gated[0].base == "tornado of the baseline"


@pytest.mark.parametrize(
    ("times", "spread", "word"),
    [
        (1.15, 1, "REGRESSED"),
        (1.095, 1, "REGRESSED"),  # p = 3.6 %: there is one look, at 5 %
        (0.85, 1, "IMPROVED"),
        (1.0, 1, "NO REGRESSION"),
        (1.05, 1, "INCONCLUSIVE"),
        (1.15, 8, "INCONCLUSIVE"),
    ],
)
def test_five_sessions_decide_as_far_as_they_agree(times: float, spread: int, word: Word) -> None:
    """A change within what sessions differ by is INCONCLUSIVE, with what to do about it."""
    judgement = judged(sessions([one**spread for one in BETWEEN]), session(times), P50_ONLY)
    assert judgement.word == word
    assert judgement.gated[0].reason == (TOO_WIDE if word == "INCONCLUSIVE" else "")


def test_runs_without_a_cell_in_common_are_the_users_error() -> None:
    """The yardstick alone is nothing to judge."""
    for other in (run_of({"aiohttp": 60.0, "stdlib": 40.0}), session(workloads=[WIDE])):
        with pytest.raises(UsageError, match="no cell in common"):
            judged([session()], other, P50_ONLY)


@pytest.mark.parametrize("stored", [True, False])
def test_nothing_is_said_through_a_yardstick_whose_client_was_the_limit(stored: bool) -> None:
    """Then or now, its ratios are not the servers'; with no line left to judge, that is the word."""
    limited, sound = session(workloads=[WIDE], shares={"stdlib": (0.99, 0.4)}), session(2.0, workloads=[WIDE])
    judgement = judged(*(([limited], sound) if stored else ([sound], limited)), Gates())
    assert {(one.verdict, one.reason) for one in judgement.gated} == {
        ("NOT JUDGED", "the client was the limit with stdlib")
    }
    assert judgement.word == "NOT JUDGED"


@pytest.mark.parametrize(
    ("then", "now", "word"), [(1.0, 3.0, "REGRESSED"), (3.0, 1.0, "NOT JUDGED"), (1.0, 1.0, "NOT JUDGED")]
)
def test_a_fall_from_a_lower_bound_is_seen(then: float, now: float, word: str) -> None:
    """A base that could do more fell by at least what was seen; that it rose, nobody can know."""
    limited = session(then, workloads=[WIDE], shares={"tornado": (0.99, 0.4)})
    judgement = judged([limited], session(now, workloads=[WIDE]), Gates())
    words = {one.metric: (one.verdict, one.reason) for one in judgement.gated}
    reason = "the client was the limit with tornado of the baseline"
    more = ", so it fell by at least as much" if word == "REGRESSED" else ""
    assert words["throughput"] == (word, f"{reason}{more}")
    assert words["server_cpu"] == ("NOT JUDGED", "the client was the limit with tornado")


@pytest.mark.parametrize(("died", "lost"), [("now", True), ("then", False), ("both", False)])
def test_a_server_that_died_since_is_lost(died: str, lost: bool) -> None:
    """It could be judged before; one that could not be then either is no news."""
    base, now = (
        session(failures={"tornado": "it died"} if died in {when, "both"} else {}) for when in ("then", "now")
    )
    judgement = judged([base], now, Gates())
    assert {(one.verdict, one.lost) for one in judgement.gated} == {("NOT JUDGED", lost)}
    assert judgement.word == "NOT JUDGED"


def test_a_yardstick_that_died_since_loses_what_is_judged_through_it() -> None:
    """Else nothing of a server would be judged, and the gate would pass; the yardstick is named."""
    judgement = judged([session()], session(failures={"stdlib": "it died"}), Gates())
    assert judgement.word == "NOT JUDGED"
    assert {(one.lost, one.reason) for one in judgement.gated} == {(True, "stdlib: it died")}
    assert "they are not what either run measured" in judgement.rule


def test_a_client_that_failed_lost_no_server() -> None:
    """Its own fault says nothing of the server: the line can't be judged, and nobody is lost."""
    died = session(failures={"tornado": "it died"})
    assert died.closing
    own = [msgspec.structs.replace(one, client="wire") for one in died.closing.failures]
    rounds = [
        msgspec.structs.replace(
            one, failures=tuple(msgspec.structs.replace(failure, client="wire") for failure in one.failures)
        )
        for one in died.rounds
    ]
    now = msgspec.structs.replace(
        died, rounds=tuple(rounds), closing=msgspec.structs.replace(died.closing, failures=tuple(own))
    )
    judgement = judged([session()], now, Gates())
    assert {(one.verdict, one.lost) for one in judgement.gated} == {("NOT JUDGED", False)}


def test_without_a_yardstick_there_is_no_verdict() -> None:
    """A run that lacks it can't be held against anything stored."""
    bare = run_of({"tornado": 60.0}, codes={"tornado": "aa"})
    judgement = judged([session()], bare, P50_ONLY)
    assert (judgement.word, judgement.gated[0].change) == ("NOT JUDGED", None)
    assert "no yardstick" in judgement.rule


def test_only_what_is_gated_or_shown_has_a_line() -> None:
    """Whatever stands before it among the metrics."""
    judgement = judged([session()], session(), Gates(margin=0, metrics={"server_cpu": 0.05}))
    assert [(one.metric, one.margin) for one in judgement.verdicts] == [("rtt_p99", 0), ("server_cpu", 0.05)]


@pytest.mark.parametrize("stored", [True, False])
def test_a_run_that_can_not_be_believed_decides_nothing(stored: bool) -> None:
    """Plain TCP slower than a server, then or now: every line that is gated is INVALID, and says why."""
    odd, sound = session(floor=80.0), session()
    judgement = judged(*(([odd], sound) if stored else ([sound], odd)), Gates())
    words = {(one.metric, one.verdict, "faster than plain TCP" in one.reason) for one in judgement.verdicts}
    assert words == {("rtt_p50", "INVALID", True), ("server_cpu", "INVALID", True), ("rtt_p99", None, False)}


def test_a_comparison_of_nothing_is_the_users_error() -> None:
    """With every margin at 0 stored numbers would pass whatever they are."""
    with pytest.raises(UsageError, match="nothing would be gated of tornado"):
        judged([session()], session(9.0), Gates(margin=0))
