"""Going on with a run from its file: after any end it holds what one go would have written."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest
from runs import NOISE, run_of
from wsbench.commands import resume as module
from wsbench.commands.resume import resume, resume_and_check, resume_and_judge, resume_and_report
from wsbench.errors import UsageError
from wsbench.plan.margins import Comparison
from wsbench.plan.storable import completed
from wsbench.records.run import Round, Run
from wsbench.storage.results import Store, read_any, read_run
from wsbench.workflow.publish import Wishes
from wsbench.workflow.values import read_message, read_value

SMALL = ("--client", "wire", "--connections", "1", "--no-keep-awake")
WORDS = ("stdlib", *SMALL, "--seed", "7", "--rounds", "3")


def wsbench(*words: str, cwd: Path) -> subprocess.Popen[str]:
    """Start wsbench in a folder."""
    return subprocess.Popen(
        [sys.executable, "-m", "wsbench", *words],
        cwd=cwd,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Measure three rounds in one go, and return their file."""
    folder = tmp_path_factory.mktemp("whole")
    done = wsbench("run", *WORDS, "--out", ".", cwd=folder)
    _, told = done.communicate(timeout=110)
    assert done.returncode == 0, told
    (file,) = folder.glob("*.jsonl")
    return file


def cut(whole: Path, folder: Path, lines: int, more: str = "") -> Path:
    """Write the first lines of a file, and the beginning of the next, as a killed run leaves them."""
    file = folder / "cut.jsonl"
    file.write_text("".join(whole.read_text().splitlines(keepends=True)[:lines]) + more)
    return file


def in_one_go(one: Run, other: Run) -> bool:
    """Whether two runs are the same but for what was measured: plan, rounds, their cells and servers."""
    return one.header == other.header and [
        (line.number, [cell.cell for cell in line.cells], sorted(line.servers)) for line in one.rounds
    ] == [(line.number, [cell.cell for cell in line.cells], sorted(line.servers)) for line in other.rounds]


def test_what_was_cut_off_is_measured_and_what_is_there_stays(whole: Path, tmp_path: Path) -> None:
    """The first round is the same to the byte, two more follow it, and a half line is gone."""
    file = cut(whole, tmp_path, 2, '{"line": "round", "numb')
    done = wsbench("run", "--resume", str(file), cwd=tmp_path)
    shown, told = done.communicate(timeout=110)
    assert done.returncode == 0, told
    assert "3 rounds, complete" in " ".join(shown.split())
    before, after = read_run(whole), read_run(file)
    assert in_one_go(before, after)
    assert after.rounds[0] == before.rounds[0]
    assert after.closing
    assert after.closing.status == "complete"
    assert list(tmp_path.iterdir()) == [file]


def test_a_run_that_is_killed_again_and_again_goes_on(tmp_path: Path) -> None:
    """SIGKILL at three moments that chance chooses: the file then holds every planned round once."""
    words: tuple[str, ...] = ("run", *WORDS, "--out", ".", "-q")
    kept: tuple[Round, ...] = ()
    for _ in range(3):
        running = wsbench(*words, cwd=tmp_path)
        while not list(tmp_path.glob("*.jsonl")) and running.poll() is None:
            time.sleep(0.05)  # nothing can be resumed of a run without a round
        time.sleep(random.uniform(0, 0.8))
        running.kill()
        running.communicate()
        (file,) = tmp_path.glob("*.jsonl")
        before = read_run(file)
        assert before.rounds[: len(kept)] == kept
        if before.closing:  # it was done before
            break
        kept, words = before.rounds, ("run", "--resume", str(file), "-q")
    else:
        done = wsbench(*words, cwd=tmp_path)
        _, told = done.communicate(timeout=110)
        assert done.returncode == 0, told
    after = read_run(file)
    assert [one.number for one in after.rounds] == [0, 1, 2]
    assert after.rounds[: len(kept)] == kept


def changed(file: Path, **fields: object) -> None:
    """Write other things into the header of a file, by dotted name."""
    head, *lines = file.read_text().splitlines(keepends=True)
    document = msgspec.json.decode(head)
    for name, value in fields.items():
        at = document
        *path, last = name.split("__")
        for word in path:
            at = at[word]
        at[last] = value
    file.write_text(msgspec.json.encode(document).decode() + "\n" + "".join(lines))


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"wsbench": "0.0.1"}, r"it was measured by wsbench 0\.0\.1, and this is "),
        ({"environment__cpu": "Another CPU"}, r"under other conditions \(processor Another CPU, now "),
        ({"environment__variables": {"PYTHONOPTIMIZE": "2"}}, r"\(PYTHONOPTIMIZE 2, now not set\)"),
    ],
)
def test_what_is_no_longer_so_is_named(
    whole: Path, tmp_path: Path, fields: dict[str, object], why: str
) -> None:
    """Another machine, version or setting: one line with the field, and the file stays as it is."""
    file = cut(whole, tmp_path, 2)
    changed(file, **fields)
    text = file.read_text()
    with pytest.raises(UsageError, match=rf"^--resume .*cut\.jsonl: .*{why}"):
        resume(file, quiet=True)
    assert file.read_text() == text


