"""The word for what rounds show: a table of facts, the claims held against the interval, and properties."""

import math
import random
from collections.abc import Sequence
from itertools import starmap
from typing import get_args

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from wsbench.stats import decision
from wsbench.stats.decision import GRAVEST, Decision, Evidence, Word, decide, needed_rounds
from wsbench.stats.estimate import Trimmed, trimmed

NOISE = (-0.011, 0.008, 0.003, -0.004, 0.012, -0.007, 0.001, -0.002)
BOUND = math.log1p(0.05)
HARM: tuple[Word, ...] = ("IMPROVED", "NO REGRESSION", "INCONCLUSIVE", "REGRESSED")
HARMS = st.lists(st.integers(-400, 400).map(lambda v: v / 1000), min_size=1, max_size=24)
MARGINS = st.sampled_from([0.01, 0.02, 0.05, 0.1, 0.3])
CASES = st.tuples(HARMS, MARGINS)
PATIENT = settings(deadline=None)


def around(change: float, times: float = 1.0) -> list[float]:
    """Return eight rounds around a change; their spread is `times` 0.8 %."""
    return [math.log1p(change) + times * v for v in NOISE]


def evidence(rounds: Sequence[float], margin: float = 0.05) -> Evidence:
    """Return what the rounds of one metric show."""
    return Evidence(trimmed(rounds), tuple(rounds), margin)


def word(rounds: Sequence[float], margin: float = 0.05, others: Sequence[Evidence] = ()) -> Word:
    """Return the word for a metric, alone or among others."""
    return decide([evidence(rounds, margin), *others])[0].word


@pytest.mark.parametrize(
    ("rounds", "expected"),
    [
        (around(0.10), "REGRESSED"),
        (around(-0.10), "IMPROVED"),
        (around(0), "NO REGRESSION"),
        (around(0.02), "NO REGRESSION"),  # surely slower, and surely by less than the margin
        (around(0.05), "INCONCLUSIVE"),
        (around(0.045), "INCONCLUSIVE"),
        (around(0.055), "INCONCLUSIVE"),
        (around(0, times=10), "INCONCLUSIVE"),
        (around(-0.015, times=10), "INCONCLUSIVE"),
        (around(0.12, times=10), "INCONCLUSIVE"),
        (around(0.50, times=10), "REGRESSED"),
        ([BOUND] * 8, "INCONCLUSIVE"),  # without spread all is known, and the margin itself is neither
        ([BOUND + 1e-12] * 8, "REGRESSED"),
        ([BOUND - 1e-12] * 8, "NO REGRESSION"),
        ([0.0] * 8, "NO REGRESSION"),
        ([-1e-12] * 8, "IMPROVED"),
        ([0.3] * 3, "INCONCLUSIVE"),  # three rounds have no interval
        ([0.0] * 3, "INCONCLUSIVE"),
        ([0.3, 0.31, 0.29, 0.3], "REGRESSED"),
        ([0.3, 0.31, 0.29, 0.3, 0.01], "REGRESSED"),  # five: no order statistics, so all must be above 0
        ([0.3, 0.31, 0.29, 0.3, -0.01], "INCONCLUSIVE"),
        ([-0.3, -0.31, -0.29, -0.3, 0.01], "NO REGRESSION"),
    ],
)
def test_the_table_of_words(rounds: list[float], expected: Word):
    """What a metric's rounds show against a margin of 5 % has one word."""
    assert word(rounds) == expected


def test_only_the_undecided_ask_for_rounds():
    """A wide noise says how many rounds would do; a decided metric asks for none."""
    wide, clear = decide([evidence(around(0, times=10)), evidence(around(0))])
    assert wide.needed_rounds is not None
    assert 8 < wide.needed_rounds < 100
    assert clear == Decision("NO REGRESSION")
    assert decide([evidence([0.0] * 3)]) == [Decision("INCONCLUSIVE")]
    assert decide([]) == []


def test_an_outlier_has_a_veto():
    """One of eight rounds below 0, though trimmed away, forbids REGRESSED; of nine rounds one is allowed."""
    steady = [0.1, 0.11, 0.12, 0.1, 0.11, 0.12, 0.1]
    assert word([*steady, 0.01]) == "REGRESSED"
    assert word([*steady, -0.01]) == "INCONCLUSIVE"
    assert word([*steady, 0.11, -0.01]) == "REGRESSED"
    assert word([-v for v in [*steady, -0.01]]) == "NO REGRESSION"  # and IMPROVED


def test_of_stored_sessions_nothing_is_counted():
    """A centre without its rounds is decided by its interval alone."""
    rounds = [0.1, 0.11, 0.12, 0.1, 0.11, 0.12, 0.1, -0.01]
    for sign, expected in ((1, "REGRESSED"), (-1, "IMPROVED")):
        stored = Evidence(trimmed([sign * v for v in rounds]), (), 0.05)
        assert decide([stored]) == [Decision(expected)]


