"""What stands in the table of a load run, and below it."""

from __future__ import annotations

import pytest
from load_runs import estimate, load_analysis, plan_of, row_of
from msgspec.structs import replace
from wsbench.analysis.load import LoadAnalysis
from wsbench.facts.notices import Notice
from wsbench.plan.thresholds import read_threshold
from wsbench.planning.load import SHARES
from wsbench.records.common import Handshake, Proof
from wsbench.rendering.numbers import MISSING
from wsbench.report.load_tables import load_closing_lines, load_table, unfinished_tables
from wsbench.verdicts.thresholds import Judged

MAIN = ("rate", "answered", "response p50", "response p99", "response max", "errors", "server")


def heads(analysis: LoadAnalysis, width: int | None, *, wide: bool = False) -> list[str]:
    """Return the heads of the columns, each in one line."""
    return [name.replace("\n", " ") for name, _ in load_table(analysis, width, wide=wide).columns]


def cells(analysis: LoadAnalysis, row: int = 0, width: int | None = None) -> dict[str, str]:
    """Return a row by the heads of its columns."""
    table = load_table(analysis, width, wide=False)
    return dict(zip(heads(analysis, width), table.rows[row], strict=True))


def below(analysis: LoadAnalysis, width: int | None = None) -> str:
    """Return the lines below the table."""
    return "\n".join(load_table(analysis, width, wide=False).below)


def test_at_80_columns_there_are_the_main_columns() -> None:
    """Rate, what was answered, response times with the longest, errors, CPU time; no room for more."""
    rates = (2_000, 20_000)
    found = heads(load_analysis(*map(row_of, rates)), 80)
    assert [head for head in found if head.startswith(MAIN)] == found
    assert len(found) == len(MAIN)


@pytest.mark.parametrize("width", [40, 60, 80, 100, 130, 170, 250])
@pytest.mark.parametrize("slower", [1.0, 50.0, 100_000.0])
@pytest.mark.parametrize("wide", [False, True])
def test_a_table_is_never_wider_than_its_terminal(width: int, slower: float, wide: bool) -> None:
    """Columns are left out until two spaces fit between all others."""
    rows = [row_of(14_000 * share, slower / (1.02 - share), share=share) for share in SHARES]
    table = load_table(load_analysis(*rows), width, wide=wide)
    columns = zip(*([name for name, _ in table.columns], *table.rows), strict=True)
    widths = [max(len(part) for text in one for part in text.split("\n")) for one in columns]
    assert sum(widths) + 2 * len(widths) <= width


def test_a_main_column_without_room_is_told() -> None:
    """The reader hears where it is."""
    analysis = load_analysis(*(row_of(14_000 * share, 5, share=share) for share in SHARES))
    assert "no room for response max µs, server µs: use a wider" in below(analysis, 60)
    assert "use a wider terminal, or --format markdown." in below(analysis, 60)
    assert "no room" not in below(analysis, 250)
    assert "no room" not in below(analysis)


def test_without_a_width_everything_is_there() -> None:
    """As Markdown needs it: heads in one line, whole intervals."""
    analysis = load_analysis(row_of(2_000, share=0.1))
    table = load_table(analysis, None, wide=True)
    assert [name for name, _ in table.columns] == [
        *(
            "of ceiling",
            "rate msg/s",
            "answered msg/s",
            "response p50 µs",
            "response p90 µs",
            "response p95 µs",
            "response p99 µs",
        ),
        *("response p99.9 µs", "response max µs", "response mean µs", "errors"),
        *("service p50 µs", "service p99 µs", "service p99.9 µs", "late p99 µs", "server µs"),
    ]
    assert table.rows[0][:5] == (
        *("10 %", "2,000", "1,998 [1,992, 2,004]"),
        *("60.0 [57.0, 63.0]", "100 [95, 105]"),
    )


