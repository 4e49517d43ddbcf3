"""`calibrate`: a profile is kept, and shown."""

from __future__ import annotations

from pathlib import Path

from terminal import wsbench


def test_calibrate_keeps_a_profile_that_env_shows(tmp_path: Path) -> None:
    """It goes into the folder WSBENCH_STATE names; before that, env says how to make one."""
    state = tmp_path / "state"
    variables = {"WSBENCH_STATE": str(state)}
    assert "not calibrated: wsbench calibrate" in wsbench("env", cwd=tmp_path, variables=variables).stdout
    done = wsbench("calibrate", "stdlib", "--rounds", "4", "-q", cwd=tmp_path, variables=variables)
    assert done.returncode == 0, done.stderr
    assert "with stdlib: 4 rounds of" in done.stdout
    assert all(metric in done.stdout for metric in ("rtt_p50", "server_cpu", "throughput"))
    (file,) = state.iterdir()
    assert f"kept as {file}" in done.stderr
    assert done.stdout in wsbench("env", cwd=tmp_path, variables=variables).stdout
