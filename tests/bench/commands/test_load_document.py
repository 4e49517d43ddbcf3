"""The commands of docs/load.md, each run as it stands there; what they load is pretended."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from load_stand import pretend
from typer.testing import CliRunner
from wsbench import output
from wsbench.cli.main import app

DOCUMENT = (Path(__file__).parents[3] / "docs" / "load.md").read_text()
COMMANDS = re.findall(r"^    wsbench (.*?)(?:[#|].*)?$", DOCUMENT, re.MULTILINE)


@pytest.fixture(autouse=True)
def stand(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Have no server and no driver, and two stored runs in the working directory."""
    pretend(monkeypatch)
    monkeypatch.setattr(output, "_claimed", [])  # a command is a process of its own usually
    monkeypatch.chdir(tmp_path)
    for name in ("old-load", "new-load"):
        ran = CliRunner().invoke(app, ["load", "tornado", "--rate", "2000", "-q"], catch_exceptions=False)
        assert ran.exit_code == 0
        (stored,) = Path("results").glob("*.jsonl")
        stored.rename(f"{name}.jsonl")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_document_runs(command: str) -> None:
    """Every threshold is met, and nothing has changed."""
    ran = CliRunner().invoke(app, shlex.split(command), catch_exceptions=False)
    assert ran.exit_code == 0, ran.output
    judged = "--slo" in command and any(one in command for one in ("--rate", "--stage", "capacity"))
    if command.startswith("compare") and judged:  # the comparison is the answer, and each server's is told
        assert ran.stdout.startswith("NO REGRESSION: ")
        assert ran.stdout.count(": MET: ") == 2
    else:
        assert ran.stdout.startswith("MET: ") == judged, ran.stdout


def test_the_document_shows_a_gate_and_a_comparison() -> None:
    """So that a change of its form does not leave this without a case."""
    assert {command.split()[0] for command in COMMANDS} == {"load", "compare", "check"}
    assert len(COMMANDS) >= 7
