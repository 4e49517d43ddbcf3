"""What a plan will do, in words."""

from __future__ import annotations

import msgspec
import pytest
from wsbench.plan.margins import Gates
from wsbench.plan.network import PROFILES
from wsbench.plan.preview import duration_of, preview_of, summary_of, told_duration
from wsbench.planning.run import make_comparison, make_plan
from wsbench.planning.workloads import Words


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0.1, "about 10 s"),
        (44.9, "about 40 s"),
        (89.0, "about 90 s"),
        (91.0, "about 2 min"),
        (5400.0, "about 90 min"),
    ],
)
def test_times_are_told_as_roughly_as_they_are_known(seconds: float, told: str) -> None:
    """Tens of seconds, then minutes."""
    assert told_duration(seconds) == told


def test_the_default_run_takes_a_minute_and_more_of_anything_takes_longer() -> None:
    """As it was measured: the 8 rounds of the reference run took 49 s."""
    plan = make_plan(Words(), 1)
    usual = duration_of(plan)
    assert 40 < usual < 75
    assert duration_of(msgspec.structs.replace(plan, rounds=4)) == pytest.approx(usual / 2)
    assert duration_of(make_plan(Words(sizes=(64, 1024)), 1)) > usual
    assert duration_of(msgspec.structs.replace(plan, budget_s=5.0)) == 5.0


@pytest.mark.parametrize("profile", PROFILES)
def test_a_network_makes_a_run_longer_and_none_takes_an_hour(profile: str) -> None:
    """Where a round trip is long, time bounds a round; a time budget holds as without one."""
    words = Words(network=PROFILES[profile])
    free = msgspec.structs.replace(make_plan(words, 1), budget_s=0.0)
    assert duration_of(msgspec.structs.replace(free, network=None)) <= duration_of(free) < 45 * 60
    assert make_plan(words, 1).budget_s == make_plan(Words(), 1).budget_s


def test_the_preview_names_everything() -> None:
    """Who, driven by whom, doing what, how often."""
    lines = preview_of(make_plan(Words(servers=("tornado",), clients=("wire",), rounds=1), 1))
    assert lines[:3] == ["servers: tornado", "beside them: stdlib, tcp", "driven by: wire"]
    assert "workload: round trip, 64 B text, 1 connection, depth 1" in lines
    assert lines[-1].startswith("3 servers, 3 tables, 1 round of fresh processes: about ")


def test_a_comparison_may_end_sooner() -> None:
    """So its rounds are a maximum."""
    plan = make_comparison(Words(servers=("tornado", "aiohttp")), Gates(), 1)
    assert f"at most {plan.rounds} rounds" in summary_of(plan)
