"""From a plan of rates to a run: what is known before anything is measured."""

from __future__ import annotations

import pytest
from wsbench.errors import UsageError
from wsbench.plan.load import LoadPlan
from wsbench.planning.load import LoadWords, make_load_plan
from wsbench.standalone import open_files
from wsbench.workflow.load import measure


@pytest.mark.parametrize(
    ("target", "connections", "refused", "agents"),
    [
        ("stdlib", 101, "101 connections need 165 open files in the server, and the hard limit is 164", 0),
        ("ws://127.0.0.1:1/echo", 100, "", 1),
        ("ws://127.0.0.1:1/echo", 101, "", 2),
        ("cmd:./server {port}", 250, "", 3),
    ],
)
def test_connections_past_the_limit_of_one_process_are_shared_or_refused(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    target: str,
    connections: int,
    refused: str,
    agents: int,
) -> None:
    """Agents can be several, a server is one: before anything is opened it is said which side is limited."""
    plans: list[LoadPlan] = []

    def stop(plan: LoadPlan, *, quiet: bool) -> LoadPlan:
        plans.append(plan)
        raise UsageError(f"stop here, quiet: {quiet}")

    monkeypatch.setattr(open_files, "limits", lambda: (164, 100 + open_files.SPARE))
    monkeypatch.setattr(measure, "prepare", stop)
    plan = make_load_plan(LoadWords(target=target, connections=connections, rates=(100.0,)), seed=1)
    with pytest.raises(UsageError) as problem:
        measure.measure_load(plan, label="", out=None, quiet=False)
    assert str(problem.value).startswith(refused or "stop here")
    assert [one.agents for one in plans] == [agents] * (not refused)
    told = f"{agents} agents share the {connections} connections: one process can hold 100 connections here"
    assert (told in capsys.readouterr().err) == (agents > 1)
