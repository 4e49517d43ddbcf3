"""The built wheel, installed into a fresh environment outside the checkout, is what users get."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

import pytest
from wheels import ROOT, run


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
