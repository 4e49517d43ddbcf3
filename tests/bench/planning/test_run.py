"""From words to a plan."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from wsbench.demand.workload import Workload
from wsbench.errors import UsageError
from wsbench.plan.margins import Gates
from wsbench.plan.run import Plan
from wsbench.planning.profiles import GATE, PROFILES
from wsbench.planning.run import distinct, make_comparison, make_plan, make_session
from wsbench.planning.workloads import Words
from wsbench.targets.spec import Access, Axes, ServerSpec
from wsbench.targets.spec_parser import read_specs

BOTH = Axes(loops=("asyncio", "uvloop"))


def test_without_words_the_default_profile_is_planned() -> None:
    """Five servers; three clients with the round trip, wire with three workloads and the floor; a budget."""
    plan = make_plan(Words(), seed=7)
    assert len(plan.cells) == 3 * 5 + 2 * 4
    clients = {(cell.client, cell.workload.goal) for cell in plan.cells}
    assert {client for client, goal in clients if goal == "throughput"} == {"wire"}
    assert {client for client, goal in clients if goal == "latency"} == {"wire", "websockets", "ws4py"}
    assert (plan.rounds, plan.seed, plan.budget_s) == (8, 7, 120)


@pytest.mark.parametrize("name", PROFILES)
def test_every_profile_makes_a_plan_with_yardstick_and_floor(name: str) -> None:
    """No run is without the two it is held against."""
    labels = {spec.label for spec in make_plan(Words(profile=name), seed=1).servers}
    assert {"stdlib", "tcp"} <= labels


def test_named_servers_replace_the_profile_and_bring_yardstick_and_floor() -> None:
    """What the user names comes first, and there is no time budget then."""
    plan = make_plan(Words(servers=("aiohttp@uvloop",), clients=("wire",)), seed=1)
    assert [spec.label for spec in plan.servers] == ["aiohttp@uvloop", "stdlib", "tcp"]
    assert plan.budget_s == 0


def test_a_floor_that_nobody_drives_is_left_out() -> None:
    """ws4py can't speak plain TCP, so there is no floor to start."""
    plan = make_plan(Words(clients=("ws4py",)), seed=1)
    assert "tcp" not in {spec.label for spec in plan.servers}


def test_the_floor_under_a_label_is_not_added_twice() -> None:
    """It is recognised by what it is."""
    plan = make_plan(Words(servers=("tornado", "floor=tcp")), seed=1)
    assert [spec.label for spec in plan.servers] == ["tornado", "floor", "stdlib"]


def test_sizes_keep_the_shapes_and_shapes_are_crossed() -> None:
    """--size alone changes the payload only; --connections and --depth are crossed."""
    sized = make_plan(Words(sizes=(1024,)), seed=1)
    assert {cell.workload for cell in sized.cells} == {
        Workload(1024),
        Workload(1024, connections=16),
        Workload(1024, depth=32),
    }
    crossed = make_plan(Words(connections=(1, 4), depths=(2,)), seed=1)
    assert {cell.workload for cell in crossed.cells} == {Workload(depth=2), Workload(connections=4, depth=2)}


@pytest.mark.parametrize(
    ("changes", "budget_s"),
    [
        ({}, 30),
        ({"as_shipped": True}, 30),
        ({"think_us": 20}, 30),
        ({"keep_awake": False}, 30),
        ({"axes": Axes(tls=True)}, 0),
        ({"clients": ("wire",)}, 0),
        ({"kinds": ("text",)}, 0),
        ({"fragments": (1,)}, 0),
        ({"payloads": ("random",)}, 0),
        ({"rounds": 6}, 0),
        ({"explain": True}, 0),
    ],
)
def test_the_budget_is_for_the_profile_as_it_is(changes: dict[str, object], budget_s: int) -> None:
    """What makes a run longer than its profile lifts the limit; what does not, does not."""
    plan = make_plan(msgspec.structs.replace(Words(profile="quick"), **changes), seed=1)
    assert plan.budget_s == budget_s


def test_switches_and_access_reach_those_who_are_measured() -> None:
    """TLS and deflate are on for those who were named; yardstick and floor, which were added, stay plain."""
    axes = Axes(tls=True, deflate=True, access=Access(headers=(("X", "y"),)))
    plan = make_plan(Words(servers=("tornado", "mine=ws://h/"), clients=("wire",), axes=axes), seed=1)
    found = {spec.label: (spec.tls, spec.deflate, bool(spec.access.headers)) for spec in plan.servers}
    assert found == {
        "tornado": (True, True, False),
        "mine": (False, True, True),
        "stdlib": (False, False, False),
        "tcp": (False, False, False),
    }


