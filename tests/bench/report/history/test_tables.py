"""What is shown of a history fits 80 columns and says what is known."""

from __future__ import annotations

from pathlib import Path

import pytest
from histories import example, history, run_on, stepped, with_version
from wsbench.analysis.history.series import History
from wsbench.report.formats import on_terminal
from wsbench.report.history.tables import pages

ROOT = Path(__file__).parents[4]


def shown(found: History, width: int = 80) -> str:
    """Return the text on a terminal of so many columns."""
    return on_terminal(pages, found, width)


def test_a_change_is_told_in_words():
    """Its size and place with intervals, the version that came, and every run."""
    runs = [with_version(run, "2.0" if at >= 12 else "1.0") for at, run in enumerate(stepped())]
    text = shown(history(*runs))
    assert "p50 as a ratio to stdlib, 64 B text, 1 connection, depth 1, driven by wire" in text
    assert "tornado REGRESSED +10.4 % [" in " ".join(text.split())
    assert "there: tornado: version 1.0, now 2.0" in text
    assert "tornado, p50, run by run" in text
    assert max(map(len, text.splitlines())) <= 80
    rows = [line for line in text.splitlines() if "2026-01-" in line and " c" in line and "." in line]
    assert "c19" in [line for line in rows if "±" in line][-1]


def test_the_example_of_the_documents_is_what_is_shown():
    """To the letter, as a terminal of 80 columns shows it."""
    block = (ROOT / "docs" / "history.md").read_text().partition("<!-- history -->\n```text\n")[2]
    lines = [line.rstrip() for line in shown(example()).splitlines()]
    assert block.partition("```")[0] == "\n".join(lines) + "\n"


def test_many_series_are_an_overview():
    """Each run would be too much."""
    text = shown(history(*stepped(6), metrics=("rtt_p50", "rtt_p90", "server_cpu", "rtt_p99")))
    assert "run by run" not in text
    assert "Each run is in --format csv" in text


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (history(run_on(1)), "Too few: a change is visible in 6 runs or more."),
        (history(), "none of the files has a number to show"),
        (history(*stepped(6), against="aiohttp"), "absolute: what the machine does otherwise"),
        (history(*stepped(6), *stepped(6, cpu="Other")), "machine: Other, cores 2"),
    ],
)
def test_what_is_weak_is_said(found: History, told: str):
    """In words below the table."""
    assert told in " ".join(shown(found).split())
