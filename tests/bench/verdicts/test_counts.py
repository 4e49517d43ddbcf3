"""Verdicts on counts: pairs by hash seed, stored runs, and what can't be judged."""

import msgspec
import pytest
from count_runs import count_run_of
from hypothesis import given
from hypothesis import strategies as st
from wsbench.demand.workload import Workload
from wsbench.errors import UsageError
from wsbench.facts.counts import CountFacts, unlike_counts
from wsbench.plan.margins import Comparison, Gates
from wsbench.verdicts.baseline import Names
from wsbench.verdicts.counts import judge_counts, judge_stored_counts

PAIR = Comparison((("base", "new"),))
WILD = (1.0, 1.2, 0.85, 1.1)


def judged(now: float, *, margin: float = 0.0, **options: object):
    """Return the one verdict of a comparison in which the base costs 100,000 instructions."""
    gates = Gates(metrics={"instructions": margin} if margin else {})
    comparison = msgspec.structs.replace(PAIR, gates=gates)
    run = count_run_of({"base": 100_000, "new": now}, comparison=comparison, **options)  # type: ignore[arg-type]
    judgement = judge_counts(CountFacts(run))
    assert judgement
    (verdict,) = judgement.gated
    return verdict


@pytest.mark.parametrize(
    ("now", "margin", "word"),
    [
        (100_000, 0.0, "NO REGRESSION"),
        (100_400, 0.0, "NO REGRESSION"),
        (101_000, 0.0, "REGRESSED"),
        (100_400, 0.002, "REGRESSED"),
        (99_800, 0.0, "NO REGRESSION"),  # less, and not by more than the margin
        (99_000, 0.0, "IMPROVED"),
        (99_000, 0.02, "NO REGRESSION"),
    ],
)
def test_the_margin_decides_either_way(now: float, margin: float, word: str):
    """Half a per cent unless said otherwise; what both sides have in common is no noise."""
    assert judged(now, margin=margin).verdict == word


def test_too_few_rounds_decide_nothing():
    """As with times: an interval needs four."""
    assert judged(150_000, rounds=3).verdict == "INCONCLUSIVE"


def test_rounds_that_differ_by_too_much_decide_nothing():
    """And the reason says so."""
    verdict = judged(100_600, noise={"base": WILD, "new": WILD[::-1]})
    assert verdict.verdict == "INCONCLUSIVE"
    assert "differ by too much" in verdict.reason


def test_a_server_that_fails_is_lost():
    """It could be judged before."""
    verdict = judged(100_000, failures={1: "new exited with code 1"})
    assert (verdict.verdict, verdict.lost) == ("NOT JUDGED", True)
    assert "exited with code 1" in verdict.reason


def test_a_run_without_a_comparison_decides_nothing():
    """It was made to look."""
    assert judge_counts(CountFacts(count_run_of({"base": 1.0}))) is None


def test_what_is_shown_is_not_gated():
    """System calls stand beside the instructions, without a margin of their own."""
    run = count_run_of({"base": 100.0, "new": 100.0}, comparison=PAIR, more={"syscalls": 3.0})
    judgement = judge_counts(CountFacts(run))
    assert judgement
    assert [(one.metric, one.verdict) for one in judgement.verdicts] == [
        ("instructions", "NO REGRESSION"),
        ("syscalls", None),
    ]


def stored(then: float, now: float, **options: object):
    """Return the judgement of a stored run against another."""
    base = count_run_of({"tornado": then})
    other = count_run_of({"tornado": now}, **options)  # type: ignore[arg-type]
    unlike = unlike_counts(base, other)
    return judge_stored_counts(CountFacts(base), CountFacts(other), Gates(), Names("old", "new"), unlike)


@pytest.mark.parametrize("seeds", [0, 100])
@pytest.mark.parametrize(
    ("now", "word"), [(100_000, "NO REGRESSION"), (102_000, "REGRESSED"), (98_000, "IMPROVED")]
)
def test_stored_runs_are_pairs_where_their_seeds_are_equal(now: float, word: str, seeds: int):
    """And samples of their own else."""
    found = stored(100_000, now, seeds=seeds)
    assert found.word == word
    assert ("in common" in found.rule) == (seeds == 0)
    assert found.verdicts[0].base == "tornado of old"


def test_another_build_is_not_judged():
    """Hosted runners change processors from job to job: the field is named."""
    found = stored(100_000, 150_000, build={"libc": "2.40"})
    assert found.word == "NOT JUDGED"
    assert found.verdicts[0].reason == "libc: 2.36, now 2.40"


@pytest.mark.parametrize(("more", "told"), [(499, False), (501, True), (-501, True)])
def test_lookups_decide_nothing_and_are_told(more: float, told: bool):
    """From the margin on: where the type cache of one side lost what that of the other kept."""
    lookups = {"base": 1_000.0, "new": 1_000.0 + more}
    run = count_run_of({"base": 100_000, "new": 100_000}, comparison=PAIR, lookups=lookups)
    judgement = judge_counts(CountFacts(run))
    assert judgement
    assert [one.verdict for one in judgement.gated] == ["NO REGRESSION"]
    notices = [str(one) for one in judgement.notices if "type cache" in str(one)]
    assert bool(notices) == told
    if told:
        assert (
            "501 instructions a message more" in notices[0]
            or "501 instructions a message fewer" in notices[0]
        )


def test_instructions_with_lookups_are_not_compared_with_those_without():
    """Older files have them among the instructions."""
    runs = [count_run_of({"tornado": 100_000}, lookups=one) for one in (None, {})]
    for then, now in (runs, runs[::-1]):
        assert "type lookups" in unlike_counts(then, now)
    assert not unlike_counts(runs[1], runs[1])


def test_runs_without_a_cell_in_common_are_refused():
    """There is nothing to say."""
    one, other = (CountFacts(count_run_of({name: 1.0})) for name in ("tornado", "aiohttp"))
    with pytest.raises(UsageError, match="no cell in common"):
        judge_stored_counts(one, other, Gates(), Names("old"))


def test_cells_that_one_side_lacks_are_told():
    """Lost and added."""
    one = CountFacts(count_run_of({"tornado": 1.0}, workloads=(Workload(), Workload(depth=32))))
    other = CountFacts(count_run_of({"tornado": 1.0}, workloads=(Workload(), Workload(size=9))))
    found = judge_stored_counts(one, other, Gates(), Names("old"))
    assert [cell.what for cell in found.unmatched] == ["lost", "added"]


@given(st.floats(0.9, 1.1), st.floats(10.0, 1e9))
def test_before_and_after_differ_by_the_change(factor: float, base: float):
    """Whatever was counted."""
    run = count_run_of({"base": base, "new": base * factor}, comparison=PAIR)
    judgement = judge_counts(CountFacts(run))
    assert judgement
    (one,) = judgement.verdicts
    assert one.before
    assert one.after
    assert one.change is not None
    assert one.after.value / one.before.value == pytest.approx(1 + one.change)
    assert one.change == pytest.approx(factor - 1, abs=1e-9)
