"""What a run says, from records whose truth is known."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from runs import run_of
from wsbench.analysis.run import analyse
from wsbench.demand.workload import Workload

WIDE = Workload(connections=16)
SPREAD = (1.05, 0.95, 1.06, 0.94, 1.04, 0.96, 1.03, 0.97)


def test_the_fastest_is_named_with_its_lead_over_the_runner_up() -> None:
    """The headline holds the winner and how far it is ahead."""
    analysis = analyse(run_of({"tornado": 60.0, "aiohttp": 50.0, "websockets": 80.0}))
    assert analysis.groups[0].headline == "aiohttp is fastest; tornado takes 20.0 % (20.0 to 20.0 %) longer."


def test_rows_are_ordered_and_ranked() -> None:
    """Best first, each with its rank."""
    rows = analyse(run_of({"tornado": 60.0, "aiohttp": 50.0, "websockets": 80.0})).groups[0].rows
    assert [(row.server, row.rank) for row in rows] == [
        ("aiohttp", "1"),
        ("tornado", "2"),
        ("websockets", "3"),
    ]


def test_servers_that_differ_by_noise_alone_share_their_rank() -> None:
    """What the rounds do not separate is said to be unseparated."""
    run = run_of({"tornado": 50.0, "aiohttp": 50.0}, noise={"aiohttp": SPREAD})
    group = analyse(run).groups[0]
    assert {row.rank for row in group.rows} == {"1–2"}
    assert "which is ahead can't be told" in group.headline


def test_three_rounds_are_too_few_to_tell() -> None:
    """An interval without an end is not dressed up as a percentage."""
    group = analyse(run_of({"tornado": 60.0, "aiohttp": 50.0}, rounds=3)).groups[0]
    assert group.headline == "aiohttp and tornado: too few rounds to tell them apart."


def test_servers_surely_within_three_percent_are_marked_equal() -> None:
    """A certain difference of 1 % keeps its rank and gets the mark."""
    rows = analyse(run_of({"tornado": 50.0, "aiohttp": 50.5})).groups[0].rows
    assert [row.rank for row in rows] == ["1=", "2="]


def test_the_ratio_does_not_see_what_slows_the_whole_machine() -> None:
    """Rounds vary by 3 %, the ratio inside the rounds not at all."""
    rows = analyse(run_of({"tornado": 50.0, "aiohttp": 75.0})).groups[0].rows
    ratio = next(row.ratio for row in rows if row.server == "aiohttp")
    assert ratio is not None
    assert ratio.value == pytest.approx(1.5, rel=1e-4)
    assert ratio.high - ratio.low < 1e-3


def test_a_throughput_ratio_is_of_rates() -> None:
    """Half the round trip is twice the rate."""
    group = analyse(run_of({"tornado": 800.0, "aiohttp": 400.0}, workloads=[WIDE])).groups[0]
    ratio = next(row.ratio for row in group.rows if row.server == "aiohttp")
    assert ratio is not None
    assert ratio.value == pytest.approx(2.0, rel=1e-4)
    assert group.rows[0].estimates["throughput"].value == pytest.approx(16 / 400e-6, rel=0.02)
    assert group.headline.startswith("aiohttp carries 100.0 %")


def test_yardstick_and_floor_take_no_rank_beside_two_others() -> None:
    """They are what others are held against; the floor is what is subtracted."""
    rows = analyse(run_of({"tornado": 60.0, "aiohttp": 50.0, "stdlib": 40.0, "tcp": 30.0})).groups[0].rows
    by_name = {row.server: row for row in rows}
    assert (by_name["stdlib"].rank, by_name["tcp"].rank) == ("", "")
    over = by_name["tornado"].over_floor
    assert over is not None
    assert over.value == pytest.approx(30_000, rel=0.02)


@pytest.mark.parametrize("named", ["tornado", "stdlib", "tcp"])
def test_one_server_alone_has_no_rank(named: str) -> None:
    """There is nobody to rank it among; yardstick and floor take no rank and no headline in any case."""
    group = analyse(run_of({named: 60.0, "stdlib": 40.0, "tcp": 30.0} | {named: 60.0})).groups[0]
    assert {row.rank for row in group.rows} == {""}
    assert not group.headline


def test_the_reference_is_the_first_tornado_else_the_first_server() -> None:
    """Ratios are against Tornado under whatever label it runs."""
    assert analyse(run_of({"aiohttp": 50.0, "mine=tornado": 60.0})).groups[0].reference == "mine"
    assert analyse(run_of({"aiohttp": 50.0, "websockets": 60.0})).groups[0].reference == "aiohttp"


def test_a_failed_cell_is_an_error_row_and_makes_the_run_invalid() -> None:
    """The reason is kept, the others are ranked."""
    analysis = analyse(run_of({"tornado": 60.0, "aiohttp": 50.0}, failures={"aiohttp": "it died"}))
    rows = analysis.groups[0].rows
    assert analysis.invalid
    assert [(row.server, row.failure.reason if row.failure else "") for row in rows] == [
        ("tornado", ""),
        ("aiohttp", "it died"),
    ]


def test_a_cell_that_failed_in_a_later_round_has_the_numbers_of_those_before() -> None:
    """Seven rounds are not lost with the eighth; but they take no rank, and the run is not all well."""
    import msgspec
    from wsbench.records.common import Failure

    run = run_of({"tornado": 60.0, "aiohttp": 50.0})
    last = msgspec.structs.replace(run.rounds[-1], failures=(Failure(1, "it died"),))
    last = msgspec.structs.replace(last, cells=last.cells[:1])
    analysis = analyse(msgspec.structs.replace(run, rounds=(*run.rounds[:-1], last)))
    rows = {row.server: row for row in analysis.groups[0].rows}
    assert (rows["tornado"].estimates["rtt_p50"].n, rows["aiohttp"].estimates["rtt_p50"].n) == (8, 7)
    assert (rows["aiohttp"].rank, rows["aiohttp"].failed_in, rows["tornado"].failed_in) == ("", 8, 0)
    assert rows["aiohttp"].ratio is not None
    assert analysis.invalid


def test_a_lower_bound_ranks() -> None:
    """A server that surely carries more than two others is first, whatever more it could carry."""
    run = run_of(
        {"tornado": 800.0, "aiohttp": 700.0, "websockets": 900.0},
        workloads=[WIDE],
        shares={"aiohttp": (0.99, 0.5)},
    )
    group = analyse(run).groups[0]
    assert [(row.server, row.rank) for row in group.rows] == [
        ("aiohttp", "1"),
        ("tornado", "2"),
        ("websockets", "3"),
    ]
    assert group.headline == "aiohttp carries at least 14.3 % (14.3 to 14.3 %) more than tornado."


def test_nobody_is_surely_above_a_lower_bound() -> None:
    """One that could carry more than it shows may be anywhere above the servers that it surely beats."""
    run = run_of(
        {"tornado": 800.0, "aiohttp": 700.0, "websockets": 900.0},
        workloads=[WIDE],
        shares={"tornado": (0.99, 0.5)},
    )
    group = analyse(run).groups[0]
    assert [(row.server, row.rank) for row in group.rows] == [
        ("aiohttp", "1–2"),
        ("tornado", "1–2"),
        ("websockets", "3"),
    ]
    assert group.headline == (
        "Which of aiohttp, tornado carries the most messages can't be told:"
        " the client was the limit with tornado."
    )


def test_a_limited_yardstick_keeps_nobody_from_being_named() -> None:
    """It is no contestant."""
    run = run_of(
        {"tornado": 800.0, "aiohttp": 700.0, "stdlib": 600.0},
        workloads=[WIDE],
        shares={"stdlib": (0.99, 0.5)},
    )
    assert analyse(run).groups[0].headline.startswith("aiohttp carries ")


def test_where_every_client_was_the_limit_nobody_is_first() -> None:
    """All numbers are lower bounds."""
    shares = {"tornado": (0.99, 0.5), "aiohttp": (0.99, 0.5)}
    group = analyse(run_of({"tornado": 800.0, "aiohttp": 700.0}, workloads=[WIDE], shares=shares)).groups[0]
    assert {row.rank for row in group.rows} == {"1–2"}
    assert "can't be told" in group.headline


def test_p999_stands_only_where_every_round_has_the_samples() -> None:
    """3,200 round trips allow p99 and not p99.9."""
    estimates = analyse(run_of({"tornado": 60.0})).groups[0].rows[0].estimates
    assert "rtt_p99" in estimates
    assert "rtt_p99.9" not in estimates


def test_a_run_without_a_finished_round_has_no_rows() -> None:
    """Nothing is made up for it."""
    import msgspec

    run = msgspec.structs.replace(run_of({"tornado": 60.0}), rounds=(), closing=None)
    analysis = analyse(run)
    assert (analysis.groups, analysis.status, analysis.rounds) == ((), "cut off", 0)


def test_a_failure_of_an_unfinished_round_counts() -> None:
    """A run that was stopped after a wrong reply says so beside the numbers of the rounds before."""
    import msgspec
    from wsbench.records.common import Closing, Failure

    run = run_of({"tornado": 60.0, "aiohttp": 50.0})
    closing = Closing("", "interrupted", (Failure(0, "byte 3 came back wrong"),))
    analysis = analyse(msgspec.structs.replace(run, closing=closing))
    assert analysis.invalid
    assert {row.server: (bool(row.estimates), row.failed_in) for row in analysis.groups[0].rows} == {
        "tornado": (True, 9),
        "aiohttp": (True, 0),
    }


def test_a_cell_that_contradicts_itself_takes_no_rank_and_no_ratio() -> None:
    """Where Little's law fails the others are still compared."""
    import msgspec

    run = run_of({"tornado": 800.0, "aiohttp": 700.0, "websockets": 900.0}, workloads=[WIDE])
    lines = tuple(
        msgspec.structs.replace(
            one,
            cells=tuple(
                msgspec.structs.replace(cell, elapsed_ns=cell.elapsed_ns * (2 if cell.cell == 1 else 1))
                for cell in one.cells
            ),
        )
        for one in run.rounds
    )
    rows = {row.server: row for row in analyse(msgspec.structs.replace(run, rounds=lines)).groups[0].rows}
    assert (rows["aiohttp"].limit, rows["aiohttp"].rank, rows["aiohttp"].ratio) == ("invalid", "", None)
    assert (rows["tornado"].rank, rows["websockets"].rank) == ("1", "2")


