"""docs/library.md: what it shows is run, with fewer rounds; its tests are those of the example projects."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs" / "library.md").read_text()
BLOCKS = re.findall(r"^```python\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)
PROGRAM = "".join(one for one in BLOCKS if "def test_" not in one)
OUTPUT = ("NO REGRESSION", "INCONCLUSIVE", "REGRESSED", "IMPROVED", "did you mean tornado")


@pytest.mark.usefixtures("nobody_left")
def test_the_program_of_the_guide_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every line of it, in one round each and for one payload; what it says it writes is there."""
    monkeypatch.chdir(tmp_path)
    program, times = re.subn(r"rounds=\d+", "rounds=1, keep_awake=False, size=64, depth=1", PROGRAM)
    assert times == 2
    exec(compile(program, "library.md", "exec"), {})  # noqa: S102  # it is ours
    output = capsys.readouterr().out
    assert sum(word in output for word in OUTPUT) >= 2
    assert (tmp_path / "page.html").exists()
    assert (tmp_path / "rows.csv").exists()


def test_the_test_of_the_guide_is_that_of_the_examples() -> None:
    """Its name and its rule stand in both projects."""
    (shown,) = [one for one in BLOCKS if "def test_" in one]
    (name,) = re.findall(r"def (test_\w+)\(ws_target\)", shown)
    for project in ("fastapi", "django"):
        tests = (ROOT / "docs" / "examples" / project / "tests" / "test_shop.py").read_text()
        assert name in tests
        assert 'reply="json:to=id"' in tests
