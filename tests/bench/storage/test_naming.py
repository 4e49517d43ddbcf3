"""Which word names a result file, and which file of a folder is the newest."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from wsbench.storage.errors import StoreError
from wsbench.storage.naming import found, is_file, names_results, newest_in, results_in, short_name


@pytest.mark.parametrize(
    ("word", "results"),
    [
        *(("-", True), ("none.jsonl", True), ("none.jsonl.gz", True), ("none.jsonl.zst", True)),
        *(("kept.txt", True), ("kept", True), ("folder", True), ("/dev/null", True)),
        *(("tornado", False), ("server.py", False), ("none", False), ("mine=server.py", False)),
        *(("websockets==15.0", False), ("ws://host/path", False), ("cmd:node x {port}", False)),
        *(("x" * 5000, False), ("a\0b", False)),
    ],
)
def test_what_is_there_decides_what_a_word_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, word: str, results: bool
) -> None:
    """Not how it is called; but a server of the catalogue is one whatever lies in the folder."""
    monkeypatch.chdir(tmp_path)
    for name in ("kept.txt", "kept", "tornado", "server.py"):
        (tmp_path / name).touch()
    (tmp_path / "folder").mkdir()
    assert names_results(word) == results


def test_a_file_need_not_be_there_to_be_one(tmp_path: Path) -> None:
    """So that a baseline that is missing is told from an empty folder."""
    assert is_file(tmp_path / "none.jsonl")
    assert not is_file(tmp_path / "none")
    assert not is_file(tmp_path)


def test_the_newest_of_a_folder_is_found_by_the_time_in_its_name(tmp_path: Path) -> None:
    """Of one second the one written last; files without a time stand where they were changed."""
    names = ["20260102T030405Z-a-2.jsonl", "20260102T030405Z-a.jsonl.gz", "20270101T000000Z-b.jsonl.zst"]
    for age, name in enumerate(["20260102T030405Z-a.jsonl.gz", "20260102T030405Z-a-2.jsonl", names[2]]):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (age, age))
    (tmp_path / "old.jsonl").touch()
    os.utime(tmp_path / "old.jsonl", (0, 0))
    (tmp_path / "notes.txt").touch()
    ordered = ["old.jsonl", names[1], names[0], names[2]]
    assert [path.name for path in results_in(tmp_path)] == ordered
    assert newest_in(tmp_path).name == names[2]


def test_a_folder_stands_for_its_newest_and_standard_input_stands_once(tmp_path: Path) -> None:
    """An empty folder gets one line, and so does a second `-`."""
    with pytest.raises(StoreError, match=r"there is no result file in .*/ yet: wsbench run"):
        found([tmp_path])
    (tmp_path / "a.jsonl").touch()
    assert found([tmp_path, Path("-")]) == [tmp_path / "a.jsonl", Path("-")]
    with pytest.raises(StoreError, match="standard input can be read once: name a file in the place of the"):
        found([Path("-"), Path("-")])


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("x/a.jsonl", "a"),
        ("a.jsonl.gz", "a"),
        ("a.b.txt", "a.b"),
        ("-", "standard input"),
        (".jsonl", ".jsonl"),
    ],
)
def test_files_are_called_without_their_endings(path: str, name: str) -> None:
    """As the head of a column."""
    assert short_name(Path(path)) == name