def test_a_gap_that_one_round_contradicts_is_not_sure() -> None:
    """The interval alone would exclude 0; nobody has a rank then, and the sentence says why."""
    noise = (1.0, 1.001, 0.999, 1.0, 1.001, 0.999, 1.0, 0.8)
    group = analyse(run_of({"tornado": 60.0, "aiohttp": 50.0}, noise={"tornado": noise})).groups[0]
    assert {row.rank for row in group.rows} == {""}
    assert group.headline.endswith("apart, too unevenly over the rounds to be sure.")


def test_a_third_server_that_may_stand_anywhere_takes_the_ranks_of_two_that_are_apart() -> None:
    """Sure to differ by a tenth, they would share the second place beside it: then nobody has a rank."""
    noise = {"websockets": (1.0,) * 6 + (1.5, 1.5)}
    times = {"tornado": 400.0, "aiohttp": 441.0, "websockets": 400.0}
    group = analyse(run_of(times, noise=noise)).groups[0]
    assert {row.rank for row in group.rows} == {""}


@settings(deadline=None, max_examples=20)
@given(
    st.lists(st.floats(400, 1200), min_size=2, max_size=5),
    st.floats(0, 0.5),
    st.randoms(use_true_random=False),
    st.sets(st.integers(0, 4)),
    st.booleans(),
)
def test_no_table_contradicts_its_own_ranks(
    times: list[float], spread: float, rng: random.Random, limited: set[int], throughput: bool
) -> None:
    """The rows stand in the order of their numbers; a rank that is surely above another has the better one.

    Where the ratio is surely far from 1, ranks don't overlap, unless lower bounds are among them.
    """
    names = ["tornado", "aiohttp", "websockets", "sanic", "picows"][: len(times)]
    run = run_of(
        dict(zip(names, times, strict=True)),
        workloads=[WIDE if throughput else Workload()],
        noise={name: [1 + rng.uniform(-spread, spread) for _ in range(8)] for name in names},
        shares={names[place]: (0.99, 0.5) for place in limited if place < len(names)},
    )
    group = analyse(run).groups[0]
    metric, sign = ("throughput", -1) if throughput else ("rtt_p50", 1)
    values = [sign * row.estimates[metric].value for row in group.rows]
    assert values == sorted(values)
    if not all(row.rank for row in group.rows):  # too uneven, so nobody has one
        assert not any(row.rank for row in group.rows)
        return
    ends = {row.server: [int(end) for end in row.rank.rstrip("=").split("–")] for row in group.rows}
    for place, row in enumerate(group.rows):
        for other in group.rows[place + 1 :]:
            assert ends[row.server][0] <= ends[other.server][-1]
        if row.ratio and (row.ratio.low > 1.1 or row.ratio.high < 1 / 1.1) and not limited:
            mine, reference = ends[row.server], ends["tornado"]
            assert mine[-1] < reference[0] or reference[-1] < mine[0]
