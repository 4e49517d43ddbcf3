"""The words of a page."""

from __future__ import annotations

import pytest
from drawn import KINDS, counted, timed
from runs import run_of
from wsbench.demand.workload import Workload
from wsbench.page.words import found, notices, provenance, verdict, what
from wsbench.workflow.shown import shown_of


@pytest.mark.parametrize(
    ("kind", "headline", "word"),
    [
        ("run", "tornado is fastest; new takes 10.0 %", ""),
        ("compare", "REGRESSED in 4 of 4 gated lines: new p50 µs", "REGRESSED"),
        ("load", "tornado keeps up with 2,000 and 4,000 msg/s; at 4,000: p50 45", ""),
        ("count", "aiohttp does the least work, 72,0", ""),
        ("side by side", "2 runs side by side: old, new.", ""),
        ("nothing", "Nothing was measured.", ""),
    ],
)
def test_the_answer_is_the_first_sentence(kind: str, headline: str, word: str) -> None:
    """Whatever was asked; the verdict is its first word."""
    shown = KINDS[kind][0]()
    assert found(shown).headline.startswith(headline)
    assert verdict(shown) == word


def test_one_server_alone_has_its_numbers_and_who_failed_stands_first() -> None:
    """Nobody is held against another there; the yardstick stands behind."""
    said = found(shown_of(run_of({"tornado": 60.0, "stdlib": 40.0}, workloads=[Workload()])))
    assert said.headline == "tornado: p50 µs 60.0, 64 B text, 1 connection, depth 1, by wire."
    assert [one.partition(":")[0] for one in said.more] == ["stdlib"]
    failed = found(shown_of(run_of({"tornado": 60.0, "aiohttp": 50.0}, failures={"aiohttp": "it died"})))
    assert failed.headline == "aiohttp: it died."
    assert failed.more[0].startswith("tornado: p50 µs 60.0")


def test_every_workload_has_its_sentence() -> None:
    """With what it is about, and who drove."""
    said = found(shown_of(timed()))
    told = (said.headline, *said.more)
    assert [one.rpartition(": ")[2] for one in told] == [
        "64 B text, 1 connection, depth 1, by wire.",
        "64 B text, 16 connections, depth 1, by wire.",
    ]


def test_warnings_come_with_the_gravest_first() -> None:
    """Each once, though judgement and run both have them."""
    shown = shown_of(timed(busy=0.4))
    assert notices(shown)[0].text.startswith("other programs kept 40%")
    assert len(notices(shown)) == len({one.text for one in notices(shown)})


def test_a_page_says_where_when_and_with_what() -> None:
    """Machine, versions, seed, rounds; what is not known is left out by whoever shows it."""
    shown = shown_of(counted())
    told = dict(provenance(shown.sources[0]))
    assert (told["processor"], told["Python"], told["seed"]) == ("Some CPU, 2 cores", "CPython 3.11.7", "1")
    assert (told["started"], told["rounds"]) == ("2026-11-02 10:00:00 UTC", "4, complete")
    assert told["libraries"] == "tornado 6.6.1"
    assert what(shown) == "wsbench: counted work, count, 2026-11-02 10:00:00 UTC"