def test_other_code_is_refused_before_anything_is_written(whole: Path, tmp_path: Path) -> None:
    """The server is tried first: rounds of two codes in one file would be a wrong number."""
    file = cut(whole, tmp_path, 2)
    text = file.read_text().replace(
        f'"code":"{read_run(whole).rounds[0].servers["stdlib"].code}"', '"code":"no"'
    )
    file.write_text(text)
    with pytest.raises(UsageError, match=r"stdlib is not what it was \(other code under the same version\)"):
        resume(file, quiet=True)
    assert file.read_text() == text


def test_a_whole_run_is_not_resumed(whole: Path, tmp_path: Path) -> None:
    """It says where its numbers are; so does a file that is none."""
    with pytest.raises(UsageError, match=r"it has all its rounds; wsbench report shows them$"):
        resume(whole, quiet=True)
    with pytest.raises(UsageError, match=r"none\.jsonl: No such file or directory$"):
        resume(tmp_path / "none.jsonl", quiet=True)


def test_a_comparison_keeps_its_two_looks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Killed right after the round of its first look, it takes that look, and no third."""
    comparison = Comparison((("tornado", "new"),), looks=(8, 16))
    run = run_of({"tornado": 60.0, "new=tornado": 90.0}, comparison=comparison, noise={"new": NOISE})
    plan = msgspec.structs.replace(run.header.plan, rounds=16)
    store = Store(tmp_path, msgspec.structs.replace(run.header, plan=plan))
    for one in run.rounds:
        store.append(one)
    assert store.path

    def never(*_args: object, **_more: object) -> None:
        raise AssertionError("nothing is left to measure")

    monkeypatch.setattr("wsbench.runner.frame.try_servers", never)
    monkeypatch.setattr(module, "_obstacle", lambda _run: "")
    found = resume(store.path, quiet=True)
    assert found.closing
    assert (len(found.rounds), found.closing.status) == (8, "decided")
    assert read_run(store.path) == found


def test_load_goes_on_too(tmp_path: Path) -> None:
    """Its later rounds begin where those in the file ended; one that never ended is measured anew."""
    words = ("load", "stdlib", "--rate", "200", "--duration", "300ms", "--ramp", "0s", "--rounds", "2")
    done = wsbench(*words, "--no-keep-awake", "--out", ".", "-q", cwd=tmp_path)
    _, told = done.communicate(timeout=110)
    assert done.returncode in {0, 4}, told
    (stored,) = tmp_path.glob("*.jsonl")
    first = read_any(stored).rounds[0]
    file = cut(stored, tmp_path, 1 + len(first.steps) + 1 + 1, '{"line": "load-st')
    assert len(read_any(file).unfinished) == 1
    again = wsbench("load", "--resume", str(file), "-q", cwd=tmp_path)
    _, told = again.communicate(timeout=110)
    assert again.returncode in {0, 4}, told
    found, lines = read_any(file), [json.loads(line)["line"] for line in file.read_text().splitlines()]
    assert [one.number for one in found.rounds] == [0, 1]
    assert (found.rounds[0], found.unfinished) == (first, ())
    steps = ["load-step"] * len(found.rounds[1].steps)
    assert lines == ["load", "load-round", *steps, "load-round", "closing"]


@pytest.mark.parametrize(
    "words",
    [
        *("run tornado", "compare tornado", "load tornado", "check --save"),
        *("run --profile quick", "load --connections 500", "compare --margin 3", "check --seed 3"),
    ],
)
def test_nothing_is_said_besides(tmp_path: Path, words: str) -> None:
    """The file says what is measured; who names something else meant something else."""
    done = wsbench(*words.split(), "--resume", "x.jsonl", cwd=tmp_path)
    _, told = done.communicate(timeout=30)
    assert done.returncode == 2
    assert "--resume: the file says itself what is measured" in told


def test_a_stored_plan_is_completed(whole: Path) -> None:
    """Without a budget: the rounds that are missing are wanted."""
    plan = msgspec.structs.replace(read_run(whole).header.plan, budget_s=30.0)
    assert completed(plan, read_value, read_message).budget_s == 0.0


def test_what_decides_nothing_is_not_measured_to_judge_it(whole: Path, tmp_path: Path) -> None:
    """`compare` and `check` say so before they measure, and name what goes on with the file."""
    file = cut(whole, tmp_path, 2)
    text = file.read_text()
    with pytest.raises(
        UsageError, match=r"cut\.jsonl was not made to decide anything: wsbench run --resume "
    ):
        resume_and_judge(file, Wishes(quiet=True))
    with pytest.raises(UsageError, match=r"^there is no baseline in "):
        resume_and_check(file, tmp_path / "nothing", Wishes(quiet=True))
    assert file.read_text() == text


def test_an_unknown_format_is_refused_before_measuring(whole: Path, tmp_path: Path) -> None:
    """A minute of measuring for a line that could have come first."""
    file = cut(whole, tmp_path, 2)
    text = file.read_text()
    with pytest.raises(UsageError, match=r"^unknown format 'xml'"):
        resume_and_report(file, "xml", quiet=True)
    assert file.read_text() == text
