"""The bench measures its machine and itself: a slowed copy is found, a machine has a profile."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from runs import run_of
from wsbench.commands.selftest import findings
from wsbench.demand.workload import Workload
from wsbench.plan.margins import Comparison, Gates
from wsbench.plan.run import Pace
from wsbench.planning.profiles import GATE
from wsbench.planning.run import plan_of_pairs
from wsbench.planning.workloads import Words
from wsbench.targets.spec import ServerSpec
from wsbench.verdicts.judgement import judge
from wsbench.workflow.measure import measure

DELAY_NS = 50_000
"""Half a round trip and more on the machines there are; the margin is 5 %."""
BOTH = (Workload(), Workload(connections=16))


@pytest.mark.quiet
@pytest.mark.usefixtures("nobody_left")
def test_a_slowed_copy_is_a_regression(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A delay in the handler is surely past the margin in round trip and CPU time; nothing is stored."""
    monkeypatch.chdir(tmp_path)
    base = ServerSpec("base", "tornado")
    slowed = ServerSpec("slowed", "tornado", busy_ns=DELAY_NS)
    pace = Pace(latency_turns=20, latency_samples=600)
    profile = msgspec.structs.replace(GATE, workloads=(Workload(),), pace=pace)
    plan = plan_of_pairs(Words(rounds=6), [(base, slowed)], Gates(), 1, profile=profile)
    judgement = judge(measure(plan, label="x", out=None, quiet=True))
    assert judgement is not None
    assert {one.metric: one.verdict for one in judgement.gated} == {
        "rtt_p50": "REGRESSED",
        "server_cpu": "REGRESSED",
    }
    assert judgement.word == "REGRESSED"
    assert list(tmp_path.iterdir()) == []


def found_in(copy: float, slowed: float) -> dict[str, bool]:
    """Return what a selftest finds where the arms take so many times as long as the base."""
    rtts = {"base=tornado": 60.0, "copy=tornado": 60.0 * copy, "slowed=tornado": 60.0 * slowed}
    comparison = Comparison((("base", "copy"), ("base", "slowed")), Gates(margin=0.02), looks=(8,))
    made = run_of({**rtts, "tcp": 30.0}, workloads=BOTH, comparison=comparison)
    judgement = judge(made)
    assert judgement is not None
    return {text: good for good, text in findings(made, judgement, copy="copy", slowed="slowed")}


def failed(found: dict[str, bool]) -> list[str]:
    """Return the beginnings of the sentences about what was not as it must be."""
    return [text.partition(":")[0] for text, good in found.items() if not good]


def test_a_selftest_finds_the_slowed_copy_and_leaves_the_other_alone() -> None:
    """Every line that must hold has a sentence: verdicts, the floor, Little's law."""
    found = found_in(copy=1.0, slowed=1.05)
    assert failed(found) == []
    assert sum("over plain TCP by" in text for text in found) == 3
    assert sum("Little's law within" in text for text in found) == 4
    assert any(text.startswith("slowed, rtt_p50: REGRESSED, +5.0 %") for text in found)


def test_a_selftest_fails_where_the_gate_is_silent_or_cries() -> None:
    """A slowed copy that passes is as wrong as an unchanged one that does not."""
    assert failed(found_in(copy=1.0, slowed=1.0)) == ["slowed, rtt_p50"]
    assert "copy, rtt_p50" in failed(found_in(copy=1.05, slowed=1.05))
