"""The example projects: their tests, with the wheel in a fresh environment, before and after a change."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

import pytest
from outside import run

ROOT = Path(__file__).parents[1]

EXAMPLES = {"fastapi": ("shop.py", 11), "django": ("shop/consumers.py", 36)}
"""Where each handles an order, and how often it has to do something small to do some 5 % more."""

HANDLED = re.compile(r'^( +)total = PRICE \* order\["pieces"\]\n', re.MULTILINE)
GATE = "test_an_order_costs_no_more_than_it_did"


@pytest.fixture
def uv() -> str:
    """Return the program that makes environments."""
    from uv import find_uv_bin

    return str(find_uv_bin())


@pytest.mark.examples
@pytest.mark.timeout(400)
@pytest.mark.skipif(not shutil.which("vgdb"), reason="instructions need valgrind")
@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_passes_unchanged_and_fails_with_more_work(
    name: str, wheel: Path, uv: str, tmp_path: Path
) -> None:
    """By count: what is stored is held against, as CI would, and 5 % more work ends with 1."""
    project, python = tmp_path / name, tmp_path / "env" / "bin" / "python"
    shutil.copytree(ROOT / "docs" / "examples" / name, project)
    run(uv, "venv", "-q", "--python", sys.executable, tmp_path / "env", cwd=tmp_path)
    needs = ["-r", project / "requirements.txt", "-c", ROOT / "constraints.txt", wheel]
    run(uv, "pip", "install", "-q", "--python", python, *needs, cwd=tmp_path)
    pytest_of = [python, "-m", "pytest", "-p", "no:cacheprovider"]
    assert "stored a baseline" in run(*pytest_of, "-k", GATE, "--wsbench-save", cwd=project)
    assert "2 passed" in run(*pytest_of, cwd=project, CI="true")
    file, times = EXAMPLES[name]
    code = (project / file).read_text()
    assert len(HANDLED.findall(code)) == 1
    (project / file).write_text(HANDLED.sub(rf"\g<0>\1for _ in range({times}):\n\1    str(total)\n", code))
    output = run(*pytest_of, "-k", GATE, cwd=project, codes=(1,), CI="true")
    (more,) = re.findall(
        r"^E +AssertionError: service: instructions rose by ([\d.]+) %", output, re.MULTILINE
    )
    assert 3 < float(more) < 8, output
