"""What a run says of the network between client and server, and what another one is to it."""

from __future__ import annotations

import msgspec
import pytest
from load_runs import load_run, plan_of
from runs import run_of
from stored_sessions import P50_ONLY, judged, session
from wsbench.analysis.history.record import common
from wsbench.analysis.load import analyse_load, load_conditions
from wsbench.analysis.run import analyse
from wsbench.facts.conditions import condition_differences
from wsbench.facts.network import doubts_of, network_difference
from wsbench.plan.margins import Gates
from wsbench.plan.network import PROFILES, NetworkWords
from wsbench.records.common import LinkCheck
from wsbench.records.run import Run
from wsbench.verdicts.baseline import Names
from wsbench.verdicts.load import judge_load

MS = 1e6
WAN = PROFILES["wan"]
SOUND = LinkCheck("relay", 0.03 * MS, 37 * MS, 40.2 * MS, 43 * MS, 95e6)


def through(run: Run, network: NetworkWords | None, link: LinkCheck | None = None) -> Run:
    """Return a run that was measured through a network."""
    plan = msgspec.structs.replace(run.header.plan, network=network)
    environment = msgspec.structs.replace(run.header.environment, link=link, congestion="bbr")
    return msgspec.structs.replace(
        run, header=msgspec.structs.replace(run.header, plan=plan, environment=environment)
    )


def test_the_conditions_tell_it():
    """What was said, what carried it, and how far that was from what was said; nothing without a network."""
    run = run_of({"tornado": 40_000.0})
    found = analyse(through(run, WAN, SOUND)).conditions
    assert "network wan: 20 ms each way ± 2 ms, 0.1 % lost, 100 Mbit/s, TCP bbr" in found
    assert (
        "by a relay in user space: 64 B there and back 40.2 ms (p10 37, p90 43), +0.17 ms against what was"
        " said; one connection carries 95 Mbit/s"
    ) in found
    assert "network" not in " ".join(analyse(run).conditions)
    load = load_run(plan_of(rates=(2_000.0,), network=NetworkWords(delay_ns=5_000_000, congestion="reno")))
    assert "network 5 ms each way, TCP reno" in load_conditions(analyse_load(load))


@pytest.mark.parametrize(
    ("changes", "doubt"),
    [
        ({}, ""),
        ({"p50_ns": 43.9 * MS}, ""),
        ({"p50_ns": 45 * MS}, "a round trip through the network took 45 ms, and 40 ms was said: rerun"),
        ({"p50_ns": 30 * MS}, "a round trip through the network took 30 ms, and 40 ms was said: rerun"),
        ({"rate": 80e6}, "the network carried 80 Mbit/s of the 100 Mbit/s that were said"),
    ],
)
def test_a_network_that_is_not_what_was_said(changes: dict[str, float], doubt: str):
    """Off by more than a tenth, or with too little of the rate: a notice says so."""
    run = through(run_of({"tornado": 40_000.0}), WAN, msgspec.structs.replace(SOUND, **changes))
    assert [one.startswith(doubt) for one in doubts_of(run)] == [True] * bool(doubt)
    assert [one.text for one in analyse(run).notices if "network" in one.text] == [*doubts_of(run)]


@pytest.mark.parametrize(
    ("stored", "now", "told"),
    [
        (None, None, ""),
        (WAN, WAN, ""),
        (None, WAN, f"network none, now {WAN}"),
        (WAN, None, f"network {WAN}, now none"),
        (WAN, msgspec.structs.replace(WAN, name="", loss=0.01), "network wan: 20 ms each way ± 2 ms, 0.1 %"),
    ],
)
def test_runs_through_two_networks_are_not_judged(
    stored: NetworkWords | None, now: NetworkWords | None, told: str
):
    """Of the same server under the same load, each verdict is NOT JUDGED and names the networks."""
    assert network_difference(stored, now).startswith(told)
    base, after = through(session(), stored), through(session(1.1), now)
    assert (told in condition_differences(base, after)) == bool(told) or not told
    found = judged([base], after, P50_ONLY)
    assert (found.word == "NOT JUDGED") == bool(told)
    assert found.gated[0].reason.startswith(told)


def test_load_runs_through_two_networks_are_not_judged():
    """Neither are those at a rate; those through the same one are."""
    with_it = load_run(plan_of(rates=(2_000.0,), network=WAN))
    without = load_run(plan_of(rates=(2_000.0,)))
    found = judge_load(without, with_it, Gates(), Names("before"))
    assert found.word == "NOT JUDGED"
    assert found.verdicts[0].reason == f"network none, now {WAN}"
    assert judge_load(with_it, with_it, Gates(), Names("before")).word == "NO REGRESSION"


def test_a_history_holds_networks_apart():
    """A series has the network among its settings."""
    run = run_of({"tornado": 40_000.0})
    assert f"network {WAN}" in common(through(run, WAN), equal=True)
    assert common(run, equal=True) == common(through(run, None), equal=True)
