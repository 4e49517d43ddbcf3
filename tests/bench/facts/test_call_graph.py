"""Who called whom in a run of counts: means over rounds, names without lines."""

import msgspec
import pytest
from count_runs import count_run_of
from wsbench.facts.call_graph import graph_of
from wsbench.facts.counts import CountFacts
from wsbench.records.count import Count


def test_a_graph_is_the_mean_of_all_rounds():
    """What one of them does not have is nothing there; the server's own file has one name."""
    run = count_run_of({"tornado": 1.0}, rounds=2)
    specs = (msgspec.structs.replace(run.header.plan.servers[0], name="", file="/x/old.py"),)
    header = msgspec.structs.replace(run.header, plan=run.header.plan.with_servers(specs))
    counts = [
        Count(
            0,
            "python",
            {"python": 30.0},
            {"python": {"run (a.py:1)": 10.0, "echo (old.py:7)": 20.0}},
            graph={"python": {"run (a.py:1)": {"echo (old.py:7)": 20.0}}},
        ),
        Count(0, "python", {"python": 10.0}, {"python": {"run (a.py:1)": 10.0}}, graph={"python": {}}),
    ]
    rounds = tuple(
        msgspec.structs.replace(one, counts=(count,)) for one, count in zip(run.rounds, counts, strict=True)
    )
    facts = CountFacts(msgspec.structs.replace(run, header=header, rounds=rounds))
    found = graph_of(facts, 0, "python")
    assert found
    own = "echo (the server's file)"
    assert (found.total, found.own) == (20.0, {"run (a.py)": 10.0, own: 10.0})
    assert found.calls == {("run (a.py)", own): 10.0}
    assert found.names == {"run (a.py)": "run (a.py:1)", own: "echo (the server's file:7)"}
    assert found.inclusive == pytest.approx({"run (a.py)": 20.0, own: 10.0})
    assert graph_of(facts, 0, "instructions") is None
