"""The plugin, in a pytest of its own: what it stores, tells and refuses, and that others don't notice it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ECHO = Path(__file__).parent / "server_that_echoes.py"
TESTS = """
import pytest, socket, wsbench

def test_it_answers(ws_target):
    socket.create_connection(("127.0.0.1", ws_target.port), 5).close()
    assert ws_target.url.endswith("/echo")

@pytest.mark.wsbench(rounds=1, margin=50)
def test_it_costs_no_more(ws_target):
    wsbench.assert_no_regression(ws_target)

def test_of_somebody_else():
    pass
"""
QUIET = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST") and name != "CI"}

pytestmark = pytest.mark.usefixtures("nobody_left")


def pytest_in(folder: Path, *words: str, **variables: str) -> tuple[int, str]:
    """Run the tests of a service; return the exit code and what was printed."""
    (folder / "pytest.ini").write_text(
        f"[pytest]\naddopts = --strict-markers\nwsbench_target = cmd:{sys.executable} -S {ECHO} {{port}}\n"
    )
    (folder / "test_service.py").write_text(TESTS)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *words],
        cwd=folder,
        env={**QUIET, "COLUMNS": "200", **variables},
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.skipif(not shutil.which("vgdb"), reason="instructions need valgrind")
def test_a_baseline_is_stored_and_then_held_against(tmp_path: Path) -> None:
    """The first run tells it; the second one, of one round, that it is open."""
    code, output = pytest_in(tmp_path)
    assert (code, "3 passed" in output) == (0, True), output
    assert "= wsbench =" in output
    assert "stored a baseline, nothing was held against one" in output
    folder = tmp_path / "wsbench-baselines" / "test_service.py-test_it_costs_no_more" / "service-count"
    assert len([*folder.glob("*.jsonl")]) == 1
    code, output = pytest_in(tmp_path, "-k", "costs", CI="true")
    assert (code, "1 passed" in output) == (0, True), output
    assert "UserWarning: wsbench: INCONCLUSIVE" in output
    assert "stored a baseline" not in output


def test_in_ci_a_missing_baseline_fails(tmp_path: Path) -> None:
    """Nothing would ever be held against one that is stored and thrown away."""
    code, output = pytest_in(tmp_path, "-k", "costs", CI="true")
    assert code == 1
    assert "there is no baseline in" in output
    assert "pytest --wsbench-save stores it" in output


def test_beside_other_tests_nothing_is_measured(tmp_path: Path) -> None:
    """It says why, and what to do; other tests go on."""
    code, output = pytest_in(tmp_path, "-n", "1")
    assert code == 1
    assert "run these tests by themselves, without -n" in output
    assert "1 failed, 2 passed" in output


def test_without_the_plugin_others_are_not_disturbed(tmp_path: Path) -> None:
    """Its fixture is missing then, and nothing else."""
    code, output = pytest_in(tmp_path, "-p", "no:wsbench", "-k", "else", "-o", "addopts=")
    assert (code, "1 passed" in output) == (0, True), output


def test_loading_it_costs_next_to_nothing() -> None:
    """No library of ours is imported before a test asks."""
    code = (
        "import sys, pytest; before = {*sys.modules}; import wsbench.pytest_plugin;"
        "new = {one for one in {*sys.modules} - before if not one.startswith('wsbench')};"
        "assert not {'numpy', 'msgspec', 'typer', 'rich'} & {*sys.modules}, new; assert len(new) < 20, new"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
