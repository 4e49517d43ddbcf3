"""The wheel that users get, built once a run of the tests, and commands that know nothing of the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import filelock
import pytest

ROOT = Path(__file__).parents[1]


def run(*words: str | Path, cwd: Path, codes: tuple[int, ...] = (0,), **variables: str) -> str:
    """Run a command with nothing of the checkout in its environment; return what it prints."""
    dropped = ("PYTHON", "PYTEST", "CI")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    done = subprocess.run(
        [str(word) for word in words],
        cwd=cwd,
        env={**environment, "COLUMNS": "80", **variables},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode in codes, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """Return the wheel; where several processes run tests, one of them builds it for all."""
    shared = tmp_path_factory.getbasetemp()
    if hasattr(request.config, "workerinput"):
        shared = shared.parent
    folder = shared / "wheel"
    with filelock.FileLock(shared / "wheel.lock"):
        if not [*folder.glob("*.whl")]:
            _build(folder, tmp_path_factory.mktemp("source"))
    (built,) = folder.glob("*.whl")
    return built


def _build(folder: Path, source: Path) -> None:
    """Build it from a copy, so that no build folder is left in the checkout."""
    tracked = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True
    )
    for name in tracked.stdout.decode().split():
        if (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes((ROOT / name).read_bytes())
    folder.mkdir(exist_ok=True)
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, source, cwd=folder)
