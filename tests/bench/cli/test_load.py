"""`wsbench load` as its users meet it: its words, real processes, exit codes and single lines."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from terminal import assert_usage_error, called, children_of, left_of, one_a_verb, started, wsbench
from typer.testing import CliRunner
from wsbench.cli.main import app
from wsbench.commands import load as loading
from wsbench.planning.load import LoadWords
from wsbench.records.load import LoadRun
from wsbench.storage.results import read_any
from wsbench.targets.spec import Axes

SHORT = ["--duration", "0.3", "--ramp", "0.1", "--rounds", "1"]


def words_of(monkeypatch: pytest.MonkeyPatch, *argv: str) -> tuple[LoadWords, dict[str, Any]]:
    """Return what the parser makes of a command line: the words, and the rest."""
    found: list[tuple[LoadWords, dict[str, Any]]] = []

    def keep(words: LoadWords, **rest: Any) -> int:
        found.append((words, rest))
        return 0

    monkeypatch.setattr(loading, "load_and_report", keep)
    done = CliRunner().invoke(app, ["load", *argv], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return found[0]


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        ("", {}),
        ("--rate 100 --rate 2e3", {"rates": (100.0, 2_000.0)}),
        ("--sweep", {"sweep": True}),
        ("--slo p99=5ms --slo errors=0", {"slo": ("p99=5ms", "errors=0")}),
        ("--connections 4 --agents 2", {"connections": 4, "agents": 2}),
        ("--size 1000 --binary", {"size": 1_000, "text": False}),
        ("--text", {}),
        ("--duration 500ms --ramp 0", {"duration_s": 0.5, "ramp_s": 0.0}),
        ("--duration 2 --ramp 0.5", {"duration_s": 2.0, "ramp_s": 0.5}),
        ("--poisson --burst 9", {"poisson": True, "burst": 9}),
        ("--loop uvloop --tls", {"axes": Axes(loops=("uvloop",), tls=True)}),
        ("--as-shipped --no-keep-awake", {"as_shipped": True, "keep_awake": False}),
        ("--rounds 3", {"rounds": 3}),
        (
            "--message a --message b --weight 2 --weight 1",
            {"messages": ("a", "b", "a"), "typed": ("", "", "")},
        ),
    ],
)
def test_options_become_words(monkeypatch: pytest.MonkeyPatch, argv: str, words: dict[str, Any]) -> None:
    """Every option is taken, and what is left out is as the words have it by default."""
    found, rest = words_of(monkeypatch, "tornado", *argv.split())
    assert found == LoadWords("tornado", **words)
    assert (rest["label"], rest["out"], rest["form"], rest["quiet"]) == (
        "load",
        Path("results"),
        "table",
        False,
    )


def test_what_is_not_measured_goes_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seed, label, folder, format and quiet."""
    argv = ["--seed", "5", "--label", "x", "--out", "y", "--format", "json", "-q"]
    _, rest = words_of(monkeypatch, "tornado", *argv)
    told = {"seed": 5, "label": "x", "out": Path("y"), "form": "json", "quiet": True, "strict": False}
    told["write"] = ()
    assert rest == told


USAGE_ERRORS = [
    (["load"], "load needs a target: wsbench load tornado --rate 2000, or ws://host/path"),
    (["load", "tornadoo"], "unknown server 'tornadoo'; did you mean tornado?"),
    (["load", "tornado", "--rate", "fast"], "Invalid value for '--rate'"),
    (["load", "tornado", "--rate", "0"], "--rate 0: more than 0"),
    (["load", "tornado", "--rate", "5", "--sweep"], "--rate and --sweep exclude each other: choose one"),
    (["load", "tornado", "--slo", "p97=5ms"], "unknown metric of --slo 'p97'; did you mean p9"),
    (
        ["load", "tornado", "--slo", "capacity=5"],
        "--slo capacity needs a limit beside it that ends the search",
    ),
    (
        ["load", "tornado", "--duration", "soon"],
        "--duration 'soon': 'soon' is no time; write a number and a unit",
    ),
    (["load", "tornado", "--slo", "p99=5"], "--slo 'p99=5': 5 of what? write us, ms, s or m behind it"),
    (["load", "tornado", "--burst", "5"], "--burst goes with --rate"),
    (["load", "tornado", "--agents", "99"], "--agents 99: each needs a connection"),
    (["load", "tornado", "--format", "tabel"], "unknown format 'tabel'; did you mean table?"),
    (["load", "tornado", "--loop", "asyncio,uvloop"], "one server is loaded at a time: name one event loop"),
    (["load", "http://host/"], "a target is ws://host[:port]/path, wss://host[:port]/path or ws+unix:"),
    (["load", "x=./none.py"], "x: there is no file ./none.py"),
    (["load", "tornado", "--out", "/proc/nowhere"], "can't write to /proc/nowhere"),
]


@pytest.mark.parametrize(("words", "line"), USAGE_ERRORS)
def test_words_that_are_off_get_one_line_and_exit_2(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], words: list[str], line: str
) -> None:
    """Nothing is measured, nothing is stored."""
    assert_usage_error(called(*words, cwd=tmp_path, capfd=capfd), line)
    assert not (tmp_path / "results").exists()


