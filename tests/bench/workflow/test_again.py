"""The command that measures a stored run again: what it says makes the same plan, or it is not said."""

from __future__ import annotations

import shlex

import pytest
from load_runs import plan_of as load_plan_of
from msgspec.structs import replace
from wsbench.plan.margins import Gates
from wsbench.plan.network import PROFILES
from wsbench.plan.run import Plan
from wsbench.planning.count import make_count_comparison, make_count_plan
from wsbench.planning.run import make_comparison, make_plan
from wsbench.planning.workloads import Words
from wsbench.workflow.again import command_of


@pytest.mark.parametrize(
    ("words", "command"),
    [
        (Words(), "tornado websockets aiohttp --profile default --rounds 8 --seed 5"),
        (Words(profile="quick"), "tornado websockets aiohttp --profile quick --rounds 6 --seed 5"),
        (
            Words(servers=("tornado==6.4@uvloop", "a=aiohttp@tls"), clients=("wire", "aiohttp")),
            "tornado==6.4@uvloop a=aiohttp@tls --profile default --client wire,aiohttp --rounds 8 --seed 5",
        ),
        (
            Words(servers=("tornado",), clients=("wire",), sizes=(64, 9), kinds=("text", "binary")),
            "tornado --profile default --client wire --text --binary --size 64 --size 9 --rounds 8 --seed 5",
        ),
        (
            Words(servers=("tornado",), clients=("wire",), connections=(1,), as_shipped=True, explain=True),
            "tornado --profile default --client wire --size 64 --connections 1 --depth 1 --rounds 8 --seed 5"
            " --as-shipped --explain",
        ),
        (
            Words(servers=("tornado",), clients=("wire",), idle=(0, 50), keep_awake=False),
            "tornado --profile default --client wire --idle 0 --idle 50 --rounds 8 --seed 5 --no-keep-awake",
        ),
        (
            Words(servers=("tornado",), network=PROFILES["wan"]),
            "tornado --profile default --rounds 8 --seed 5 --network wan",
        ),
    ],
)
def test_a_run_side_by_side(words: Words, command: str) -> None:
    """What the profile says by itself is not said again."""
    assert command_of(make_plan(words, 5)) == f"wsbench run {command}"


def test_comparisons_and_counts() -> None:
    """Each under its verb."""
    pair = Words(servers=("tornado", "aiohttp"))
    assert command_of(make_comparison(pair, Gates(), 5)) == (
        "wsbench compare tornado aiohttp --rounds 16 --seed 5"
    )
    assert command_of(make_count_comparison(pair, Gates(), 1)) == (
        "wsbench compare tornado aiohttp --by count --rounds 4 --seed 1"
    )
    assert command_of(make_count_comparison(replace(pair, explain=True), Gates(), 1)) == (
        "wsbench compare tornado aiohttp --by count --explain --rounds 4 --seed 1"
    )
    assert command_of(make_count_plan(pair, ["calls"], 1)) == (
        "wsbench count tornado aiohttp --instrument calls --rounds 4 --seed 1"
    )
    assert command_of(make_count_plan(replace(pair, depths=(1,)), [], 1)) == (
        "wsbench count tornado aiohttp --size 64 --depth 1 --rounds 4 --seed 1"
    )


def test_load_runs() -> None:
    """Rates, limits, steps."""
    rest = "--connections 16 --size 64 --duration {} --ramp 0.25s --rounds 6 --seed 1"
    found = load_plan_of(rates=(2_000.0, 4_000.0))
    assert command_of(found) == f"wsbench load tornado --rate=2000 --rate=4000 {rest.format('2s')}"
    found = load_plan_of(slo=("p99=5ms",), agents=2)
    assert command_of(found) == (
        f"wsbench load tornado --slo=p99=5ms {rest.format('1s').replace('--rounds', '--agents 2 --rounds')}"
    )
    assert command_of(load_plan_of()) == f"wsbench load tornado {rest.format('1s')}"


def without_some(plan: Plan) -> Plan:
    """Return a plan that lacks a cell, as no command makes it."""
    return replace(plan, cells=plan.cells[1:])


@pytest.mark.parametrize(
    "plan",
    [
        without_some(make_plan(Words(), 5)),
        make_plan(Words(servers=("x=ws://host/path",), clients=("wire",)), 5),
        make_plan(Words(servers=("x=cmd:serve --token secret {port}",), clients=("wire",)), 5),
        make_plan(Words(servers=("tornado",), clients=("wire",), messages=("hello",), typed=("",)), 5),
        replace(make_plan(Words(servers=("tornado",)), 5), servers=()),
        load_plan_of("ws://host/path", rates=(9.0,)),
    ],
)
def test_what_can_not_be_told_is_not_told(plan: Plan) -> None:
    """A command that measured something else would be worse than none; nor may it hold a secret."""
    assert command_of(plan) == ""


def test_a_server_that_no_longer_exists_is_not_told() -> None:
    """A file may name what this version does not have."""
    plan = make_plan(Words(servers=("tornado",)), 5)
    gone = tuple(replace(spec, name="gone" if spec.name == "tornado" else spec.name) for spec in plan.servers)
    assert command_of(replace(plan, servers=gone)) == ""


def test_the_command_can_be_typed() -> None:
    """Whatever a shell would take for its own is quoted."""
    plan = make_plan(Words(servers=("mine=./my server.py",), clients=("wire",)), 5)
    assert shlex.split(command_of(plan))[2] == "mine=./my server.py"
