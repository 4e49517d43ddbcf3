"""Ranks as intervals: what the rounds separate, what they don't, and what is as good as equal."""

import math
import random
from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from wsbench.stats.estimate import Estimate
from wsbench.stats.ranking import Rank, Ranking, headline, rank

NOISE = (-0.011, 0.008, 0.003, -0.004, 0.012, -0.007, 0.001, -0.002)
SERVERS = st.lists(st.lists(st.floats(-1, 1), min_size=8, max_size=8), min_size=1, max_size=5)


def log_ratios(logs: Sequence[Sequence[float]]) -> dict[tuple[int, int], list[float]]:
    """Return the gaps of all pairs from each server's ln(value), round by round."""
    pairs = combinations(range(len(logs)), 2)
    return {(i, j): [a - b for a, b in zip(logs[i], logs[j], strict=True)] for i, j in pairs}


def ranked(logs: Sequence[Sequence[float]], *, lower_is_better: bool = True) -> Ranking:
    """Rank servers called 0, 1, 2, … by each one's ln(value), round by round."""
    return rank([str(i) for i in range(len(logs))], log_ratios(logs), lower_is_better)


def around(centre: float, shift: int) -> list[float]:
    """Return eight rounds around ln(centre), with the noise turned by `shift` places."""
    return [math.log(centre) + v for v in NOISE[shift:] + NOISE[:shift]]


def test_rank_is_printed_as_an_interval():
    """A certain rank is one number, an uncertain one is a span."""
    assert (str(Rank(2, 2)), str(Rank(2, 3))) == ("2", "2\N{EN DASH}3")


@pytest.mark.parametrize(("best", "worst"), [(0, 1), (3, 2)])
def test_rank_refuses_nonsense(best: int, worst: int):
    """Ranks start at 1, and the best is not behind the worst."""
    with pytest.raises(ValueError, match="a rank needs"):
        Rank(best, worst)


def test_two_close_servers_share_their_ranks():
    """Of latencies 130, 100 and 100.2 the first is surely last; the others are 1–2 and equal."""
    result = ranked([around(130, 0), around(100, 2), around(100.2, 5)])
    assert [str(r) for r in result.ranks] == ["3", "1\N{EN DASH}2", "1\N{EN DASH}2"]
    assert result.order == (1, 2, 0)
    assert result.separated == {(1, 0), (2, 0)}
    assert result.equal == {(1, 2)}
    assert not result.separated_top


@pytest.mark.parametrize(("lower_is_better", "order"), [(True, (1, 0, 2)), (False, (2, 0, 1))])
def test_the_lead_reads_as_percent_better(lower_is_better: bool, order: tuple[int, ...]):
    """Whether latency or throughput, the lead is over 1 and counts how many times better the first is."""
    result = ranked([around(112, 0), around(100, 2), around(125.44, 5)], lower_is_better=lower_is_better)
    assert result.order == order
    assert result.lead is not None
    assert result.lead.value == pytest.approx(1.12, rel=0.01)
    assert result.lead.low > 1
    assert result.separated_top
    assert [str(result.ranks[i]) for i in order] == ["1", "2", "3"]


def test_the_headline_names_a_winner_only_if_separated():
    """A certain lead is separated; two close servers have a first and a runner-up, and are not."""
    clear = headline(ranked([around(112, 0), around(100, 2)]))
    close = headline(ranked([around(100, 0), around(100.1, 2)]))
    assert (clear.first, clear.runner_up, clear.separated) == (1, 0, True)
    assert (close.first, close.runner_up, close.separated) == (0, 1, False)


def test_a_single_server_is_first_of_one():
    """One server has rank 1, nobody to lead and no victory."""
    result = rank(["stdlib"], {}, lower_is_better=True)
    assert (result.order, result.ranks, result.lead) == ((0,), (Rank(1, 1),), None)
    assert (headline(result).first, headline(result).separated, headline(result).runner_up) == (
        0,
        False,
        None,
    )


