"""What `load` does around its measuring: the file, the words on the screen, the exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from load_runs import load_analysis, load_run, plan_of, row_of
from load_stand import CEILING, Stand, pretend
from msgspec.structs import replace
from wsbench.analysis.load import LoadAnalysis
from wsbench.commands import load
from wsbench.commands.check import check_and_report
from wsbench.commands.compare import compare_and_report
from wsbench.commands.report import report_files, show
from wsbench.errors import UsageError
from wsbench.exits import FINE, INVALID, OPEN, REGRESSED, STOPPED
from wsbench.facts.notices import Notice
from wsbench.hiding import HIDDEN
from wsbench.plan.thresholds import read_threshold
from wsbench.planning.load import LoadWords
from wsbench.planning.workloads import Words
from wsbench.storage.results import read_any
from wsbench.targets.spec import Access, Axes
from wsbench.verdicts.thresholds import Judged, Outcome
from wsbench.workflow.forms import read_forms
from wsbench.workflow.publish import Wishes


def judged_analysis(*outcomes: Outcome, missed: str = "") -> LoadAnalysis:
    """Return a run at a rate whose thresholds came out like this."""
    judged = [Judged(read_threshold("p99=5ms"), 9.0, outcome) for outcome in outcomes]
    plan = plan_of(rates=(9.0,), slo=("max=2s",))
    return load_analysis(row_of(9, missed=missed), plan=plan, thresholds=tuple(judged))


TABLE = read_forms(LoadAnalysis, "table")

WORDS = LoadWords("tornado", rates=(2_000.0, 4_000.0), rounds=4)


@pytest.fixture(autouse=True)
def stand(monkeypatch: pytest.MonkeyPatch) -> type[Stand]:
    """Have no server and no driver."""
    return pretend(monkeypatch)


def load_into(folder: Path, words: LoadWords = WORDS, *, form: str = "table") -> int:
    """Run the command with its results in a folder."""
    return load.load_and_report(words, seed=1, label="load", out=folder, form=form, quiet=True)


def stored(folder: Path) -> Path:
    """Return the one file of a folder."""
    (file,) = folder.glob("*-load.jsonl")
    return file


def test_what_is_printed_is_what_a_report_of_the_file_prints(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every round is in the file, which is named on standard error."""
    assert load_into(tmp_path) == FINE
    printed, heard = capsys.readouterr()
    assert heard == f"stored as {stored(tmp_path)}\n"
    run = read_any(stored(tmp_path))
    assert (len(run.rounds), run.header.label, run.header.plan.rates) == (4, "load", (2_000.0, 4_000.0))
    assert printed.startswith("tornado keeps up with 2,000 and 4,000 msg/s; at 4,000: p50 45 µs ")
    assert "\nLoad, tornado, 64 B text, 16 connections\n" in printed
    assert report_files([stored(tmp_path)], "table") == FINE
    assert capsys.readouterr().out == printed


@pytest.mark.parametrize("form", ["table", "markdown", "csv", "json"])
def test_a_stored_load_run_is_shown_in_every_format(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    """`report` finds out what kind of file it was given."""
    load_into(tmp_path)
    capsys.readouterr()
    assert report_files([stored(tmp_path)], form) == FINE
    text = capsys.readouterr().out
    assert "tornado" in text
    if form == "json":
        assert {row["metric"] for row in json.loads(text)["rows"]} >= {"response_p99", "achieved"}


@pytest.mark.parametrize("rounds", [0, 2])
def test_stopping_it_shows_what_there_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], stand: type[Stand], rounds: int
) -> None:
    """Exit 130, whatever the finished rounds say; the steps of the round that was stopped stand alone."""
    stand.status, stand.rounds, stand.more = "interrupted", rounds, 1
    assert load_into(tmp_path) == STOPPED
    printed = capsys.readouterr().out
    assert f"{rounds} rounds of fresh processes, interrupted;" in printed
    assert f"\nRound {rounds + 1}, interrupted after 1 step\n" in printed
    assert f"\nnote: round {rounds + 1} was interrupted after 1 step: not in the intervals\n" in printed
    assert report_files([stored(tmp_path)], "table") == (FINE if rounds else INVALID)
    assert capsys.readouterr().out == printed


