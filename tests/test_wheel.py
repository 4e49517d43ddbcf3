"""The built wheel, installed into a fresh environment outside the checkout, is what users get."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def run(*words: str | Path, cwd: Path) -> str:
    """Run a command with nothing of the checkout in its environment; return what it prints."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        [str(word) for word in words],
        cwd=cwd,
        env={**environment, "COLUMNS": "80"},
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from a copy, so that no build folder is left in the checkout."""
    target = tmp_path_factory.mktemp("dist")
    tracked = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True
    )
    source = tmp_path_factory.mktemp("source")
    for name in tracked.stdout.decode().split():
        if (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes((ROOT / name).read_bytes())
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", target, source, cwd=target)
    (built,) = target.glob("*.whl")
    return built


def test_the_wheel_holds_one_top_level_name(wheel: Path) -> None:
    """No `bench`, `servers` or `clients` lands in anybody's site-packages, and the types come along."""
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.partition("/")[0] for name in names if ".dist-info" not in name} == {"wsbench"}
    assert {
        *("wsbench/py.typed", "wsbench/standalone/server.py", "wsbench/servers/tornado_asyncio.py"),
        *(f"wsbench/page/{name}" for name in ("figure.html", "page.css", "page.html", "page.js")),
    } <= set(names)


@pytest.mark.timeout(300)
def test_the_installed_wheel_measures_verifies_and_says_hello(wheel: Path, tmp_path: Path) -> None:
    """Every verb that starts a process works outside the checkout, the pytest suite included."""
    run(sys.executable, "-m", "venv", "--without-pip", tmp_path / "env", cwd=tmp_path)
    binary = tmp_path / "env" / "bin"
    into = ["--python", binary / "python", "install", "-q", "--no-compile", "-c", ROOT / "constraints.txt"]
    run(sys.executable, "-m", "pip", *into, wheel, cwd=tmp_path)
    assert "Msg is Hello" in run(binary / "wsbench", "hello", cwd=tmp_path)
    assert "ok" in run(binary / "wsbench", "verify", "tornado", "stdlib", cwd=tmp_path)
    words = ["run", "tornado", "-c", "wire", "--rounds", "1", "--profile", "quick", "--connections", "1"]
    assert "driven by wire" in run(binary / "wsbench", *words, cwd=tmp_path)
    suite = ["-m", "pytest", "--pyargs", "wsbench.suite", "-k", "wire and tornado", "-p", "no:cacheprovider"]
    assert "passed" in run(binary / "python", *suite, cwd=tmp_path)
