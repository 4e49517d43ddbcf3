"""From the words of `wsbench load` to a plan."""

from __future__ import annotations

import pytest
from wsbench.demand.workload import Workload
from wsbench.errors import UsageError
from wsbench.plan.load import LoadPlan
from wsbench.plan.thresholds import Limit
from wsbench.planning.load import SHARES, LoadWords, make_load_plan
from wsbench.targets.spec import Axes


def planned(target: str = "tornado", **words: object) -> LoadPlan:
    """Return the plan of these words."""
    return make_load_plan(LoadWords(target, **words), seed=7)  # type: ignore[arg-type]


def test_without_words_a_sweep_is_planned() -> None:
    """Shares of the ceiling, 16 connections, 64 B of text, uniform arrivals, steps of 2 s after 0.5 s."""
    plan = planned()
    assert (plan.mode, plan.rates, plan.limit) == ("sweep", SHARES, None)
    assert plan.workload == Workload(64, connections=16, think_us=0)
    assert (plan.arrivals, plan.duration_s, plan.ramp_s, plan.agents, plan.burst) == (
        "uniform",
        1,
        0.25,
        1,
        0,
    )
    assert (plan.seed, plan.rounds, plan.equal, plan.keep_awake) == (7, 6, True, True)
    assert (plan.server.label, plan.server.name) == ("tornado", "tornado")


def test_a_sweep_goes_in_tenths_up_to_the_ceiling() -> None:
    """And closer where it bends."""
    assert SHARES == (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)


@pytest.mark.parametrize(
    ("words", "mode", "rates", "rounds"),
    [
        ({"rates": (2_000.0,)}, "rate", (2_000.0,), 6),
        ({"rates": (500.0, 100.0, 500.0)}, "rate", (500.0, 100.0), 6),
        ({"sweep": True}, "sweep", SHARES, 6),
        ({"slo": ("p99=5ms",)}, "slo", (), 6),
        ({"rates": (2_000.0,), "slo": ("p99=5ms",)}, "rate", (2_000.0,), 6),
        ({"slo": ("p99=5ms",), "rounds": 1}, "slo", (), 1),
    ],
)
def test_the_words_choose_mode_rates_and_rounds(
    words: dict[str, object], mode: str, rates: tuple[float, ...], rounds: int
) -> None:
    """A rate that is named twice is held once, the others in the order they were named."""
    plan = planned(**words)
    assert (plan.mode, plan.rates, plan.rounds) == (mode, rates, rounds)
    assert (plan.limit is not None) == (mode == "slo")


def test_everything_else_that_was_said_is_in_the_plan() -> None:
    """Nothing is lengthened, nothing is left out."""
    plan = planned(
        rates=(1_000.0,),
        connections=4,
        size=0,
        text=False,
        duration_s=0.25,
        ramp_s=0.0,
        poisson=True,
        agents=4,
        burst=50,
        as_shipped=True,
        keep_awake=False,
    )
    assert plan.workload == Workload(0, text=False, connections=4, think_us=0)
    assert (plan.arrivals, plan.duration_s, plan.ramp_s, plan.agents, plan.burst) == (
        "poisson",
        0.25,
        0,
        4,
        50,
    )
    assert (plan.equal, plan.keep_awake) == (False, False)


def test_a_rare_quantile_lengthens_no_step() -> None:
    """Whether a step has samples enough for it is found out when it is measured."""
    plan = planned(slo=("p99.9=5ms",), duration_s=0.5)
    assert (plan.duration_s, plan.limit) == (0.5, Limit(0.999, 5_000_000))


@pytest.mark.parametrize(
    ("target", "label", "url"),
    [
        ("ws://localhost:9000/echo", "localhost:9000", "ws://localhost:9000/echo"),
        ("wss://example.org/a?b=c", "example.org", "wss://example.org/a?b=c"),
        ("ws://[::1]:9/", "[::1]:9", "ws://[::1]:9/"),
        ("mine=ws://localhost:9000/echo", "mine", "ws://localhost:9000/echo"),
    ],
)
def test_a_bare_url_is_labelled_by_its_host(target: str, label: str, url: str) -> None:
    """A target needs no label: there is only one."""
    server = planned(target).server
    assert (server.label, server.url) == (label, url)


def test_axes_hold_for_the_target() -> None:
    """TLS and one loop of the command line, as for every server."""
    server = planned("aiohttp", axes=Axes(loops=("uvloop",), tls=True)).server
    assert (server.loop, server.tls) == ("uvloop", True)


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ({"rates": (1.0,), "sweep": True}, "--rate and --sweep exclude each other: choose one"),
        (
            {"rates": (1.0,), "sweep": True, "slo": ("p99=5ms",)},
            "--rate and --sweep and --slo exclude each other",
        ),
        ({"sweep": True, "slo": ("p99=5ms",)}, "--sweep and --slo exclude each other: choose one"),
        ({"rates": (100.0, 0.0)}, "--rate 0: more than 0"),
        ({"rates": (float("nan"),)}, "--rate nan: more than 0"),
        ({"rates": (float("inf"),)}, "--rate inf: more than 0"),
        ({"rates": (0.4,)}, "--rate 0.4: no message in 2 s; give a longer --duration"),
        ({"rates": (1e8,)}, "--rate 1e+08: a step holds at most 20,000,000 messages; make it shorter"),
        ({"rates": (10.0,), "burst": 10**8}, "--rate 10: a step holds at most 20,000,000 messages"),
        ({"duration_s": 0.0}, "--duration 0: more than 0"),
        ({"duration_s": float("nan")}, "--duration nan: more than 0"),
        ({"ramp_s": -1.0}, "--ramp -1.0: at least 0"),
        ({"ramp_s": float("nan")}, "--ramp nan: at least 0"),
        ({"connections": 0}, "--connections 0: at least 1"),
        ({"size": -1}, "--size -1: at least 0"),
        ({"size": 17 * 1024 * 1024}, "--size 17825792: at most 16777216, which every server must echo"),
        ({"size": 16 * 1024 * 1024}, "over 67,108,864 B in flight; give fewer --connections"),
        ({"agents": 0}, "--agents 0: at least 1"),
        ({"agents": 17}, "--agents 17: each needs a connection; give more --connections"),
        ({"burst": -1, "rates": (9.0,)}, "--burst -1: at least 0"),
        ({"burst": 5}, "--burst goes with --rate"),
        ({"burst": 5, "slo": ("p99=5ms",)}, "--burst goes with --rate"),
        ({"rounds": 0}, "--rounds 0: at least 1"),
        ({"slo": ("p99=5s",)}, "--slo p99 ≤ 5000 ms: longer than a step; give --duration 5 or more"),
        ({"axes": Axes(loops=("asyncio", "uvloop"))}, "one server is loaded at a time"),
    ],
)
def test_words_that_make_no_sense_get_one_line(words: dict[str, object], line: str) -> None:
    """It names the option and says what to do."""
    with pytest.raises(UsageError) as caught:
        planned(**words)
    assert line in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("target", "line"),
    [
        ("tcp", "tcp speaks no WebSocket"),
        ("tornadoo", "unknown server 'tornadoo'; did you mean tornado?"),
        ("ws://host:none/", "a target is ws://host[:port]/path"),
        ("http://host/", "a target is ws://host[:port]/path"),
    ],
)
def test_a_target_that_is_none_gets_one_line(target: str, line: str) -> None:
    """As every other command says it."""
    with pytest.raises(UsageError) as caught:
        planned(target)
    assert line in str(caught.value)