def test_every_loop_is_a_server_of_its_own() -> None:
    """Two loops, two labels."""
    plan = make_plan(Words(servers=("tornado",), axes=BOTH), seed=1)
    assert [spec.label for spec in plan.servers] == ["tornado@asyncio", "tornado@uvloop", "stdlib", "tcp"]


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (
            Words(profile="quik"),
            "unknown profile 'quik'; did you mean quick? choose from quick, default, thorough",
        ),
        (Words(clients=("wier",)), "unknown client 'wier'; did you mean wire? choose from wire, ws4py, "),
        (
            Words(servers=("tornadoo",)),
            "unknown server 'tornadoo'; did you mean tornado? choose from tornado, ",
        ),
        (
            Words(servers=("tornado@uvlop",)),
            "unknown loop 'uvlop'; did you mean uvloop? choose from asyncio, ",
        ),
        (Words(rounds=0), "--rounds 0: a run has at least 1 round"),
        (Words(connections=(0,)), "--connections 0: at least 1"),
        (Words(sizes=(-1,)), "--size -1: at least 0"),
        (Words(sizes=(2**24 + 1,)), "--size 16777217: at most 16777216"),
        (Words(sizes=(2**24,)), "16,777,216 B text, 16 connections, depth 1: over 67,108,864 B in flight"),
        (Words(servers=("tcp",), clients=("stdlib",)), "unknown client 'stdlib'"),
        (Words(depths=(4, 0)), "--depth 0: at least 1"),
        (Words(fragments=(2, 0)), "--fragments 0: at least 1"),
        (Words(think_us=-1), "--think -1: at least 0"),
        (
            Words(payloads=("wrods",)),
            "unknown payload 'wrods'; did you mean words? choose from random, words",
        ),
    ],
)
def test_words_that_are_off_get_one_line(words: Words, line: str) -> None:
    """The line names what was wrong and what there is."""
    with pytest.raises(UsageError) as caught:
        make_plan(words, seed=1)
    assert line in str(caught.value)
    assert "\n" not in str(caught.value)


def compared(*servers: str, null: bool = False, **words: object) -> Plan:
    """Return the plan of a comparison of servers."""
    return make_comparison(Words(servers=servers, **words), Gates(), seed=1, null=null)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("servers", "axes", "pairs"),
    [
        (("tornado", "aiohttp"), Axes(), (("tornado", "aiohttp"),)),
        (("tornado", "tornado"), Axes(), (("tornado", "tornado-2"),)),
        (
            ("tornado", "tornado", "x=aiohttp", "tornado"),
            Axes(),
            (("tornado", "tornado-2"), ("tornado", "x"), ("tornado", "tornado-3")),
        ),
        (("tornado",), BOTH, (("tornado@asyncio", "tornado@uvloop"),)),
        (("tornado==6.4", "tornado"), Axes(), (("tornado==6.4", "tornado"),)),
        (
            ("tornado",),
            Axes(pythons=("3.12", "3.13")),
            (("tornado@python3.12", "tornado@python3.13"),),
        ),
        (("tornado", "tornado@tls"), Axes(), (("tornado", "tornado@tls"),)),
        (("tornado@tls", "tornado@tls"), Axes(tls=True), (("tornado@tls", "tornado@tls-2"),)),
    ],
)
def test_a_comparison_holds_each_server_against_the_first(
    servers: tuple[str, ...], axes: Axes, pairs: tuple[tuple[str, str], ...]
) -> None:
    """One server named twice gets a label of its own; two loops or interpreters are base and candidate."""
    plan = compared(*servers, axes=axes)
    assert plan.comparison is not None
    assert (plan.comparison.pairs, plan.comparison.null) == (pairs, "")
    assert len({spec.label for spec in plan.servers}) == len(plan.servers)


def test_a_comparison_has_its_profile_and_its_looks() -> None:
    """Round trip and 16 connections, by wire; 16 rounds looked at twice, as many as asked for once."""
    plan = compared("tornado", "aiohttp")
    assert plan.comparison is not None
    assert {cell.workload for cell in plan.cells} == set(GATE.workloads)
    assert {cell.client for cell in plan.cells} == {"wire"}
    assert (plan.rounds, plan.comparison.looks, plan.pace) == (16, (8, 16), GATE.pace)
    few = compared("tornado", "aiohttp", rounds=6)
    assert few.comparison is not None
    assert (few.rounds, few.comparison.looks) == (6, (6,))


def test_the_floor_is_only_where_something_is_held_against_it() -> None:
    """Yardstick everywhere, floor in latency cells; where there are none, it is not even started."""
    plan = compared("tornado", "aiohttp")
    driven = {(cell.server, cell.workload.goal) for cell in plan.cells}
    assert {goal for server, goal in driven if server == "tcp"} == {"latency"}
    assert {goal for server, goal in driven if server == "stdlib"} == {"latency", "throughput"}
    assert "tcp" not in {spec.label for spec in compared("tornado", "aiohttp", connections=(4,)).servers}