@pytest.mark.parametrize(("words", "line"), one_a_verb(USAGE_ERRORS))
def test_a_process_of_its_own_says_the_same(tmp_path: Path, words: list[str], line: str) -> None:
    """One case, for the verb is one."""
    assert_usage_error(wsbench(*words, cwd=tmp_path), line)
    assert not (tmp_path / "results").exists()


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> tuple[subprocess.CompletedProcess[str], Path]:
    """Hold a low rate for one short round, and return the folder it was stored in."""
    folder = tmp_path_factory.mktemp("held")
    return wsbench("load", "tornado", "--rate", "300", *SHORT, "--seed", "1", cwd=folder), folder


def test_a_rate_is_held_shown_and_stored(held: tuple[subprocess.CompletedProcess[str], Path]) -> None:
    """The table fits 80 columns; header, round and closing are in the file."""
    done, folder = held
    assert done.returncode in {0, 4}, done.stderr  # a busy machine may be late
    assert done.stdout.startswith(("tornado keeps up with 300 msg/s: p50 ", "INVALID: tornado "))
    assert "\nLoad, tornado, 64 B text, 16 connections\n" in done.stdout
    assert re.search(r"^round 1:       300 msg/s: \d+ answered, p50 .*, 0 errors", done.stderr, re.MULTILINE)
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert "1 round of fresh processes, complete;" in done.stdout
    (file,) = (folder / "results").glob("*-load.jsonl")
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    steps = lines[-2]["steps"]  # of a step that is held again because the client was late the last counts
    assert [line["line"] for line in lines] == ["load", *["load-step"] * len(steps), "load-round", "closing"]
    assert [line["step"] for line in lines[1:-2]] == steps
    step = steps[-1]
    assert (step["rate"], step["scheduled"], lines[0]["plan"]["mode"]) == (300, 90, "rate")
    assert f"stored as results/{file.name}" in done.stderr
    assert "round 1 of 1 took" in done.stderr


def test_a_report_of_it_shows_the_same_table(held: tuple[subprocess.CompletedProcess[str], Path]) -> None:
    """`report` finds out that the newest file is of a load run; nothing is measured for it."""
    done, folder = held
    again = wsbench("report", cwd=folder)
    assert (again.stdout, again.returncode) == (done.stdout, done.returncode)


def test_a_load_file_is_compared_with_another(
    held: tuple[subprocess.CompletedProcess[str], Path], capfd: pytest.CaptureFixture[str]
) -> None:
    """One round decides nothing: with itself it is INCONCLUSIVE, or not judged where the client was late."""
    _, folder = held
    (file,) = (folder / "results").glob("*-load.jsonl")
    done = called("compare", file.name, file.name, cwd=file.parent, capfd=capfd)
    assert done.returncode in {0, 4}, done.stderr
    assert done.stdout.startswith(("INCONCLUSIVE in 1 of 1 gated line", "NOT JUDGED"))
    assert "at 300 msg/s" in done.stdout


def stored_after(process: subprocess.Popen[str], folder: Path, words: str) -> Path:
    """Wait until a result file has these words in it, and return it."""
    for _ in range(1200):
        file = next(iter((folder / "results").glob("*.jsonl")), None)
        if file and words in file.read_text():
            return file
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)
    raise AssertionError("nothing was stored")


STEPS = ["--duration", "0.3", "--ramp", "0", "--rounds", "99"]


@pytest.mark.parametrize(
    ("number", "words", "line"),
    [
        (signal.SIGINT, ["--slo", "p99=100ms"], '"line":"load-step"'),
        (signal.SIGTERM, ["--rate", "300"], '"line":"load-round"'),
    ],
    ids=["SIGINT in a search", "SIGTERM at rates"],
)
def test_stopping_it_ends_its_children_and_keeps_what_was_measured(
    tmp_path: Path, number: signal.Signals, words: list[str], line: str
) -> None:
    """Exit 130, the tables of what there is, and a closing line that says interrupted."""
    process = started("load", "tornado", *words, *STEPS, cwd=tmp_path)
    file = stored_after(process, tmp_path, line)
    children = children_of(process, 1)
    process.send_signal(number)
    out, heard = process.communicate(timeout=20)
    assert process.returncode == 130, heard
    assert left_of(children) == []
    assert "Load, tornado" in out
    assert "Traceback" not in heard
    run = read_any(file)
    assert run.interrupted
    assert run.unfinished or run.rounds
    assert told_of(run) in out


def told_of(run: LoadRun) -> str:
    """Return the line over the steps of a round that never ended, "" where there are none."""
    count = len(run.unfinished)
    what = f"Round {len(run.rounds) + 1}, interrupted after {count} step{'' if count == 1 else 's'}"
    return f"\n{what}\n" if count else ""


def test_a_search_that_is_killed_keeps_its_steps(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """They are shown as what they are, and are no capacity."""
    process = started("load", "tornado", "--slo", "p99=100ms", *STEPS, cwd=tmp_path)
    file = stored_after(process, tmp_path, '"line":"load-step","number":1')
    process.kill()
    process.communicate(timeout=20)
    run = read_any(file)
    assert (run.rounds, run.closing, len(run.unfinished) >= 2) == ((), None, True)
    done = called("report", str(file), cwd=tmp_path, capfd=capfd)
    assert done.returncode == 4, done.stderr
    assert told_of(run) in done.stdout
    note = f"note: round 1 was interrupted after {len(run.unfinished)} steps: not in the capacity"
    assert note in " ".join(done.stdout.split())
    assert "capacity:" not in done.stdout
    assert "0 rounds of fresh processes, cut off;" in done.stdout
