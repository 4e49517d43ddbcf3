"""A profile of stages among the words of `wsbench load`."""

from __future__ import annotations

import re

import pytest
from wsbench.errors import UsageError
from wsbench.plan.load import LoadPlan
from wsbench.plan.stages import RateStage
from wsbench.planning.load import LoadWords, make_load_plan
from wsbench.planning.stages import MOST_MESSAGES

UP, HOLD, DOWN = "30s:0-2000", "1m:2000", "10s:2000-0"


def planned(*stages: str, **words: object) -> LoadPlan:
    """Return the plan of these stages."""
    return make_load_plan(LoadWords("tornado", stages=stages, **words), seed=7)  # type: ignore[arg-type]


def test_a_profile_is_one_step_of_all_its_stages():
    """It has no ramp but its own, and one round unless more are asked for."""
    plan = planned(UP, HOLD, DOWN)
    assert plan.stages == (RateStage(30, 0, 2000), RateStage(60, 2000, 2000), RateStage(10, 2000, 0))
    assert (plan.mode, plan.rates, plan.duration_s, plan.ramp_s) == ("stages", (), 100, 0)
    assert plan.mean_rate == 1_600
    assert (plan.rounds, planned(UP, rounds=4).rounds) == (1, 4)


def test_connections_of_stages():
    """Those that name no number have that of --connections; the workload has the most of them."""
    plan = planned("1s:10", "1s:10@40", connections=7)
    assert [one.connections for one in plan.stages] == [7, 40]
    assert plan.workload.connections == 40
    assert planned("1s:10", connections=7).stages[0].connections is None


@pytest.mark.parametrize(
    ("words", "rounds"),
    [
        ({"rates": (10.0,), "duration_s": 59.0}, 6),
        ({"rates": (10.0,), "duration_s": 60.0}, 1),
        ({"rates": (10.0, 20.0), "duration_s": 30.0}, 1),
        ({"rates": (10.0,), "duration_s": 600.0, "rounds": 2}, 2),
        ({"sweep": True, "duration_s": 60.0}, 6),
    ],
)
def test_rates_held_for_a_minute_in_all_are_held_once(words: dict[str, object], rounds: int):
    """A round is then long enough to be asked for by its number."""
    assert planned(**words).rounds == rounds


@pytest.mark.parametrize(
    ("stages", "words", "said"),
    [
        ((HOLD,), {"rates": (1.0,)}, "--stage says all about rates and times: leave out --rate"),
        ((HOLD,), {"sweep": True, "burst": 5}, "leave out --sweep and --burst"),
        ((HOLD,), {"duration_s": 5.0, "ramp_s": 0.25}, "leave out --duration and --ramp"),
        ((HOLD, "1s:5@2"), {"agents": 3}, "--stage 1s:5@2: each of 3 agents needs a connection"),
        (("1s:5@999999",), {"size": 1 << 20}, "in flight; give fewer connections"),
        (("10m:40000",), {}, f"a profile holds at most {MOST_MESSAGES:,} messages"),
        ((HOLD,), {"slo": ("capacity=5",)}, "leave out --stage"),
        (
            ("1s:100", "1s:200"),
            {"slo": ("p99=5ms",)},
            "no stage holds the 3,000 messages it needs; 1s:200 has",
        ),
    ],
)
def test_what_a_profile_does_not_go_with(stages: tuple[str, ...], words: dict[str, object], said: str):
    """The message says what to leave out, or to change."""
    with pytest.raises(UsageError, match=re.escape(said)):
        planned(*stages, **words)


def test_a_threshold_needs_one_stage_with_messages_enough():
    """The short ones before and after it are no reason to refuse."""
    assert planned("1s:0-100", HOLD, slo=("p99=5ms",)).thresholds