@pytest.mark.parametrize(("change", "alone", "many"), [(0.0635, *HARM[:1:-1]), (-0.0125, *HARM[:2])])
def test_a_marginal_claim_does_not_stand_among_twelve(change: float, alone: Word, many: Word):
    """What one metric claims at 2.5 % is not enough among eleven unchanged ones, but with eleven as clear."""
    marginal, unchanged = around(change), evidence(around(0))
    clear = evidence(around(0.2 if change > 0 else -0.2))
    assert word(marginal) == alone
    assert word(marginal, others=[unchanged] * 11) == many
    assert word(marginal, others=[clear] * 11) == alone


@pytest.mark.parametrize("change", [0.0, 0.03, 0.2])
def test_claims_are_read_off_the_printed_interval(change: float):
    """REGRESSED: the 95 % interval is past the margin. NO REGRESSION: short of it. IMPROVED: below 0."""
    rounds = around(change + 0.02)
    printed = trimmed(rounds).estimate()
    assert decision.upper(trimmed(rounds), 0.025) == pytest.approx(printed.high)
    bounds = [end * step for end in (printed.low, printed.high) for step in (1 - 1e-4, 1 + 1e-4)]
    found = [word(rounds, math.expm1(bound)) for bound in bounds]
    assert found == ["REGRESSED", "INCONCLUSIVE", "INCONCLUSIVE", "NO REGRESSION"]
    touching = [trimmed([v - printed.high + tiny for v in rounds]) for tiny in (-1e-6, 1e-6)]
    found = [decide([Evidence(centre, (), 0.05)])[0].word for centre in touching]
    assert found == ["IMPROVED", "NO REGRESSION"]


@PATIENT
@given(CASES)
def test_words_mean_what_they_say(case: tuple[list[float], float]):
    """A word never contradicts the centre and the scipy bounds of its own rounds."""
    one = evidence(*case)
    decision = decide([one])[0]
    reach = (
        float(stats.t.ppf(0.975, one.centre.df)) * one.centre.se if math.isfinite(one.centre.se) else math.inf
    )
    low, high = one.centre.mean - reach, one.centre.mean + reach
    assert {
        "REGRESSED": low > one.bound,
        "IMPROVED": high < 0,
        "NO REGRESSION": high < one.bound,
        "INCONCLUSIVE": high >= one.bound and (low <= one.bound or min(case[0]) <= 0),
    }[decision.word]
    assert decision.needed_rounds is None or decision.word == "INCONCLUSIVE"


@PATIENT
@given(CASES, st.integers(-6, 6))
def test_the_scale_does_not_matter(case: tuple[list[float], float], power: int):
    """Rounds and bound scaled together, by a power of two, are decided the same."""
    rounds, margin = case
    scaled = math.expm1(math.log1p(margin) * 2.0**power)
    assert decide([evidence([v * 2.0**power for v in rounds], scaled)]) == decide([evidence(rounds, margin)])


@PATIENT
@given(CASES, st.integers(0, 500))
def test_more_harm_is_never_better(case: tuple[list[float], float], more: int):
    """A constant harm added to every round, or a narrower margin, never makes the word less grave."""
    rounds, margin = case
    before = HARM.index(word(rounds, margin))
    assert HARM.index(word([v + more / 1000 for v in rounds], margin)) >= before
    assert HARM.index(word(rounds, margin / (1 + more / 100))) >= before


@PATIENT
@given(st.lists(CASES, min_size=1, max_size=8), st.randoms())
def test_a_family_only_takes_claims_away(cases: list[tuple[list[float], float]], rng: random.Random):
    """Beside others a metric is never REGRESSED or IMPROVED if alone it is not; order does not matter."""
    family = list(starmap(evidence, cases))
    together = decide(family)
    for one, decided in zip(family, together, strict=True):
        assert decided.word in {decide([one])[0].word, "NO REGRESSION", "INCONCLUSIVE"}
    places = rng.sample(range(len(family)), len(family))
    assert decide([family[i] for i in places]) == [together[i] for i in places]


