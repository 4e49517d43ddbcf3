"""Which stored sessions count, and which is the baseline."""

from __future__ import annotations

import gzip
from pathlib import Path

import msgspec
import pytest
from runs import run_of
from wsbench.errors import UsageError
from wsbench.plan.margins import Gates
from wsbench.records.run import Run
from wsbench.storage.results import Store
from wsbench.workflow.sessions import Sessions, judge_against, read_baseline

US = {"tornado": 60.0, "stdlib": 40.0, "tcp": 30.0}


def stored(folder: Path, run: Run, label: str = "baseline") -> Path:
    """Write a run whole and return its file."""
    store = Store(folder, msgspec.structs.replace(run.header, label=label))
    for line in (*run.rounds, run.closing):
        if line:
            store.append(line)
    return store.path


def closed(run: Run, status: str) -> Run:
    """Return a run that ended otherwise."""
    return msgspec.structs.replace(run, closing=msgspec.structs.replace(run.closing, status=status))


def test_a_file_that_is_named_is_the_baseline_and_a_folder_offers_its_newest(tmp_path: Path) -> None:
    """Other runs beside them are no sessions; a folder of another machine's still has a newest."""
    files = [stored(tmp_path, run_of(US, started=f"2026-01-0{day}T00:00:00+00:00")) for day in (1, 2, 3)]
    stored(tmp_path, run_of(US, started="2026-01-04T00:00:00+00:00"), "run")
    base, older = read_baseline(files[1])
    found = [run.header.started[8:10] for run in older.runs]
    assert (base.header.started[8:10], found) == ("02", ["01", "03"])
    assert read_baseline(tmp_path)[0].header.started[:10] == "2026-01-03"


def test_sessions_may_be_compressed(tmp_path: Path) -> None:
    """A file that is named need not be called as ours are; in a folder it must be."""
    files = [stored(tmp_path, run_of(US, started=f"2026-01-0{day}T00:00:00+00:00")) for day in (1, 2)]
    packed = [tmp_path / f"{files[0].name}.gz", tmp_path / "kept"]
    for file, target in zip(files, packed, strict=True):
        target.write_bytes(gzip.compress(file.read_bytes()))
        file.unlink()
    assert read_baseline(tmp_path)[0].header.started[:10] == "2026-01-01"
    base, older = read_baseline(packed[1])[0], read_baseline(packed[1])[1].runs
    assert (base.header.started[8:10], [run.header.started[8:10] for run in older]) == ("02", ["01"])


def test_the_newest_of_this_machine_comes_before_a_newer_one_of_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder may be shared by machines of two kinds."""
    mine = run_of(US, cpu="This CPU", started="2026-01-01T00:00:00+00:00")
    monkeypatch.setattr("wsbench.workflow.sessions.describe", lambda _cores: mine.header.environment)
    stored(tmp_path, mine)
    stored(tmp_path, run_of(US, cpu="Other CPU", started="2026-01-02T00:00:00+00:00"))
    assert read_baseline(tmp_path)[0].header.environment.cpu == "This CPU"


def cut(run: Run) -> Run:
    """Return a run whose file has no end."""
    return msgspec.structs.replace(run, closing=None)


def files_of(folder: Path) -> list[Path]:
    """Write a file of every kind that is no session, and return them in order."""
    days = (f"2026-01-0{day}T00:00:00+00:00" for day in range(1, 9))
    runs = [
        closed(run_of(US, started=next(days)), "interrupted"),
        cut(run_of(US, started=next(days))),
        run_of({**US, "tornado": 20.0}, started=next(days)),
        run_of(US, started=next(days), failures={"tornado": "tornado was killed by SIGSEGV"}),
    ]
    files = [stored(folder, run) for run in runs]
    files.append(stored(folder, run_of(US, started=next(days)), "run"))
    files.append(folder / "junk.jsonl")
    files[-1].write_text("{}")
    return files


WHY = (
    "was stopped before its end",
    "was cut off before its end",
    "is INVALID: tornado was faster than plain TCP: the run can't be right",
    "is INVALID: tornado: tornado was killed by SIGSEGV",
    'is called "run": check --save did not store it',
    "can't be used (",
)


def test_what_is_no_session_is_counted_and_named_with_its_reason(tmp_path: Path) -> None:
    """It voids nothing beside it, and a line says why each is left out."""
    files = files_of(tmp_path)
    stored(tmp_path, run_of(US, started="2026-01-09T00:00:00+00:00"))
    _, found = read_baseline(tmp_path)
    assert len(found.runs) == 1
    head, *lines = found.lines(tmp_path)
    assert head == f"6 of 7 result files in {tmp_path} are left out:"
    for line, file, why in zip(lines, files, WHY, strict=True):
        assert line.startswith(f"  {file.name} {why}")
    assert Sessions([], {}).lines(tmp_path) == []
    _, beside = read_baseline(tmp_path / "20260109T000000Z-baseline.jsonl")
    assert [*beside.left_out.values()] == [why for why in WHY if why.startswith(("was", "is INVALID"))]


def test_a_file_that_is_no_baseline_says_why(tmp_path: Path) -> None:
    """In one line; a result of another verb is one as good as any."""
    *files, plain, _ = files_of(tmp_path)
    for file, why in zip(files, WHY, strict=False):
        with pytest.raises(UsageError) as caught:
            read_baseline(file)
        assert str(caught.value) == f"{file} {why}; wsbench report {file} says more"
    assert read_baseline(plain)[0].header.label == "run"
    other = plain.rename(tmp_path / "kept-by-me")
    assert read_baseline(other)[0].header.label == "run"


def test_a_folder_without_a_session_says_what_to_do(tmp_path: Path) -> None:
    """Save one, or name the newest result that would do; why the others are none, the first of them."""
    with pytest.raises(UsageError) as caught:
        read_baseline(tmp_path)
    assert str(caught.value) == (
        f"there is no baseline in {tmp_path}: wsbench check --save --baseline {tmp_path}"
    )
    files = files_of(tmp_path)
    with pytest.raises(UsageError) as caught:
        read_baseline(tmp_path)
    shown = [f"{file.name} {why}" for file, why in zip(files, WHY[:3], strict=False)]
    assert str(caught.value) == (
        f"there is no baseline in {tmp_path}: wsbench check --save --baseline {tmp_path}, or name a result:"
        f" wsbench check --baseline {files[4]}; left out: {'; '.join(shown)}; 3 more"
    )


def test_what_nobody_asked_to_run_again_is_not_lost() -> None:
    """Who checks one server of a baseline is told nothing of the others; a cell that is new is told."""
    base, now = run_of({**US, "aiohttp": 50.0}), run_of({**US, "websockets": 50.0})
    told = [str(one) for one in judge_against(base, Sessions([], {}), now, Gates()).unmatched]
    assert [line.partition(":")[0] for line in told if "lost" in line] == []
    assert [line for line in told if line.startswith("websockets") and ": added, " in line]
