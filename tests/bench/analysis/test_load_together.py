"""Load runs of several servers: the gravest outcome, each notice once, and the order of the rows."""

from __future__ import annotations

from load_runs import load_analysis, plan_of, row_of
from loads import load_run_of, round_of, step_of
from loads import plan_of as plan_at
from wsbench.analysis.load_together import Together, put_together
from wsbench.facts.notices import Notice

RATE = plan_of(rates=(500.0, 900.0))


def test_the_gravest_outcome_is_that_of_all() -> None:
    """Whichever server it is of."""
    fine, wrong = load_analysis(row_of(500), plan=RATE), load_analysis(row_of(500, missed="x"), plan=RATE)
    assert Together((fine, fine)).outcome == "met"
    assert Together((fine, wrong)).outcome == "not judged"


def test_a_notice_of_all_is_told_once() -> None:
    """In the order of the servers."""
    busy = Notice("the machine was busy")
    some = load_analysis(notices=(busy, Notice("a: x")))
    assert [one.text for one in Together((some, load_analysis(notices=(busy,)))).notices] == [
        busy.text,
        "a: x",
    ]


def test_servers_stand_beside_each_other_at_a_rate() -> None:
    """Where rates were named; what each searched for itself stays together."""
    rounds = [round_of([step_of(0, rate, 1) for rate in (500, 900)])]
    runs = [
        load_run_of(plan_at("rate", name, rates=(500.0, 900.0)), rounds) for name in ("tornado", "aiohttp")
    ]
    assert [(one.server, one.row.rate) for one in put_together(runs).pairs] == [
        *(("tornado", 500), ("aiohttp", 500), ("tornado", 900), ("aiohttp", 900)),
    ]
    swept = [load_run_of(plan_at("sweep", name), rounds) for name in ("tornado", "aiohttp")]
    assert [one.server for one in put_together(swept).pairs] == ["tornado"] * 2 + ["aiohttp"] * 2