@pytest.mark.parametrize("name", ["fault", "missed"])
def test_a_rate_that_was_not_met_has_no_times_but_its_reason(name: str) -> None:
    """What was answered and what it cost stand; how long it took hangs on how long it was tried."""
    reason = "14,310 of 20,000 msg/s were answered"
    analysis = load_analysis(row_of(2_000), row_of(20_000, 900, **{name: reason}))
    found = cells(analysis, 1)
    assert {found.pop("rate msg/s"), found.pop("answered msg/s")} == {"20,000", "19,980 ±60"}
    assert found.pop("server µs") == "67.0 ±3.4"
    assert found.pop("errors") == "0"
    assert set(found.values()) == {MISSING}
    assert MISSING not in cells(analysis, 0).values()
    assert f"rate 20,000: {reason}\n" in below(analysis)


def test_a_rate_with_fault_and_miss_gives_both_reasons() -> None:
    """Each on a line of its own."""
    lines = below(load_analysis(row_of(500, fault="the client was late", missed="400 of 500"))).split("\n")
    assert lines[:2] == ["rate 500: the client was late", "rate 500: 400 of 500"]


def test_as_fast_as_it_goes_nothing_is_due() -> None:
    """There is no response time and no lateness without a schedule; the row says max."""
    analysis = load_analysis(row_of(2_000), row_of(0))
    found = cells(analysis, 1)
    assert found["rate msg/s"] == "max"
    assert {name for name, text in found.items() if text == MISSING} == {
        name for name in found if name.startswith(("response", "late"))
    }
    assert "max: as fast as it answers, with 4 messages in flight on each connection." in below(analysis)
    assert "max:" not in below(load_analysis(row_of(2_000)))


def test_times_are_in_ms_where_even_the_fastest_are_so_long() -> None:
    """A server far away; lateness and CPU time stay in µs."""
    found = cells(load_analysis(row_of(2_000, 500), row_of(3_000, 900)))
    assert found["response p50 ms"] == "30.0 ±1.5"
    assert found["late p99 µs"] == "5.40 ±0.27"
    assert "response p50 µs" in cells(load_analysis(row_of(2_000, 1), row_of(3_000, 900)))


def test_columns_in_which_nothing_stands_are_left_out() -> None:
    """A server at a URL has no CPU time that we know of."""
    row = row_of(2_000)
    known = {name: one for name, one in row.estimates.items() if name != "server_cpu"}
    analysis = load_analysis(replace(row, estimates=known), plan=plan_of("ws://host/"))
    assert not any(head.startswith("server") for head in heads(analysis, None))
    assert "CPU" not in below(analysis)


def test_the_findings_stand_below_with_their_intervals() -> None:
    """Capacity, knee and ceiling, and what they mean; the answer too where a judgement is above."""
    text = below(
        load_analysis(
            row_of(2_000),
            plan=plan_of(slo=("p99=5ms",)),
            capacity=estimate(9_000),
            knee=estimate(8_000),
            ceiling=estimate(14_000),
        )
    )
    assert "tornado does what it can." not in text
    judged = Judged(read_threshold("p99=5ms"), 2_000, "met", estimate(4e6))
    assert below(load_analysis(row_of(2_000), thresholds=(judged,))).startswith("tornado does what it can.\n")
    assert "capacity: 9,000 ±450 msg/s, the highest rate that keeps p99 = 5 ms." in text
    assert "knee: 8,000 ±400 msg/s, past it response times grow faster than the rate." in text
    assert "ceiling: 14,000 ±700 msg/s, what it answers as fast as it can." in text


def test_the_recovery_after_bursts_is_a_column() -> None:
    """It is explained only where there is one."""
    row = row_of(2_000)
    row = replace(row, estimates=row.estimates | {"recovery": estimate(3_000_000)})
    analysis = load_analysis(row, plan=plan_of(rates=(2_000.0,), burst=50))
    assert cells(analysis)["recovery µs"] == "3,000 ±150"
    assert "recovery: how long" in below(analysis)
    assert "recovery" not in below(load_analysis(row_of(2_000)))
    assert load_table(analysis, 80, wide=False).title.endswith(", bursts of 50")


