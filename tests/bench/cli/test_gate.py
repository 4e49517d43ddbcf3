"""The commands that decide something, as their users meet them: real processes, exit codes, single lines."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest
from runs import run_of
from terminal import WSBENCH, assert_usage_error, called, children_of, left_of, one_a_verb, started, wsbench
from wsbench.plan.run import LEAST_FOR_TWO_LOOKS
from wsbench.records.common import OLDEST, SCHEMA
from wsbench.storage.results import Store

SMALL = ["tornado", "tornado", "--rounds", "1", "--connections", "1", "--seed", "1", "-q"]
LINES = ["rtt_p50", "server_cpu"]


class Gated(NamedTuple):
    """A comparison that was run as a CI runs it: what it printed, its files, its folder."""

    done: subprocess.CompletedProcess[str]
    folder: Path

    @property
    def stored(self) -> Path:
        """Its result file."""
        (file,) = (self.folder / "results").glob("*-compare.jsonl")
        return file


@pytest.fixture(scope="module")
def gated(tmp_path_factory: pytest.TempPathFactory) -> Gated:
    """Compare Tornado with itself for one round: strictly, on GitHub, with JUnit XML."""
    folder = tmp_path_factory.mktemp("gated")
    variables = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(folder / "summary.md")}
    words = ["compare", *SMALL, "--strict", "--junit", "out/junit.xml", "--comment", "out/echo latency.md"]
    return Gated(wsbench(*words, cwd=folder, columns=100, variables=variables), folder)


@pytest.fixture(scope="module")
def baseline(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Save one session of Tornado and return the folder that `results/baseline` is in."""
    folder = tmp_path_factory.mktemp("checked")
    done = wsbench("check", "tornado", "--save", "--rounds", "1", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "1 stored session in results/baseline; 5 of the same machine are needed" in done.stderr
    return folder


def stored(folder: Path, label: str, tornado_us: float) -> str:
    """Write a run in which Tornado takes so long, the yardstick always as long, and return its name."""
    run = run_of({"tornado": tornado_us, "stdlib": 40.0, "tcp": 30.0})
    store = Store(folder, msgspec.structs.replace(run.header, schema=SCHEMA, label=label))
    for one in run.rounds:
        store.append(one)
    assert run.closing
    store.append(run.closing)
    return store.path.name


def test_one_round_decides_nothing(gated: Gated) -> None:
    """There is no interval from one round: INCONCLUSIVE, which --strict makes exit 3."""
    assert gated.done.returncode == 3, gated.done.stderr
    assert gated.done.stdout.startswith("INCONCLUSIVE in 2 of 2 gated lines: tornado-2 p50 µs ")
    assert "tornado-2 against tornado: round trip, 64 B text" in gated.done.stdout
    assert "rule: side by side in the same rounds" in gated.done.stdout
    assert max(map(len, gated.done.stdout.splitlines())) <= 100


def test_junit_has_a_case_for_each_gated_line(gated: Gated) -> None:
    """The folder is made; what is inconclusive fails under --strict."""
    (suite,) = ET.parse(gated.folder / "out" / "junit.xml").getroot()  # noqa: S314  # it is our own
    assert (suite.attrib["tests"], suite.attrib["failures"]) == ("2", "2")
    assert len(suite.findall("testcase/failure")) == 2


def test_github_gets_a_summary_and_annotations(gated: Gated) -> None:
    """The summary has verdicts, the run's own tables and the command; each line is an annotation."""
    text = (gated.folder / "summary.md").read_text()
    assert text.startswith("## wsbench: INCONCLUSIVE\n")
    assert "<summary>Round trip, 64 B text, 1 connection, depth 1, driven by wire" in text
    assert "wsbench compare tornado tornado --rounds 1" in text
    errors = [line for line in gated.done.stderr.splitlines() if line.startswith("::error")]
    assert len(errors) == 2
    assert all("INCONCLUSIVE: tornado-2 by wire" in line for line in errors)


def test_the_comment_is_the_summary_behind_its_mark(gated: Gated) -> None:
    """The mark is made of the file's name."""
    mark, _, text = (gated.folder / "out" / "echo latency.md").read_text().partition("\n")
    assert mark == "<!-- wsbench: echo-latency -->"
    assert text == (gated.folder / "summary.md").read_text()


def test_a_report_of_a_comparison_ends_with_its_verdicts(gated: Gated) -> None:
    """A stored comparison is judged again from its rounds; its numbers stand before that."""
    text = wsbench("report", gated.stored.name, cwd=gated.stored.parent, columns=100).stdout
    assert text.startswith("64 B text, driven by wire")
    assert text.index("CPU: of the server") < text.index(gated.done.stdout.splitlines()[0])


def test_json_has_a_verdict_for_each_gated_line(tmp_path: Path) -> None:
    """Without --strict an open question is exit 0, and without a CI nothing is annotated."""
    done = wsbench("compare", "stdlib", "b=stdlib", *SMALL[2:], "--format", "json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document.keys() == {"verdict", "verdicts", "unmatched", "rule", "warnings", "causes"}
    assert [one["metric"] for one in document["verdicts"]] == LINES
    first = document["verdicts"][0]
    assert (first["verdict"], first["base"], first["candidate"]) == ("INCONCLUSIVE", "stdlib", "b")
    assert (first["margin"], first["rounds"], first["low"], first["high"]) == (0.05, 1, None, None)
    assert "::" not in done.stderr


USAGE_ERRORS = [
    (["compare", "tornado"], "a comparison needs a base and a candidate: wsbench compare tornado aioh"),
    (["compare", "tornado", "aiohtp"], "unknown server 'aiohtp'; did you mean aiohttp?"),
    (["compare", "tornado", "tcp"], "tcp speaks no WebSocket"),
    (["compare", "tornado", "aiohttp", "--margin", "-5"], "--margin -5: a margin is a number of percen"),
    (["compare", "tornado", "aiohttp", "--margin", "5", "--margin", "6%"], "--margin 6%: all that is gated"),
    (["compare", "tornado", "aiohttp", "--margin", "rtt=5"], "unknown metric of --margin 'rtt'; did you "),
    (["compare", "tornado", "aiohttp", "--rounds", "5", "--rounds", "6"], "--rounds is given 2 times: giv"),
    (
        ["compare", "tornado", "aiohttp", "--format", "csv"],
        "--format csv can't be had of a verdict: ch",
    ),
    (["compare", "tornado", "old.jsonl"], "compare servers with servers, or result files with result f"),
    (["compare", "old.jsonl"], "a comparison of files needs two"),
    (
        ["compare", "old.jsonl", "new.jsonl", "--tls"],
        "result files say themselves what was measured: lea",
    ),
    (["compare", "old.jsonl", "new.jsonl", "--binary"], "result files say themselves what was measured"),
    (["compare", "tornado", "tcp@tls"], "'tcp@tls': tcp can't serve over TLS; these can: tornado, "),
    (["compare", "tornado", "x=ws://h/", "-c", "ws4py", "--deflate"], "ws4py has no permessage-deflate"),
    (["compare", "tornado", "tornado@3.99"], "there is no Python 3.99 here"),
    (["compare", "junk.jsonl", "junk.jsonl"], "junk.jsonl, line 1, is no line of a result file"),
    (["compare", "none.jsonl", "none.jsonl"], "can't read none.jsonl: No such file or directory"),
    (["check"], "there is no baseline in results/baseline: wsbench check --save --baseline results/base"),
    (["check", "--baseline", "none.jsonl"], "can't read none.jsonl: No such file or directory"),
    (["check", "--baseline", "junk.jsonl"], "junk.jsonl, line 1, is no line of a result file"),
    (["check", "--save", "--baseline", "-"], "--save adds to a folder of sessions: name it with --base"),
    (["calibrate", "--rounds", "3"], "--rounds 3: a calibration needs at least 4"),
    (["selftest", "--inject", "0.1"], "--inject 0.1: from 0.5 to 100 percent of a round trip"),
]


@pytest.mark.parametrize(("words", "line"), USAGE_ERRORS)
def test_words_that_are_off_get_one_line_and_exit_2(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], words: list[str], line: str
) -> None:
    """The line says what is missing and how to write it; nothing is measured."""
    (tmp_path / "junk.jsonl").write_text("junk\n")
    assert_usage_error(called(*words, cwd=tmp_path, capfd=capfd), line)
    assert not (tmp_path / "results").exists()


@pytest.mark.parametrize(("words", "line"), one_a_verb(USAGE_ERRORS))
def test_a_process_of_its_own_says_the_same(tmp_path: Path, words: list[str], line: str) -> None:
    """One case of each verb."""
    (tmp_path / "junk.jsonl").write_text("junk\n")
    assert_usage_error(wsbench(*words, cwd=tmp_path), line)
    assert not (tmp_path / "results").exists()


def test_a_margin_of_the_project_that_is_off_gets_one_line(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """The table of pyproject.toml is read before anything is measured."""
    (tmp_path / "pyproject.toml").write_text("[tool.wsbench.check]\nrtt_p5 = 3\n")
    done = called("compare", "tornado", "aiohttp", cwd=tmp_path, capfd=capfd)
    assert_usage_error(done, "pyproject.toml, [tool.wsbench.check]: unknown key 'rtt_p5'; did you mean rtt_")


def test_a_pattern_of_the_project_that_is_misspelt_gets_one_line(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """So does one in a folder above, which is named as seen from here; files are held together by it too."""
    (tmp_path / "pyproject.toml").write_text('[tool.wsbench.check.cells."tornadu by *"]\ngate = false\n')
    inner = tmp_path / "inner"
    inner.mkdir()
    said = "../pyproject.toml: the pattern \"tornadu by *\" matches no cell; did you mean 'tornado'"
    assert_usage_error(called("compare", "aiohttp", "tornado", cwd=inner, capfd=capfd), said)
    names = [stored(inner, label, 60.0) for label in ("old", "new")]
    assert_usage_error(called("compare", *names, cwd=inner, capfd=capfd), said)


def test_a_file_of_the_schema_before_is_refused_in_one_line(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """The line names both schemas."""
    path = tmp_path / stored(tmp_path, "old", 60.0)
    path.write_text(path.read_text().replace(f'"schema":{SCHEMA}', '"schema":1', 1))
    done = called("compare", path.name, path.name, cwd=tmp_path, capfd=capfd)
    assert_usage_error(done, f"has schema 1; this wsbench reads schemas {OLDEST} to {SCHEMA}")


@pytest.mark.parametrize(
    ("now_us", "code", "word"),
    [(62.0, 0, "INCONCLUSIVE"), (120.0, 1, "REGRESSED"), (30.0, 0, "INCONCLUSIVE")],
)
def test_files_are_held_together_by_a_tripwire(tmp_path: Path, now_us: float, code: int, word: str) -> None:
    """Only a change past 50 % is called one, and the rule says that side by side is better."""
    old, new = stored(tmp_path, "old", 60.0), stored(tmp_path, "new", now_us)
    done = wsbench("compare", old, new, cwd=tmp_path, columns=200)
    assert done.returncode == code, done.stderr
    assert done.stdout.startswith(word)
    assert "weaker than measuring both side by side" in done.stdout


def test_unchanged_code_is_checked_side_by_side(baseline: Path) -> None:
    """The recipe of the baseline runs here: it is a base of its own beside today's code."""
    done = wsbench("check", "--rounds", "1", "--format", "json", cwd=baseline)
    assert done.returncode == 0, done.stderr
    assert "the baseline's code runs here, unchanged: both are measured side by side" in done.stderr
    found = json.loads(done.stdout)
    assert found["rule"].startswith("side by side in the same rounds")
    assert {(one["base"], one["candidate"]) for one in found["verdicts"]} == {("tornado-baseline", "tornado")}
    assert {one["metric"] for one in found["verdicts"]} == {*LINES, "throughput"}


def test_an_interpreter_without_the_baseline_gets_one_line(baseline: Path, tmp_path: Path) -> None:
    """What it lacks is named, exit 2: the user meant it to hold the recipe."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "bare"], check=True)
    python = str(tmp_path / "bare" / "bin" / "python")
    done = wsbench("check", "--baseline-python", python, "--rounds", "1", cwd=baseline)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), done.stderr
    assert f"wsbench: {python} does not hold the baseline's code; tornado: " in done.stderr
    assert "tornado is not installed" in done.stderr


def test_a_server_that_the_baseline_lacks_gets_one_line(
    baseline: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """The line names those it has."""
    done = called("check", "aiohttp", cwd=baseline, capfd=capfd)
    assert_usage_error(done, "unknown server in the baseline 'aiohttp'; choose from tornado")


def test_a_baseline_may_come_from_standard_input(tmp_path: Path) -> None:
    """It is read once, and held in mind."""
    with (tmp_path / stored(tmp_path, "old", 60.0)).open("rb") as file:
        words = [*WSBENCH, "check", "--baseline", "-", "aiohttp"]
        done = subprocess.run(words, stdin=file, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert_usage_error(done, "unknown server in the baseline 'aiohttp'; choose from tornado")


def test_a_comparison_that_is_stopped_leaves_nobody_and_gives_no_verdict(tmp_path: Path) -> None:
    """Ctrl-C after a round: exit 130, the round is kept, and it was not a planned look."""
    rounds = str(LEAST_FOR_TWO_LOOKS)
    process = started("compare", "stdlib", "b=stdlib", "--connections", "1", "--rounds", rounds, cwd=tmp_path)
    file = None
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not (file and '"line":"round"' in file.read_text()):
        file = next(iter((tmp_path / "results").glob("*.jsonl")), None)
        time.sleep(0.05)
    children = children_of(process, 4)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=20)
    assert process.returncode == 130
    assert left_of(children) == []
    assert out.startswith("INCONCLUSIVE")
    assert "verdicts are given after 6 and 12" in out
    assert file
    assert json.loads(file.read_text().splitlines()[-1])["status"] == "interrupted"
