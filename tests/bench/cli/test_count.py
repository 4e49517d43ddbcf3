"""`count`, and what gates on it: one server, a round of each, under a real valgrind."""

from __future__ import annotations

import json
import shutil
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from terminal import assert_usage_error, called, wsbench

needs_valgrind = pytest.mark.skipif(not shutil.which("vgdb"), reason="instructions need valgrind")
SHOP = Path(__file__).parents[1] / "server_that_sells.py"
ONCE = ("--rounds", "1", "-q")


@needs_valgrind
@pytest.mark.timeout(300)
def test_what_is_counted_is_shown_stored_and_held_against(tmp_path: Path) -> None:
    """A count, its report, the same file twice, and today's code against it."""
    words = ("--depth", "1", "--instrument", "instructions,bare", "--out", ".")
    done = wsbench("count", "stdlib", *words, *ONCE, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Work per message, 64 B text, 1 connection, depth 1" in done.stdout
    (file,) = tmp_path.glob("*-count.jsonl")
    shown = wsbench("report", str(file), "--format", "json", cwd=tmp_path)
    rows = {row["metric"]: row["value"] for row in json.loads(shown.stdout)["rows"]}
    assert 5_000 < rows["instructions"] < 500_000
    assert rows["switches"] == pytest.approx(1, abs=0.5)
    twice = wsbench("compare", str(file), str(file), cwd=tmp_path)
    assert twice.returncode == 0, twice.stderr
    assert "instructions" in twice.stdout
    assert "+0.0 %" in twice.stdout
    now = wsbench("check", "--baseline", str(file), *ONCE, "--format", "json", cwd=tmp_path)
    (line,) = json.loads(now.stdout)["verdicts"]
    assert (line["base"], line["metric"]) == ("stdlib of the baseline", "instructions")
    assert abs(line["change"]) < 0.02


@needs_valgrind
@pytest.mark.timeout(300)
def test_a_service_by_its_command_is_counted_and_held_against(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Its messages are stored as what they are made of; those that were typed out are given again."""
    shop = f"shop=cmd:{sys.executable} -S -E {SHOP} {{port}}"
    spoken = ("--reply", "json:to=id", "--first", "@login", "--skip", "1")
    (tmp_path / "login").write_text("open sesame")
    order = ("--message", '{"id": {n}, "pieces": 3}')
    words = ("--depth", "1", "--instrument", "instructions", "--out", ".")
    done = called("count", shop, *order, *spoken, *words, *ONCE, cwd=tmp_path, capfd=capfd)
    assert done.returncode == 0, done.stderr
    (file,) = tmp_path.glob("*-count.jsonl")
    assert "pieces" not in file.read_text()
    check = ("check", "--baseline", str(file), *ONCE, "--out", "now")
    assert_usage_error(called(*check, cwd=tmp_path, capfd=capfd), "give it again with --message")
    now = called(*check, *order, "--format", "json", cwd=tmp_path, capfd=capfd)
    (line,) = json.loads(now.stdout)["verdicts"]
    assert 5_000 < line["before"]["value"] < 500_000
    assert abs(line["change"]) < 0.02


@needs_valgrind
@pytest.mark.timeout(300)
def test_a_comparison_by_counts_has_one_line_a_cell(tmp_path: Path) -> None:
    """One round decides nothing, and is told so; a handler that does more is seen all the same."""
    words = ("--by", "count", *ONCE, "--format", "json", "--size", "64", "--flame", "flame.svg")
    done = wsbench("compare", "stdlib", "slow=stdlib", *words, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    (line,) = document["verdicts"]
    assert (line["candidate"], line["verdict"], line["margin"]) == ("slow", "INCONCLUSIVE", 0.005)
    assert "hash seeds that both sides have in common" in document["rule"]
    drawn = ET.fromstring((tmp_path / "flame.svg").read_text())  # noqa: S314  # our own
    titles = [one.text or "" for one in drawn.iter("{http://www.w3.org/2000/svg}title")]
    assert any("_PyEval_EvalFrameDefault" in one and " → " in one for one in titles)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("compare stdlib stdlib --by counts", "unknown --by 'counts'"),
        ("compare stdlib stdlib --by count --null", "--null"),
        ("compare stdlib stdlib --by count --connections 4", "--connections: counts are of one connection"),
        ("compare stdlib stdlib --flame x.svg", "--flame draws what is counted now: servers, and --by count"),
        ("count stdlib --instrument bare --flame x.svg", "--flame draws what these count"),
        ("count stdlib --flame .", "--flame: can't write to ."),
        ("count ws://localhost:1/echo", "nobody can count in a process behind a URL; give the command"),
        ("count stdlib --instrument steps", "unknown instrument 'steps'"),
        ("compare stdlib stdlib --by count --margin instructions=0", "nothing would be gated"),
    ],
)
def test_what_can_not_be_counted_is_said_at_once(tmp_path: Path, words: str, says: str) -> None:
    """One line, exit code 2."""
    done = wsbench(*words.split(), cwd=tmp_path)
    assert done.returncode == 2
    assert says in done.stderr
    assert done.stderr.count("\n") == 1