@pytest.mark.parametrize("rounds", [1, 2, 3])
def test_too_few_rounds_separate_nothing(rounds: int):
    """Under four rounds not even a factor of e is certain, but the order and the point are there."""
    result = ranked([[1.0] * rounds, [0.0] * rounds])
    assert result.order == (1, 0)
    assert not result.separated | result.equal
    assert result.lead == Estimate(math.e, 0.0, math.inf, rounds)


def test_the_order_statistics_have_a_veto():
    """One of eight rounds on the other side, though trimmed away, keeps a pair from being separated."""
    steady = [0.1, 0.11, 0.12, 0.1, 0.11, 0.12, 0.1]
    for lower_is_better, certain in ((True, {(1, 0)}), (False, {(0, 1)})):
        assert rank("ab", {(0, 1): [*steady, 0.09]}, lower_is_better).separated == certain
        assert not rank("ab", {(0, 1): [*steady, -0.01]}, lower_is_better).separated


def test_a_small_certain_difference_is_separated_and_equal():
    """1 % in every round is certain, and too small to matter."""
    result = rank("ab", {(0, 1): [0.01] * 8}, lower_is_better=True)
    assert result.separated == {(1, 0)}
    assert result.equal == {(0, 1)}


@pytest.mark.parametrize(("ratio", "equal"), [(1.0299, True), (1.0301, False)])
def test_the_band_ends_at_three_percent(ratio: float, equal: bool):
    """Equal means between 1/1.03 and 1.03, on either side."""
    for side in (1, -1):
        result = rank("ab", {(0, 1): [side * math.log(ratio)] * 8}, lower_is_better=True)
        assert bool(result.equal) is equal


def test_rounds_may_be_missing():
    """Pairs with fewer rounds, or with none, are compared as far as they go."""
    gaps = {(0, 1): [-0.5, -0.52, -0.51, -0.49, -0.5], (0, 2): [-0.9] * 8, (1, 2): []}
    result = rank("abc", gaps, lower_is_better=True)
    assert result.separated == {(0, 1), (0, 2)}
    assert [str(r) for r in result.ranks] == ["1", "2\N{EN DASH}3", "2\N{EN DASH}3"]
    assert result.order == (0, 1, 2)
    assert result.lead is not None
    assert result.lead.n == 5


def test_no_lead_without_a_round_in_common():
    """Two servers that were never alive together are in no order, and nobody leads."""
    result = rank("ab", {(0, 1): []}, lower_is_better=True)
    assert (result.lead, result.separated_top, result.ranks) == (None, False, (Rank(1, 2), Rank(1, 2)))


def test_neighbours_agree_with_their_own_comparison():
    """A server that beat its neighbour directly stands above it, even with the worse mean over all others."""
    gaps = {(0, 1): [-0.01] * 8, (0, 2): [-0.1] * 8, (1, 2): [-0.5] * 8}  # b has the best mean
    result = rank("abc", gaps, lower_is_better=True)
    assert result.order == (0, 1, 2)
    assert result.lead is not None
    assert result.lead.value == pytest.approx(math.exp(0.01))


@pytest.mark.parametrize("pair", [(0, 0), (1, 0), (0, 2), (-1, 0)])
def test_pairs_outside_the_servers_are_refused(pair: tuple[int, int]):
    """A pair is two different servers, the smaller index first."""
    with pytest.raises(ValueError, match="a pair needs"):
        rank("ab", {pair: [0.0] * 8}, lower_is_better=True)


def test_nobody_cannot_be_ranked():
    """A ranking of no servers is refused."""
    with pytest.raises(ValueError, match="nothing to rank"):
        rank([], {}, lower_is_better=True)


@given(SERVERS, st.booleans())
def test_ranks_hold_together(logs: list[list[float]], lower_is_better: bool):
    """The order is a permutation, nobody surely better stands right below, and the lead is at least 1."""
    result = ranked(logs, lower_is_better=lower_is_better)
    assert sorted(result.order) == list(range(len(logs)))
    assert not any((b, a) in result.separated for a, b in zip(result.order, result.order[1:], strict=False))
    assert all(1 <= r.best <= r.worst <= len(logs) for r in result.ranks)
    assert result.lead is None or result.lead.value >= 1