@PATIENT
@given(st.floats(-0.2, 0.2), st.floats(1e-4, 0.2), st.floats(1, 5), st.integers(4, 60), st.integers(1, 12))
def test_needed_rounds_grow_with_the_spread(gap: float, se: float, wider: float, n: int, family: int):
    """They are more than there were, and never fewer for a wider spread or a smaller gap."""
    centre = Trimmed(BOUND + gap, se, n - 2 * (n // 5) - 1, n)
    others = [
        msgspec.structs.replace(centre, se=se * wider),
        msgspec.structs.replace(centre, mean=BOUND + gap / wider),
    ]
    fewest = needed_rounds(centre, BOUND, 0.025, family)
    assert fewest is None or n < fewest <= decision.MOST_ROUNDS
    for other in others:
        more = needed_rounds(other, BOUND, 0.025, family)
        assert more is None or (fewest is not None and more >= fewest)


@pytest.mark.parametrize(
    "centre",
    [Trimmed(0, math.inf, 2, 3), Trimmed(0, 0, 5, 8), Trimmed(BOUND, 0.01, 5, 8), Trimmed(0, 9, 5, 8)],
)
def test_needed_rounds_may_be_unknown(centre: Trimmed):
    """Without a spread, at the margin itself, and past 999 rounds no number is given."""
    assert needed_rounds(centre, BOUND, 0.025) is None


def test_a_family_needs_more_rounds_to_regress():
    """Past the margin Holm costs rounds; short of it every metric is its own test, and costs none."""
    for mean, costs in ((0.07, True), (0.03, False)):
        centre = Trimmed(mean, 0.012, 5, 8)
        alone, many = (needed_rounds(centre, BOUND, 0.025, family) for family in (1, 12))
        assert alone is not None
        assert many is not None
        assert (many > alone) is costs


@pytest.mark.parametrize(
    ("harm", "family"), [(0.01, 1), (0.03, 1), (0.03, 6), (0.07, 1), (0.07, 6), (0.1, 6)]
)
def test_needed_rounds_are_enough(harm: float, family: int):
    """Of runs with that many rounds, at the centre and mean spread of sixteen, 70 % at least are decided."""
    rng = np.random.default_rng(16)
    se = float(np.mean([trimmed(rng.normal(0, 0.03, 16).tolist()).se for _ in range(300)]))
    rounds = needed_rounds(Trimmed(harm, se, 9, 16), BOUND, decision.LOOK_ALPHA, family)
    assert rounds is not None
    others = [evidence(around(0))] * (family - 1)
    runs = rng.normal(harm, 0.03, (500, rounds)).tolist()
    assert sum(word(run, others=others) != "INCONCLUSIVE" for run in runs) >= 0.7 * len(runs)


def test_two_looks_share_five_percent():
    """Each look claims at half of 5 % unless told otherwise."""
    assert pytest.approx(0.05) == decision.LOOK_ALPHA * decision.LOOKS
    marginal = [evidence(around(0.0565))]
    assert decide(marginal) == decide(marginal, 0.025) != decide(marginal, 0.05)
    assert decide(marginal, 0.05) == [Decision("REGRESSED")]


def test_every_word_has_its_place():
    """INVALID is the gravest, NO REGRESSION the least."""
    assert sorted(GRAVEST) == sorted(get_args(Word))
    assert (GRAVEST[0], GRAVEST[-1]) == ("INVALID", "NO REGRESSION")


@pytest.mark.parametrize(
    ("margin", "falling", "bound"),
    [
        (0.05, False, math.log(1.05)),
        (0.05, True, -math.log(0.95)),
        (1.0, True, math.inf),
        (2.0, True, math.inf),
    ],
)
def test_a_margin_is_a_share_of_the_base_as_harm(margin: float, falling: bool, bound: float):
    """5 % more time is not what 5 % fewer messages are, and nothing falls by all there is."""
    assert Evidence(trimmed([0.0]), (), margin, falling).bound == pytest.approx(bound, rel=1e-12)


@pytest.mark.parametrize("seed", range(6))
def test_the_error_of_a_difference_agrees_with_scipy(seed: int):
    """Of rounds that are not trimmed it is Welch's: scipy's interval, but for whole degrees of freedom."""
    rng = np.random.default_rng(seed)
    one, other = rng.normal(0, 1, 5 + seed), rng.normal(0, 0.2 + seed, 12 - seed)
    oracle = stats.ttest_ind(one, other, equal_var=False)
    se, df = decision.welch(trimmed(list(one), 0), trimmed(list(other), 0))
    assert se == pytest.approx((one.mean() - other.mean()) / oracle.statistic)
    assert df == math.floor(oracle.df)


@pytest.mark.parametrize("se", [0.0, math.inf])
def test_a_difference_without_an_error_has_the_fewer_degrees_of_freedom(se: float):
    """Rounds without spread, or too few for one: there is no weight to share out by."""
    assert decision.welch(Trimmed(0.0, se, 7, 8), Trimmed(0.0, se, 3, 4)) == (se, 3)
    assert decision.welch(Trimmed(0.0, se, 0, 1), Trimmed(0.0, se, 3, 4)) == (se, 1)
