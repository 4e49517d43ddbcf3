"""The answer of a run at a glance."""

from __future__ import annotations

from pathlib import Path

import pytest
from runs import run_of
from wsbench.analysis.run import analyse
from wsbench.demand.workload import Workload
from wsbench.report.answer import answer
from wsbench.report.formats import on_terminal
from wsbench.report.run import details_and_answer, pages
from wsbench.storage.results import read_run

REFERENCE = Path(__file__).parents[3] / "results" / "reference" / "default.jsonl"
WIDE = Workload(connections=16)


def lines_of(width: int = 80, **changes: object) -> list[str]:
    """Return the answer of a small run."""
    rtts = {"tornado": 60.0, "aiohttp": 50.0, "stdlib": 40.0, "tcp": 30.0}
    run = run_of(rtts, **{"workloads": [Workload(), WIDE], **changes})  # type: ignore[arg-type]
    return answer(analyse(run), width)


def test_the_answer_of_a_default_run_is_on_the_last_screen() -> None:
    """24 lines of 80 columns, two of which say where the file is; all tables may come before it."""
    analysis = analyse(read_run(REFERENCE))
    text = on_terminal(pages, analysis, 80)
    assert len(text.splitlines()) <= 22
    assert on_terminal(details_and_answer, analysis, 80).endswith(text)


@pytest.mark.parametrize("width", [60, 80, 100, 140])
def test_it_fits(width: int) -> None:
    """Whatever the width; the intervals stand beside the numbers where there is room."""
    found = answer(analyse(read_run(REFERENCE)), width)
    assert max(map(len, found[: found.index("")])) <= width
    assert any("±" in line for line in found if line.startswith("aiohttp")) == (width == 140)


def test_numbers_stand_above_their_multiples() -> None:
    """The reference has none; the fastest stands first."""
    found = lines_of()
    at = next(place for place, line in enumerate(found) if line.startswith("aiohttp"))
    assert found[at].split()[2:4] == ["50.0", "50.0"]
    assert "×0.83" in found[at + 1]
    below = found[next(place for place, line in enumerate(found) if line.startswith("tornado")) + 1]
    assert set(below) == {"█"}


def test_headlines_name_their_workload() -> None:
    """And the legend says what the bars are, and who is not ranked."""
    text = "\n".join(lines_of())
    assert "Round trip: aiohttp is fastest; tornado takes 20.0 % (20.0 to 20.0 %) longer." in text
    assert "16 connections: aiohttp carries 20.0 % (20.0 to 20.0 %) more than tornado." in text
    assert "Not ranked: stdlib (written by hand on asyncio), tcp (a plain TCP echo)." in text


def test_what_can_not_be_said_stands_below() -> None:
    """A cell that failed, a busy machine, a client at its limit; what changes no number does not."""
    failed = lines_of(failures={"aiohttp": "it died"}, busy=0.4, shares={"tornado": (0.99, 0.5)})
    text = "\n".join(failed)
    assert "aiohttp: it died" in text
    assert "error" in next(line for line in failed if line.startswith("aiohttp"))
    assert "other programs kept 40% of the cores busy" in text
    assert "≥: the client could do no more, so the server may." in text


def test_too_few_rounds_have_no_interval() -> None:
    """None is made up."""
    assert lines_of(rounds=1)[-1]
    last = next(line for line in lines_of(rounds=1) if line.startswith("widest"))
    assert "±" not in last


def test_without_wire_the_first_client_answers() -> None:
    """It is named."""
    run = run_of({"tornado": 60.0, "aiohttp": 50.0}, client="websockets")
    assert "driven by websockets" in answer(analyse(run), 80)[0]
