"""From the words of `wsbench compare` and a pace to plans of servers that are loaded in turns."""

from __future__ import annotations

import re

import pytest
from wsbench.errors import UsageError
from wsbench.plan.load import LoadPlan
from wsbench.planning.load import LoadWords
from wsbench.planning.load_comparison import make_load_comparison
from wsbench.planning.workloads import Words

RATE = LoadWords("", rates=(2_000.0,))
TWO = ("tornado", "aiohttp")


def planned(pace: LoadWords = RATE, **words: object) -> list[LoadPlan]:
    """Return the plans of two servers."""
    return make_load_comparison(Words(**{"servers": TWO, **words}), pace, seed=7)  # type: ignore[arg-type]


def test_a_plan_for_each_server_and_the_rest_alike():
    """They name each other, and have the seed by which they are known to be of one comparison."""
    base, other = planned(sizes=(1_000,), connections=(4,), kinds=("binary",), rounds=8)
    assert [one.server.label for one in (base, other)] == list(TWO)
    assert base.beside == other.beside == TWO
    assert base.seed == other.seed == 7
    assert base.workload == other.workload
    assert (base.workload.size, base.workload.connections, base.workload.text) == (1_000, 4, False)
    assert (base.rates, base.rounds) == ((2_000.0,), 8)


@pytest.mark.parametrize(
    ("pace", "rounds"),
    [(RATE, 6), (LoadWords("", stages=("2s:100",)), 4), (LoadWords("", slo=("p99=5ms",)), 6)],
)
def test_there_are_rounds_enough_for_a_verdict(pace: LoadWords, rounds: int):
    """Also of stages, of which one round would do without a comparison."""
    assert [one.rounds for one in planned(pace)] == [rounds] * 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"servers": ("tornado",)}, "compare at rates needs servers"),
        (
            {"depths": (4,), "explain": True},
            "--depth and --explain: with --rate, --stage",
        ),
        ({"sizes": (1, 2)}, "--size: one at a time"),
        ({"connections": (1, 2)}, "--connections: one at a time"),
        ({"kinds": ("text", "binary")}, "--text and --binary: one at a time"),
        ({"servers": ("tornado", "tornado")}, "tornado is named twice: give one of them a label"),
    ],
)
def test_what_does_not_go_with_a_rate(words: dict[str, object], said: str):
    """The message says what to leave out."""
    with pytest.raises(UsageError, match=re.escape(said)):
        planned(**words)