def test_stopping_it_within_its_first_step_leaves_no_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], stand: type[Stand]
) -> None:
    """Nothing was measured to its end."""
    stand.status, stand.rounds = "interrupted", 0
    assert load_into(tmp_path) == STOPPED
    printed, heard = capsys.readouterr()
    assert "no round of tornado was finished: it was interrupted." in printed
    assert heard == "nothing is stored: no step was finished\n"
    assert list(tmp_path.iterdir()) == []


def test_an_unfinished_round_is_not_compared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], stand: type[Stand]
) -> None:
    """The verdict is that of the finished ones; without one there is nothing to compare."""
    stand.status, stand.more = "interrupted", 1
    load_into(tmp_path)
    file, wishes, told = stored(tmp_path), Wishes(form="json"), []
    words = Words(servers=(str(file), str(file)))
    *lines, step, closing = file.read_text().splitlines(keepends=True)
    for some in ([*lines, step, closing], [*lines, closing]):
        file.write_text("".join(some))
        capsys.readouterr()
        assert compare_and_report(words, wishes, seed=1, null=False) == FINE
        told.append(capsys.readouterr().out)
    assert told[0] == told[1]
    file.write_text("".join(lines[:2]))
    assert report_files([file], "table") == INVALID
    with pytest.raises(UsageError, match="holds no finished round"):
        compare_and_report(words, wishes, seed=1, null=False)


@pytest.mark.parametrize(
    ("analysis", "code"),
    [
        (load_analysis(row_of(9), plan=plan_of(rates=(9.0,))), FINE),
        (load_analysis(row_of(9, missed="1 of 9"), plan=plan_of(rates=(9.0,))), INVALID),
        (load_analysis(row_of(9), notices=(Notice("x", invalid=True),)), INVALID),
        (judged_analysis("met"), FINE),
        (judged_analysis("can't tell"), FINE),
        (judged_analysis("not judged", "met"), INVALID),
        (judged_analysis("not judged", "missed"), REGRESSED),
        (judged_analysis("missed", missed="1 of 9"), REGRESSED),
    ],
)
def test_the_exit_code_says_whether_the_question_has_an_answer(
    monkeypatch: pytest.MonkeyPatch, analysis: object, code: int
) -> None:
    """4 where it has none."""
    monkeypatch.setattr("wsbench.workflow.shown.analyse_load", lambda _run: analysis)
    assert show(load_run(), TABLE) == code


@pytest.mark.parametrize(("outcome", "code"), [("met", FINE), ("can't tell", OPEN), ("missed", REGRESSED)])
def test_strict_fails_where_a_threshold_can_not_be_told(
    monkeypatch: pytest.MonkeyPatch, outcome: Outcome, code: int
) -> None:
    """As with verdicts: exit 3 for what is open."""
    monkeypatch.setattr("wsbench.workflow.shown.analyse_load", lambda _run: judged_analysis(outcome))
    assert show(load_run(), TABLE, strict=True) == code


def test_thresholds_are_judged_when_the_file_is_read_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """They are part of the plan; the report of the file says the same, and exits alike."""
    words = replace(WORDS, slo=("p50=1us", "errors=0"))
    assert load_into(tmp_path, words) == REGRESSED
    printed = capsys.readouterr().out
    assert printed.startswith("MISSED: 2 of 4 thresholds: p50 ≤ 1 µs at 2,000 msg/s: measured")
    assert report_files([stored(tmp_path)], "table") == REGRESSED
    assert capsys.readouterr().out == printed


def checked(base: Path, words: Words, out: Path, python: str = "") -> int:
    """Run `check` against a file."""
    wishes = Wishes(out=out, form="json", quiet=True)
    return check_and_report(words, wishes, baseline=base, python=python, save=False, seed=9)


def test_check_loads_the_server_of_a_stored_load_run_anew(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], stand: type[Stand]
) -> None:
    """At the same rates, with the server as it is today; the new run is stored too."""
    load_into(tmp_path)
    capsys.readouterr()
    assert checked(stored(tmp_path), Words(servers=("tornado",), rounds=5), tmp_path) == FINE
    document = json.loads(capsys.readouterr().out)
    assert document["verdict"] == "NO REGRESSION"
    assert [one["candidate"] for one in document["verdicts"]] == ["tornado"] * 4
    assert document["verdicts"][0]["base"] == "tornado of the baseline"
    plan = stand.plans[1]
    assert (plan.rates, plan.rounds, plan.seed, plan.server.version) == ((2_000.0, 4_000.0), 5, 9, "")
    assert len(list(tmp_path.glob("*-check.jsonl"))) == 1


