"""What stands in the tables, and with how many digits."""

from __future__ import annotations

import msgspec
import pytest
from runs import run_of
from wsbench.analysis.run import analyse
from wsbench.demand.workload import Workload
from wsbench.records.run import ConnectionCost, Fairness, Run, Slow
from wsbench.rendering.numbers import MISSING
from wsbench.rendering.terminal import draw
from wsbench.report.tables import closing_lines, tables

BOTH = [Workload(), Workload(connections=16)]


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


def changed(run: Run, **fields: object) -> Run:
    """Return a run with these fields in every record."""
    rounds = tuple(
        msgspec.structs.replace(
            one, cells=tuple(msgspec.structs.replace(cell, **fields) for cell in one.cells)
        )
        for one in run.rounds
    )
    return msgspec.structs.replace(run, rounds=rounds)


def test_jain_stands_in_wide_tables_of_several_connections() -> None:
    """Not where there is one, and not where there is no room."""
    workloads = [Workload(), Workload(depth=32), Workload(connections=16)]
    run = changed(run_of({"tornado": 60.0}, workloads=workloads), fairness=Fairness(0.98, 0.7, 0))
    wide, narrow = (tables(analyse(run), wide=wide) for wide in (True, False))
    assert [("Jain", True) in table.columns for table in wide] == [False, False, True]
    assert wide[-1].rows[0][-1] == "0.98 [0.98, 0.98]"
    assert not any(("Jain", True) in table.columns for table in narrow)


EXPLAINED = {"tornado": 60.0, "aiohttp": 50.0, "tcp": 30.0}


@pytest.mark.parametrize("wide", [True, False])
def test_what_slow_messages_met_stands_in_latency_tables(*, wide: bool) -> None:
    """In % of them, with what that means below; in 80 columns for the distance to the floor."""
    run = changed(run_of(EXPLAINED, workloads=BOTH), slow=Slow(31, 90_000, 12, 3))
    latency, throughput = tables(analyse(run), wide=wide)
    names = [name for name, _ in latency.columns]
    assert names[-2:] == ["slow in GC %", "stalled %"]
    assert latency.rows[0][-2:] == (("39 [39, 39]", "10 [10, 10]") if wide else ("39 ±0", "10 ±0"))
    assert ("µs over floor" in names) is wide
    assert sum(line.startswith("slow: the slowest 1‰") for line in latency.below) == 1
    assert "stalled %" not in [name for name, _ in throughput.columns]
    assert not any(line.startswith("slow:") for line in throughput.below)


def test_without_an_event_loop_there_is_no_stall() -> None:
    """That is not a share of 0: nobody has looked."""
    run = changed(run_of(EXPLAINED), slow=Slow(31, 90_000, 12, 0))
    native = msgspec.structs.replace(run.rounds[0].servers["tcp"], loop="native")
    rounds = tuple(msgspec.structs.replace(one, servers={**one.servers, "tcp": native}) for one in run.rounds)
    (table,) = tables(analyse(msgspec.structs.replace(run, rounds=rounds)), wide=False)
    shown = {row[1]: row[-2:] for row in table.rows}
    assert shown == {"aiohttp": ("39 ±0", "0 ±0"), "tornado": ("39 ±0", "0 ±0"), "tcp": ("39 ±0", MISSING)}


def test_an_explained_table_fits_80_columns() -> None:
    """Where p99.9 is known p99 gives way to it, and no number is broken."""
    quantiles = {"p50": 50_000.0, "p99": 85_000.0, "p99.9": 912_000.0}
    run = changed(
        run_of({"tornado": 60.0, "websockets": 70.0, "tcp": 30.0}),
        slow=Slow(31, 90_000, 12, 3),
        quantiles_ns=quantiles,
    )
    text = draw(tables(analyse(run), wide=False), [], width=80)
    assert max(map(len, text.splitlines())) <= 80
    head = next(line for line in text.splitlines() if line.strip().startswith("rank"))
    assert head.split() == [
        "rank",
        "server",
        "p50",
        "µs",
        "p99.9",
        "µs",
        "×tornado",
        *["slow", "in", "GC", "%", "stalled", "%"],
    ]
    assert sum("websockets" in line for line in text.partition("versions")[0].splitlines()) == 2


def test_a_table_that_is_not_explained_says_nothing_of_it() -> None:
    """No column and no line."""
    (table,) = tables(analyse(run_of(EXPLAINED)), wide=True)
    assert not any("stall" in name for name, _ in table.columns)
    assert not any("slow" in line for line in table.below)


def with_crowd(run: Run, crowd: ConnectionCost) -> Run:
    """Return a run every record of which has a crowd."""
    replace = msgspec.structs.replace
    rounds = [
        replace(one, cells=tuple(replace(cell, crowd=crowd) for cell in one.cells)) for one in run.rounds
    ]
    return replace(run, rounds=tuple(rounds))


@pytest.mark.parametrize("workload", [Workload(idle=500), Workload(connections=500)])
def test_many_connections_have_columns_of_their_own(workload: Workload) -> None:
    """Memory and connecting, in 80 columns at the cost of others; what is left behind where there is room."""
    crowd = ConnectionCost(500, 250_000_000, ((0, 0), (1, 1_024), (500, 2_044_928)), held=-1_024_000)
    servers = {"tornado": 60.0, "aiohttp": 70.0, "tcp": 30.0}
    run = with_crowd(run_of(servers, workloads=[workload]), crowd)
    (narrow,), (wide,) = (tables(analyse(run), wide=wide) for wide in (False, True))
    names = [name for name, _ in narrow.columns]
    assert {"rank", "server", "KiB/conn", "conn/s"} < set(names)
    assert not {"µs over floor", "client µs", "server µs", "held KiB/conn"} & set(names)
    shown = dict(zip(names, narrow.rows[0], strict=True))
    assert (shown["KiB/conn"], shown["conn/s"]) == ("4.00 ±0.00", "2,000 ±0")
    line = "KiB/conn: resident memory of the server per open connection; conn/s: handshakes a second."
    assert line in narrow.below
    held = dict(zip([name for name, _ in wide.columns], wide.rows[0], strict=True))["held KiB/conn"]
    assert held == "-2.00 [-2.00, -2.00]"
    assert f"{line} held: what a closed one left behind." in wide.below
    assert not any("CPU time" in text for text in narrow.below)


def test_few_connections_have_no_such_columns() -> None:
    """Nor a line about them."""
    (table,) = tables(analyse(run_of({"tornado": 60.0})), wide=True)
    assert "conn/s" not in {name for name, _ in table.columns}
    assert not any("KiB/conn" in text for text in table.below)
