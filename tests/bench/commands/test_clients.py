"""Two versions of a client's library, side by side: a real one, in an environment of its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from terminal import called
from wsbench.environments.interpreters import version_of
from wsbench.storage.results import read_run

OLD, NOW = "websockets==15.0.1", "websockets"
VERSION = version_of("websockets")
SHORT = ("--rounds", "1", "--connections", "1", "--quiet")


def test_two_versions_of_a_client_drive_side_by_side(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Each process says which it is; the table of clients ends the run; nothing of this machine is stored."""
    done = called("run", "stdlib", "--client", f"{OLD},{NOW}", *SHORT, "--details", cwd=tmp_path, capfd=capfd)
    assert done.returncode == 0, done.stderr
    text = " ".join(done.stdout.split())
    assert "driven by websockets 15.0.1" in text
    assert f"driven by websockets {VERSION}" in text
    assert "Clients of stdlib 1: round trip, 64 B text, 1 connection, depth 1" in text
    (file,) = (tmp_path / "results").glob("*.jsonl")
    run = read_run(file)
    assert {label: one.version for label, one in run.rounds[0].clients.items()} == {
        OLD: "15.0.1",
        NOW: VERSION,
    }
    assert all("websockets.speedups" in one.speedups for one in run.rounds[0].clients.values())
    assert [spec.packages for spec in run.header.plan.clients] == ["", ""]
    assert str(tmp_path) not in file.read_text()

    done = called(
        "compare", "stdlib", "--client", OLD, "--client", NOW, *SHORT, "--format", "json",
        cwd=tmp_path, capfd=capfd,
    )  # fmt: skip
    found = json.loads(done.stdout)
    assert done.returncode in {0, 1}, done.stderr
    assert {(one["base"], one["candidate"]) for one in found["verdicts"]} == {(OLD, NOW)}
    assert found["verdicts"][0]["versions"] == [
        "15.0.1 with compiled parts",
        f"{VERSION} with compiled parts",
    ]
