"""What is compared with what: servers under each client, or clients of one server."""

import pytest
from client_runs import run_of_clients
from wsbench.demand.workload import Workload
from wsbench.plan.margins import Comparison
from wsbench.plan.run import Cell
from wsbench.report.formats import on_terminal
from wsbench.report.judgement import FORMATS, pages
from wsbench.verdicts.judgement import Judgement, judge
from wsbench.verdicts.pairs import Pair, other_than, pairs_of

LATENCY, WIDE = Workload(), Workload(connections=16)
OLD, NEW = "websockets==15.0.1", "websockets"


def judged(old_us: float, new_us: float, workload: Workload = LATENCY, **changes: object) -> Judgement:
    """Return the judgement of a new client against an old one."""
    found = judge(run_of_clients({OLD: old_us, NEW: new_us}, workload=workload, compare=True, **changes))  # type: ignore[arg-type]
    assert found
    return found


def test_pairs_are_of_servers_or_of_clients():
    """Of clients there is one server, which the pair of servers names."""
    servers = Comparison((("a", "b"), ("a", "c")))
    assert [*pairs_of(servers)] == [Pair("a", "b"), Pair("a", "c")]
    clients = Comparison((("s", "s"),), clients=(("x", "y"),))
    assert [*pairs_of(clients)] == [Pair("x", "y", "client", "s")]
    assert (other_than("server"), other_than("client")) == ("client", "server")


def test_the_other_side_of_a_cell():
    """A cell of one of the pair has one of the other; those of anybody else have none."""
    mine, yours = Cell("s", "x", LATENCY), Cell("s", "y", LATENCY)
    pair = Pair("x", "y", "client", "s")
    assert (pair.before(yours), pair.after(mine)) == (mine, yours)
    assert (pair.before(mine), pair.after(yours), pair.before(Cell("t", "y", LATENCY))) == (None, None, None)
    assert [*pair.among([yours, Cell("s", "z", LATENCY), mine])] == [(2, 0)]
    assert [*Pair("s", "t").among([mine, Cell("t", "x", LATENCY), Cell("t", "y", LATENCY)])] == [(0, 1)]


@pytest.mark.parametrize(("new", "word"), [(50.0, "NO REGRESSION"), (60.0, "REGRESSED"), (40.0, "IMPROVED")])
def test_a_client_is_judged_as_a_server_is(new: float, word: str):
    """By the same margins; the yardstick's cells are not judged."""
    found = judged(50.0, new)
    lines = {one.metric: one.verdict for one in found.gated}
    assert lines["rtt_p50"] == word
    assert {(one.base, one.candidate, one.server, one.client) for one in found.verdicts} == {
        (OLD, NEW, "tornado", "")
    }
    assert {one.cell for one in found.verdicts} == {f"tornado by {NEW}, {LATENCY}"}
    assert found.verdicts[0].versions == ("15.0.1 with compiled parts", "17.4 with compiled parts")
    assert found.unmatched == ()


@pytest.mark.parametrize(
    ("shares", "verdict", "reason"),
    [
        ((0.99, 0.5), "REGRESSED", ""),
        ((0.5, 0.99), "NOT JUDGED", f"the server was the limit with {OLD} and {NEW}"),
    ],
)
def test_a_client_at_its_limit_is_what_is_compared(shares: tuple[float, float], verdict: str, reason: str):
    """But where the server was the limit of both, the numbers are the server's."""
    (line,) = [one for one in judged(500.0, 600.0, WIDE, shares=shares).gated if one.metric == "throughput"]
    assert (line.verdict, line.reason) == (verdict, reason)


def test_a_client_that_broke_is_not_judged():
    """Its cell says why."""
    found = judged(50.0, 50.0, failed=NEW)
    assert {(one.verdict, one.reason, one.lost) for one in found.gated} == {("NOT JUDGED", "it broke", True)}


def test_the_tables_name_clients_and_their_server():
    """Title, versions, and the overview of several candidates."""
    run = run_of_clients({OLD: 50.0, NEW: 60.0, "picows": 40.0}, compare=True)
    found = judge(run)
    assert found
    text = " ".join(on_terminal(pages, found, width=200).split())
    assert f"{NEW} against {OLD}: round trip, {LATENCY}, driving tornado" in text
    assert (
        "versions: 15.0.1 with compiled parts before, 2.3.1 with compiled parts, aiofastnet 1.2.0 after."
        in text
    )
    assert f"All against {OLD}, driving tornado" in text
    assert '"candidate": "picows"' in FORMATS["json"](found)