def test_the_title_says_what_was_sent_where() -> None:
    """Label, link, payload, connections, and agents where there are several."""
    assert load_table(load_analysis(row_of(9)), 80, wide=False).title == (
        "Load, tornado, 64 B text, 16 connections"
    )
    other = plan_of("a=aiohttp@tls", connections=1, text=False, size=2_000)
    assert load_table(load_analysis(row_of(9), plan=other), 80, wide=False).title == (
        "Load, a, over TLS, 2,000 B binary, 1 connection"
    )
    many = load_table(load_analysis(row_of(9), plan=plan_of(agents=3)), 80, wide=False).title
    assert many.endswith("16 connections, 3 agents")


def test_a_run_without_a_round_has_its_headline_alone() -> None:
    """Which stands above; it was stopped too early for more."""
    table = load_table(load_analysis(), 80, wide=False)
    assert (table.columns, table.rows, table.below) == ((), (), ())


STEPS = (
    row_of(0),
    row_of(20_000, held=True),
    row_of(18_000, held=False, missed="14,310 of 18,000 msg/s were answered"),
)


@pytest.mark.parametrize("width", [60, 80, 170, None])
def test_a_round_that_never_ended_has_a_table_of_its_own(width: int | None) -> None:
    """Its steps stand in the order they were taken, as numbers without an interval, and say if they held."""
    analysis = load_analysis(row_of(2_000), unfinished=STEPS)
    (table,) = unfinished_tables(analysis, width)
    assert table.title == "Round 6, interrupted after 3 steps"
    names = [name.replace("\n", " ") for name, _ in table.columns]
    rows = [dict(zip(names, row, strict=True)) for row in table.rows]
    assert [row["rate msg/s"] for row in rows] == ["max", "20,000", "18,000"]
    assert [row["limit held"] for row in rows] == [MISSING, "yes", "no"]
    assert (rows[1]["response p50 µs"], rows[2]["response p50 µs"]) == ("60.0", MISSING)
    assert not {"±", "["} & set("".join(text for row in table.rows for text in row))
    assert table.below[0] == "rate 18,000: 14,310 of 18,000 msg/s were answered"
    explained = [line.partition(":")[0] for line in table.below[1:] if not line.startswith("no room for ")]
    assert explained == ["max"]  # the rest was said above


def test_without_a_finished_round_the_columns_are_explained_there() -> None:
    """Nothing was said above."""
    (table,) = unfinished_tables(load_analysis(unfinished=STEPS[1:2], rounds=0), 80)
    assert [line.partition(":")[0] for line in table.below] == ["response", "errors", "server"]
    assert unfinished_tables(load_analysis(row_of(9)), 80) == []


def test_without_a_limit_nothing_says_whether_it_held() -> None:
    """Rates that are named, and sweeps; nor is there such a column over finished rounds."""
    (table,) = unfinished_tables(load_analysis(unfinished=(row_of(9),)), None)
    assert "limit held" not in [name for name, _ in table.columns]
    assert "limit held" not in heads(load_analysis(row_of(9)), None)


def test_the_closing_lines_have_rounds_conditions_and_notices() -> None:
    """What the numbers hang on, and what a reader must know."""
    analysis = load_analysis(
        row_of(10), plan=plan_of(poisson=True), notices=(Notice("one"), Notice("two", invalid=True))
    )
    rounds, conditions, *notices = load_closing_lines(analysis)
    assert rounds.startswith("5 rounds of fresh processes, complete; ± and [ ] are 95 % intervals")
    assert conditions == (
        "tornado 6.6.1, CPython 3.11.7, equal settings, cores kept awake, poisson arrivals,"
        " steps of 1 s after 0.25 s of ramp, seed 1."
    )
    assert notices == ["note: one", "INVALID: two"]


def test_of_a_server_that_is_not_ours_only_what_is_known_is_said() -> None:
    """No version, no settings; the cipher that was agreed on."""
    analysis = load_analysis(
        row_of(10),
        plan=plan_of("wss://host/", keep_awake=False),
        awake=False,
        server=Proof("", "", ""),
        handshake=Handshake(tls="TLSv1.3 TLS_AES_256_GCM_SHA384"),
    )
    assert load_closing_lines(analysis)[1] == (
        "cores left to sleep, uniform arrivals, steps of 1 s after 0.25 s of ramp,"
        " TLSv1.3 TLS_AES_256_GCM_SHA384, seed 1."
    )
