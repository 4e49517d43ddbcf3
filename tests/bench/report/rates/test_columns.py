"""What a table of rates shows of a row."""

from __future__ import annotations

import pytest
from load_runs import estimate, load_analysis, row_of
from loads import step_of
from msgspec.structs import replace
from wsbench.analysis.load_rows import LoadRow
from wsbench.rendering.columns import fit
from wsbench.report.rates.columns import columns_of, failed, rate_text, shown_estimates


@pytest.mark.parametrize(
    ("rate", "text"),
    [
        (0, "max"),
        (0.5, "0.5"),
        (2.25, "2.25"),
        (99.9, "99.9"),
        (100, "100"),
        (20_000, "20,000"),
        (1e6, "1,000,000"),
    ],
)
def test_rates_are_shown_as_they_were_asked_for(rate: float, text: str) -> None:
    """No exponent, no decimals that nobody asked for."""
    assert rate_text(rate) == text


@pytest.mark.parametrize(
    ("row", "kept"),
    [
        (row_of(10), {"response_p50", "service_p99", "lateness_p99", "achieved", "server_cpu"}),
        (row_of(10, missed="x"), {"achieved", "server_cpu"}),
        (row_of(0), {"service_p50", "service_p99", "achieved", "server_cpu"}),
        (row_of(0, fault="x"), {"achieved", "server_cpu"}),
    ],
)
def test_what_is_hidden_here_is_hidden_everywhere(row: LoadRow, kept: set[str]) -> None:
    """CSV and JSON show the same numbers as the table."""
    found = shown_estimates(row)
    assert kept <= found.keys()
    assert all(found[name] == row.estimates[name] for name in found)
    if row.fault or row.missed:
        assert kept == found.keys()


def test_what_failed_is_counted_over_all_rounds() -> None:
    """By kind where kinds are known, and else those without a reply."""
    steps = (
        step_of(0, 500, 1, unanswered=2, errors={"no reply": 2, "closed 1011": 3}),
        step_of(1, 500, 1, unanswered=4),
    )
    row = row_of(500, steps=steps)
    assert failed(row) == 9
    shown = {one.name: one.show(row, False) for one in columns_of(load_analysis(row), [row])}
    assert shown["errors"] == "9"


def test_connections_have_columns_only_where_something_is_known() -> None:
    """Reconnects, connect time, bytes: nothing is shown of them where there is nothing."""
    row = row_of(500, steps=(step_of(0, 500, 1, reconnects=2), step_of(1, 500, 1, reconnects=1)))
    more = {"connect_p99": estimate(3_000_000), "sent_bytes": estimate(2_500_000)}
    known = replace(row, estimates=row.estimates | more)
    found = {one.name: one.show(known, False) for one in columns_of(load_analysis(known), [known])}
    assert (found["reconnects"], found["sent MB"], found["received MB"]) == ("3", "2.50 ±0.12", "–")
    assert found["connect p99 µs"] == "3,000 ±150"
    plain = row_of(500)
    names = {one.name for one in fit(columns_of(load_analysis(plain), [plain]), [plain], wide=True)}
    assert not {"reconnects", "connect p99 µs", "sent MB"} & names