@given(SERVERS, st.randoms())
def test_the_order_of_the_input_does_not_matter(logs: list[list[float]], rng: random.Random):
    """Servers listed in another order, and rounds in another order, get the same ranks and the same pairs."""
    places = rng.sample(range(len(logs)), len(logs))
    rounds = rng.sample(range(8), 8)
    straight, shuffled = ranked(logs), ranked([[logs[i][r] for r in rounds] for i in places])
    assert shuffled.ranks == tuple(straight.ranks[i] for i in places)
    assert {(places[i], places[j]) for i, j in shuffled.separated} == straight.separated
    assert {frozenset((places[i], places[j])) for i, j in shuffled.equal} == set(
        map(frozenset, straight.equal)
    )


@given(SERVERS)
def test_better_upside_down(logs: list[list[float]]):
    """Asking for the highest instead of the lowest turns every certain pair around."""
    lowest, highest = ranked(logs), ranked(logs, lower_is_better=False)
    assert {(j, i) for i, j in lowest.separated} == highest.separated
    assert lowest.equal == highest.equal


@pytest.mark.parametrize(("rounds", "limit"), [(4, 0.035), (5, 0.035), (8, 0.035)])
def test_equal_servers_are_rarely_separated(rounds: int, limit: float):
    """Any two of four equal servers are separated in 2 % of runs; 600 of them may by chance show 3.5 %."""
    rng = np.random.default_rng(4)
    runs = [ranked(rng.normal(0, 0.014, (4, rounds)).tolist()) for _ in range(600)]
    assert sum(bool(run.separated) for run in runs) <= limit * len(runs)


def test_a_difference_is_found():
    """With the spread of interleaved rounds, 5 % between two of four servers is found in nine of ten runs."""
    rng = np.random.default_rng(5)
    shift = np.array([[0.0], [0.05], [0.10], [0.15]])
    runs = [ranked((rng.normal(0, 0.01, (4, 8)) + shift).tolist()) for _ in range(200)]
    assert sum(run.separated_top and run.order[0] == 0 for run in runs) >= 0.9 * len(runs)


@pytest.mark.parametrize(
    ("values", "order", "separated"),
    [((100.0, 112.0), (0, 1), {(0, 1)}), ((112.0, 100.0), (1, 0), set())],
)
def test_values_give_the_order_and_nobody_is_separated_against_them(
    values: tuple[float, ...], order: tuple[int, ...], separated: set[tuple[int, int]]
):
    """A table whose ranks contradict its numbers would not be believed."""
    ratios = log_ratios([around(100, 0), around(112, 2)])
    found = rank(["a", "b"], ratios, lower_is_better=True, values=values)
    assert (found.order, found.separated) == (order, separated)
    assert rank(["a", "b"], ratios, lower_is_better=True, values=values, bounds=[1]).separated == frozenset()


def test_the_band_includes_its_ends():
    """An interval that ends just there is inside; equal rounds have an interval of one point."""
    end = math.log1p(0.03)
    for gap in (end, -end):
        assert rank(["a", "b"], {(0, 1): [gap] * 4}, lower_is_better=True).equal == {(0, 1)}


def test_a_round_without_a_difference_is_no_win():
    """Seven rounds of eight are surely apart, and the eighth, though trimmed away, says nothing of it."""
    for sign in (1, -1):
        rounds = [sign * v for v in (0.1, 0.11, 0.12, 0.1, 0.11, 0.12, 0.1, 0.0)]
        assert rank(["a", "b"], {(0, 1): rounds}, lower_is_better=True).separated == frozenset()


def test_a_score_is_a_mean_over_those_it_was_compared_with():
    """One opponent that is beaten by 30 % counts for more than two that are beaten by 20 % on average."""
    gaps = {(0, 1): 0.3, (1, 2): -0.35, (2, 3): 0.05}
    rounds = {pair: [gap] * 4 for pair, gap in gaps.items()}
    assert rank(list("abcd"), rounds, lower_is_better=False).order == (0, 2, 3, 1)
