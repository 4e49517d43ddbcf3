"""`calibrate`: a profile is kept, and shown."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from wsbench.commands.calibrate import calibrate_and_report
from wsbench.commands.listing import show_environment
from wsbench.plan.run import Pace
from wsbench.planning import run as planning
from wsbench.planning.profiles import GATE


def test_calibrate_keeps_a_profile_that_env_shows(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """It goes into the folder WSBENCH_STATE names; before that, env says how to make one."""
    state = tmp_path / "state"
    monkeypatch.setenv("WSBENCH_STATE", str(state))
    profile = msgspec.structs.replace(GATE, pace=Pace(6, throughput_turns=4))
    plan_of_pairs = planning.plan_of_pairs
    monkeypatch.setattr(
        planning, "plan_of_pairs", lambda *words, **options: plan_of_pairs(*words, **options, profile=profile)
    )
    show_environment()
    assert "not calibrated: wsbench calibrate" in capsys.readouterr().out
    assert calibrate_and_report("stdlib", rounds=4, seed=1, out=tmp_path / "results", quiet=True) == 0
    told = capsys.readouterr()
    assert "with stdlib: 4 rounds of" in told.out
    assert all(metric in told.out for metric in ("rtt_p50", "server_cpu", "throughput"))
    (file,) = state.iterdir()
    assert f"kept as {file}" in told.err
    show_environment()
    assert told.out in capsys.readouterr().out
