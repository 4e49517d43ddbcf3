"""Which stored sessions count, and which is the baseline."""

from __future__ import annotations

import gzip
from pathlib import Path

import msgspec
import pytest
from runs import run_of
from wsbench.commands.sessions import read_baseline
from wsbench.errors import UsageError
from wsbench.records.run import Run
from wsbench.storage.results import Store

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
    assert (base.header.started[8:10], [run.header.started[8:10] for run in older]) == ("02", ["01", "03"])
    assert read_baseline(tmp_path)[0].header.started[:10] == "2026-01-03"


def test_sessions_may_be_compressed(tmp_path: Path) -> None:
    """A file that is named need not be called as ours are; in a folder it must be."""
    files = [stored(tmp_path, run_of(US, started=f"2026-01-0{day}T00:00:00+00:00")) for day in (1, 2)]
    packed = [tmp_path / f"{files[0].name}.gz", tmp_path / "kept"]
    for file, target in zip(files, packed, strict=True):
        target.write_bytes(gzip.compress(file.read_bytes()))
        file.unlink()
    assert read_baseline(tmp_path)[0].header.started[:10] == "2026-01-01"
    base, older = read_baseline(packed[1])
    assert (base.header.started[8:10], [run.header.started[8:10] for run in older]) == ("02", ["01"])


def test_the_newest_of_this_machine_comes_before_a_newer_one_of_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder may be shared by machines of two kinds."""
    mine = run_of(US, cpu="This CPU", started="2026-01-01T00:00:00+00:00")
    monkeypatch.setattr("wsbench.commands.sessions.describe", lambda _cores: mine.header.environment)
    stored(tmp_path, mine)
    stored(tmp_path, run_of(US, cpu="Other CPU", started="2026-01-02T00:00:00+00:00"))
    assert read_baseline(tmp_path)[0].header.environment.cpu == "This CPU"


def test_what_was_stopped_or_invalid_is_no_session(tmp_path: Path) -> None:
    """Neither that nor what can't be read voids the others; named, it gets one line."""
    stopped = stored(tmp_path, closed(run_of(US), "interrupted"))
    faster = stored(tmp_path, run_of({**US, "tornado": 20.0}))
    (tmp_path / "junk.jsonl").write_text("{}")
    with pytest.raises(UsageError, match="there is no baseline in"):
        read_baseline(tmp_path)
    for path in (stopped, faster):
        with pytest.raises(UsageError, match="was stopped or is INVALID"):
            read_baseline(path)
    stored(tmp_path, run_of(US))
    assert len(read_baseline(tmp_path)[1]) == 1
