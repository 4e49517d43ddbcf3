"""Result files are found wherever CI puts them."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZipFile

import pytest
from histories import run_on, store
from wsbench.storage.collecting import began, stored_in
from wsbench.storage.errors import StoreError
from wsbench.storage.reading import Member
from wsbench.storage.results import read_any


def zipped(path: Path, *files: Path) -> Path:
    """Return an archive of files, each in a folder of it."""
    with ZipFile(path, "w") as archive:
        for file in files:
            archive.write(file, f"results/{file.name}")
        archive.writestr("notes.txt", "no result")
    return path


def test_folders_and_archives_are_searched(tmp_path: Path):
    """All below a folder, in archives too; hidden ones and other files are left."""
    one, two = store(tmp_path / "runs" / "1", run_on(1)) + store(tmp_path / "runs" / "2", run_on(2))
    archive = zipped(tmp_path / "runs" / "3.zip", one)
    store(tmp_path / "runs" / ".cache", run_on(3))
    (tmp_path / "runs" / "README.md").write_text("words")
    member = Member(archive, f"results/{one.name}")
    assert stored_in([tmp_path / "runs", two]) == [member, one, two]
    assert read_any(member) == run_on(1)
    assert str(member) == f"{archive}/results/{one.name}"


def test_what_is_named_and_not_there_is_an_error(tmp_path: Path):
    """A folder that is not there is a typing error, and no empty history."""
    with pytest.raises(StoreError, match=r"there is no .*missing: name result files"):
        stored_in([tmp_path / "missing"])


def test_a_broken_archive_is_told_when_it_is_read(tmp_path: Path):
    """So that all others are still shown."""
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"no archive")
    (found,) = stored_in([broken])
    with pytest.raises(StoreError, match="its archive is broken"):
        read_any(found)


def test_when_a_run_began_stands_in_its_first_line(tmp_path: Path):
    """The rest is not read; what can't be read has no time."""
    (path,) = store(tmp_path, run_on(1))
    path.write_bytes(path.read_bytes().partition(b"\n")[0] + b"\nnonsense\n")
    assert began(path) == "2026-01-02T03:04:05+00:00"
    path.write_text("nonsense\n")
    assert began(path) == ""
    path.write_text("")
    assert began(path) == ""