def test_a_null_arm_is_a_second_copy_of_the_base() -> None:
    """It is measured in every cell, and is nobody's candidate."""
    plan = compared("tornado@uvloop", "aiohttp", null=True)
    assert plan.comparison is not None
    assert plan.comparison.null == "tornado@uvloop-null"
    assert plan.comparison.pairs == (("tornado@uvloop", "aiohttp"),)
    base, copy = (next(s for s in plan.servers if s.label == f"tornado@uvloop{end}") for end in ("", "-null"))
    assert (copy.name, copy.loop) == (base.name, base.loop)
    assert sum(cell.server == copy.label for cell in plan.cells) == len(GATE.workloads)


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("tornado",), "a comparison needs a base and a candidate: wsbench compare tornado aiohttp"),
        (("tornado", "floor=tcp"), "tcp speaks no WebSocket"),
        (("tcp", "tornado"), "tcp speaks no WebSocket"),
        (("tornado", "tornadoo"), "unknown server 'tornadoo'; did you mean tornado?"),
        (("tcp@uvloop", "tornado"), "'tcp@uvloop': tcp runs on no event loop of asyncio"),
    ],
)
def test_a_comparison_of_nothing_gets_one_line(words: tuple[str, ...], line: str) -> None:
    """The line says what is missing, or what can't be compared."""
    with pytest.raises(UsageError) as caught:
        compared(*words)
    assert str(caught.value).startswith(line)
    assert "\n" not in str(caught.value)


def test_a_comparison_that_could_decide_nothing_is_refused() -> None:
    """With every margin at 0 it would end well whatever it found; one margin left is enough."""
    words = Words(servers=("tornado", "aiohttp"))
    with pytest.raises(UsageError, match="nothing would be gated of aiohttp: every margin is 0"):
        make_comparison(words, Gates(margin=0), seed=1)
    assert make_comparison(
        words, Gates(margin=0, cells={"*16 conn*": {"throughput": 0.1}}), seed=1
    ).comparison


def test_a_candidate_may_be_shown_beside_one_that_is_gated() -> None:
    """Where a pattern takes it out; if that leaves nobody, or a pattern is misspelt, it is refused."""
    words = Words(servers=("tornado", "aiohttp", "websockets"))
    shown = {"gate": 0.0}
    comparison = make_comparison(words, Gates(cells={"aiohttp by *": shown}), seed=1).comparison
    assert comparison is not None
    assert [candidate for _, candidate in comparison.pairs] == ["aiohttp", "websockets"]
    with pytest.raises(UsageError, match="nothing would be gated of aiohttp, nor of anybody else"):
        make_comparison(words, Gates(cells={"*": shown}), seed=1)
    with pytest.raises(UsageError, match="did you mean 'aiohttp' for 'aiohtp'"):
        make_comparison(words, Gates(cells={"aiohtp by *": shown}), seed=1)


def test_a_session_is_half_a_comparison_without_a_verdict() -> None:
    """It has as many rounds as the first look, yardstick and floor, and nothing to decide."""
    plan = make_session(Words(), read_specs(["tornado"]), GATE, seed=3)
    assert (plan.rounds, plan.seed, plan.comparison) == (8, 3, None)
    assert [spec.label for spec in plan.servers] == ["tornado", "stdlib", "tcp"]
    assert {cell.workload.goal for cell in plan.cells if cell.server == "tcp"} == {"latency"}
    assert make_session(Words(rounds=2), read_specs(["tornado"]), GATE, seed=3).rounds == 2


def test_labels_made_up_here_may_not_hide_somebodys_server() -> None:
    """`a-null` is what the null arm of `a` is called: a candidate of that name is refused, not replaced."""
    with pytest.raises(UsageError, match="two servers would be called a-null"):
        compared("a=tornado", "a-null=aiohttp", null=True)


def test_a_far_quantile_gets_the_samples_it_needs() -> None:
    """A gated p99.9 makes rounds of 31,000 round trips; what nobody gates costs nothing."""
    words = Words(servers=("tornado", "aiohttp"))
    assert make_comparison(words, Gates(metrics={"rtt_p99.9": 0.2}), seed=1).pace.latency_samples == 31_000
    assert make_comparison(words, Gates(), seed=1).pace == GATE.pace


def test_slow_messages_are_explained_only_where_asked_for_and_there_are_enough() -> None:
    """Rounds then have 31,000 round trips, whatever the command; nothing of it is on by itself."""
    for explain, samples in ((False, GATE.pace.latency_samples), (True, 31_000)):
        words = Words(servers=("tornado", "aiohttp"), explain=explain)
        session = make_session(words, read_specs(["tornado"]), GATE, seed=3)
        for plan in (make_plan(words, seed=1), make_comparison(words, Gates(), seed=1), session):
            assert (plan.explain, plan.pace.latency_samples) == (explain, samples)


@given(st.lists(st.sampled_from(["a", "a-2", "a-3", "b", "a-2-2"])))
def test_specs_that_share_a_label_get_one_each(labels: list[str]) -> None:
    """All labels are different then, nobody is lost, and who came first keeps its own."""
    found = distinct(ServerSpec(label, str(number)) for number, label in enumerate(labels))
    assert [spec.name for spec in found] == [str(number) for number in range(len(labels))]
    assert len({spec.label for spec in found}) == len(labels)
    assert all(spec.label.startswith(label) for spec, label in zip(found, labels, strict=True))
    assert [spec.label for spec in found[:1]] == labels[:1]
