"""Commands that know nothing of this checkout, as those of people who have installed wsbench."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path


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