def test_a_sweep_is_checked_at_the_rates_of_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], stand: type[Stand]
) -> None:
    """Shares of the ceiling that was found then, or no rate would be in both."""
    load_into(tmp_path, replace(WORDS, rates=(), sweep=True))
    capsys.readouterr()
    assert checked(stored(tmp_path), Words(), tmp_path) == FINE
    assert (stand.plans[1].mode, stand.plans[1].ceiling) == ("sweep", CEILING)
    metrics = [one["metric"] for one in json.loads(capsys.readouterr().out)["verdicts"]]
    assert metrics == ["ceiling", *["response_p50", "response_p99"] * 11]


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (Words(servers=("aiohttp",)), "unknown server in the baseline 'aiohttp'; choose from tornado"),
        (Words(clients=("websockets",)), "--client: load is measured by wire alone; leave it out"),
    ],
)
def test_a_load_run_is_checked_as_it_was_made(tmp_path: Path, words: Words, line: str) -> None:
    """Its one server, by wire."""
    load_into(tmp_path)
    with pytest.raises(UsageError, match=line):
        checked(stored(tmp_path), words, tmp_path)
    with pytest.raises(UsageError, match=r"^--baseline-python: a load run is held against its "):
        checked(stored(tmp_path), Words(), tmp_path, python="python3.12")


def test_load_runs_are_compared_with_load_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With another kind of file beside it one line says so."""
    load_into(tmp_path)
    file, wishes = str(stored(tmp_path)), Wishes(form="json")
    capsys.readouterr()
    assert compare_and_report(Words(servers=(file, file, file)), wishes, seed=1, null=False) == FINE
    assert len(json.loads(capsys.readouterr().out)["verdicts"]) == 8
    other = str(next((Path(__file__).parents[3] / "results" / "reference").glob("*.jsonl")))
    with pytest.raises(UsageError, match="compare files of one kind"):
        compare_and_report(Words(servers=(file, other)), wishes, seed=1, null=False)


def test_a_judgement_of_load_runs_is_told_as_every_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In JUnit's words, in the summary of a step with the table of the new run, and in annotations."""
    load_into(tmp_path)
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    wishes = Wishes(junit=tmp_path / "junit.xml")
    file = str(stored(tmp_path))
    capsys.readouterr()
    assert compare_and_report(Words(servers=(file, file)), wishes, seed=1, null=False) == FINE
    summary, cases = (tmp_path / "summary.md").read_text(), (tmp_path / "junit.xml").read_text()
    assert summary.startswith("## wsbench: NO REGRESSION")
    assert "<summary>Load, tornado, 64 B text, 16 connections</summary>" in summary
    assert "16 connections, at 2,000 msg/s: response_p99" in cases
    assert capsys.readouterr().out.startswith("NO REGRESSION: all 4 gated lines surely within the margin.")


def test_of_the_headers_that_are_sent_the_names_alone_are_stored(tmp_path: Path, stand: type[Stand]) -> None:
    """What is sent has them; the file has not."""
    access = Access(headers=(("X-Key", "sesame"),))
    load_into(tmp_path, replace(WORDS, target="ws://localhost:1/", axes=Axes(access=access)), form="csv")
    assert stand.plans[0].server.access == access
    assert read_any(stored(tmp_path)).header.plan.server.access.headers == (("X-Key", HIDDEN),)
    assert "sesame" not in stored(tmp_path).read_text()


@pytest.mark.parametrize(
    ("words", "form", "line"),
    [
        (WORDS, "tabel", "unknown format 'tabel'; did you mean table?"),
        (replace(WORDS, target="./none.py"), "table", "none: there is no file ./none.py"),
        (replace(WORDS, target="tornado@3.99"), "table", "there is no Python 3.99 here"),
    ],
)
def test_what_can_not_be_done_is_said_before_anything_is_stored(
    tmp_path: Path, words: LoadWords, form: str, line: str
) -> None:
    """No folder is made for it."""
    with pytest.raises(UsageError, match=line):
        load_into(tmp_path / "results", words, form=form)
    assert not (tmp_path / "results").exists()


def test_a_folder_that_can_not_be_written_gets_one_line() -> None:
    """Before anything is measured."""
    with pytest.raises(UsageError, match="can't write to /proc/nowhere: "):
        load_into(Path("/proc/nowhere"))
