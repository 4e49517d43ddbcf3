"""What stands in the tables, and with how many digits."""

from __future__ import annotations

import pytest
from runs import run_of
from wsbench.faces.tables import MISSING, closing_lines, interval, microseconds, number, tables
from wsbench.values.analysis import analyse
from wsbench.values.estimate import Estimate
from wsbench.values.workload import Workload

BOTH = [Workload(), Workload(connections=16)]


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0.00"), (7.123, "7.12"), (9.999, "10.0"), (52.06, "52.1"), (99.99, "100"), (14_250.4, "14,250")],
)
def test_numbers_have_about_three_digits(value: float, text: str) -> None:
    """Rounding up to the next power of ten takes a decimal away."""
    assert number(value) == text


def test_times_are_shown_in_microseconds() -> None:
    """52,100 ns are 52.1 µs."""
    assert microseconds(52_100) == "52.1"


def test_an_interval_has_as_many_decimals_as_its_value() -> None:
    """Both forms, the longer half in the short one."""
    estimate = Estimate(52_060, 51_240, 53_400, 8)
    assert interval(estimate, wide=True, scale=1000) == "52.1 [51.2, 53.4]"
    assert interval(estimate, wide=False, scale=1000) == "52.1 ±1.3"


def test_an_interval_without_an_end_says_so() -> None:
    """Three rounds have a value and know nothing of its error."""
    estimate = Estimate(52_060, 0.0, float("inf"), 3)
    assert interval(estimate, wide=True, scale=1000) == "52.1 [0.0, ∞]"
    assert interval(estimate, wide=False, scale=1000) == "52.1 ±∞"
    assert interval(None, wide=False) == MISSING


def test_round_trips_come_before_throughput() -> None:
    """Whatever the order of the cells, latency is read first."""
    run = run_of({"tornado": 60.0, "tcp": 30.0}, workloads=BOTH[::-1])
    assert [table.title.partition(",")[0] for table in tables(analyse(run), wide=True)] == [
        "Round trip",
        "Throughput",
    ]


def test_the_latency_table_has_the_columns_of_the_design() -> None:
    """Rank, server, version, percentiles, ratio and the distance to the floor."""
    (table,) = tables(analyse(run_of({"tornado": 60.0, "aiohttp": 50.0, "tcp": 30.0})), wide=True)
    names = [name for name, _ in table.columns]
    wanted = ["rank", "server", "version", "p50 µs", "p99 µs", "p99.9 µs", "×tornado", "µs over floor"]
    assert [name for name in names if name in wanted] == wanted


def test_a_narrow_table_drops_only_columns_in_which_nothing_stands() -> None:
    """p99.9 goes where no cell has it, p99 stays."""
    (table,) = tables(analyse(run_of({"tornado": 60.0, "aiohttp": 50.0, "tcp": 30.0})), wide=False)
    names = [name for name, _ in table.columns]
    assert "p99.9 µs" not in names
    assert "p99 µs" in names


def test_an_error_row_has_its_reason_and_last_words_below_the_table() -> None:
    """Nothing of a failed cell is shown as a number."""
    run = run_of({"tornado": 60.0, "aiohttp": 50.0}, failures={"aiohttp": "it died"})
    (table,) = tables(analyse(run), wide=False)
    assert table.rows[-1][:2] == ("error", "aiohttp")
    assert set(table.rows[-1][2:]) == {MISSING}
    assert "aiohttp: it died" in table.below
    assert "  | last words" in table.below


def test_the_reference_is_one_against_itself() -> None:
    """Its ratio is no estimate."""
    (table,) = tables(analyse(run_of({"tornado": 60.0, "aiohttp": 50.0})), wide=False)
    column = [name for name, _ in table.columns].index("×tornado")
    assert {row[1]: row[column] for row in table.rows} == {"tornado": "1", "aiohttp": "0.833 ±0.000"}


def test_notices_stand_below_with_the_failed_controls_first() -> None:
    """INVALID is not to be overlooked."""
    analysis = analyse(run_of({"tornado": 25.0, "tcp": 30.0}, busy=0.4))
    lines = closing_lines(analysis)
    assert lines[2].startswith("INVALID: tornado was faster than plain TCP")
    assert lines[3].startswith("note: other programs kept 40% of the cores busy")


def test_the_conditions_of_a_run_stand_below_it() -> None:
    """Class, sleep and think time change what the numbers mean."""
    run = run_of({"tornado": 60.0})
    assert closing_lines(analyse(run))[1] == "equal settings, cores kept awake, 50 µs think time, seed 1."
    import msgspec

    plan = msgspec.structs.replace(run.header.plan, equal=False, keep_awake=False)
    lines = tuple(msgspec.structs.replace(one, awake=False) for one in run.rounds)
    other = msgspec.structs.replace(run, header=msgspec.structs.replace(run.header, plan=plan), rounds=lines)
    assert closing_lines(analyse(other))[1].startswith("settings as shipped, cores left to sleep")


def test_long_labels_take_the_room_of_the_version() -> None:
    """The column is then called ratio, and what to is said below."""
    run = run_of({"tornado@uvloop": 50.0, "websockets@uvloop": 60.0, "tcp": 30.0})
    (table,) = tables(analyse(run), wide=False)
    assert [name for name, _ in table.columns] == [
        "rank",
        "server",
        "p50 µs",
        "p99 µs",
        "ratio",
        "µs over floor",
    ]
    assert "ratio: to tornado@uvloop." in table.below
    assert "versions: tornado@uvloop 1.0, websockets@uvloop 1.0, tcp 1.0." in table.below
