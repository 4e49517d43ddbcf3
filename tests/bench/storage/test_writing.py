"""Output files: what is tried, replaced, written through."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from wsbench import output
from wsbench.errors import UsageError
from wsbench.storage.errors import StoreError
from wsbench.storage.modes import OWNERS
from wsbench.storage.writing import try_folder, try_out, write_beside, write_out


@pytest.fixture(autouse=True)
def _unclaimed() -> Iterator[None]:
    """Give standard output back."""
    yield
    output._claimed.clear()


def written(path: Path, text: str = "new", *, append: bool = False) -> None:
    """Try an output, and write it."""
    try_out(path, "--junit", append=append)
    write_out(path, text)


def test_a_regular_file_is_replaced_and_keeps_its_mode(tmp_path: Path) -> None:
    """Whoever has the old one open reads it to its end; no temporary file stays."""
    path = tmp_path / "junit.xml"
    path.write_text("old")
    path.chmod(0o640)
    with path.open() as old:
        written(path)
        assert old.read() == "old"
    assert path.read_text() == "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert list(tmp_path.iterdir()) == [path]


def test_a_new_file_gets_its_folder_and_the_mode_of_new_files(tmp_path: Path) -> None:
    """As if it had been opened."""
    written(tmp_path / "a" / "b" / "junit.xml")
    (tmp_path / "other").touch()
    modes = [path.stat().st_mode for path in (tmp_path / "a" / "b" / "junit.xml", tmp_path / "other")]
    assert modes[0] == modes[1]


@pytest.mark.parametrize("append", [False, True])
def test_a_new_file_may_be_its_owners_alone(tmp_path: Path, *, append: bool) -> None:
    """Also behind a link to nothing yet; one that is there keeps the mode that its owner gave it."""
    (tmp_path / "link").symlink_to(tmp_path / "target")
    for name in ("new", "link"):
        try_out(tmp_path / name, "--junit", append=append)
        write_out(tmp_path / name, "one", mode=OWNERS)
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
        (tmp_path / name).chmod(0o664)
        try_out(tmp_path / name, "--junit", append=append)
        write_out(tmp_path / name, "two", mode=OWNERS)
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o664
        assert (tmp_path / name).read_text() == ("onetwo" if append else "two")


def test_an_older_report_is_gone_once_the_run_begins(tmp_path: Path) -> None:
    """A run that fails must not leave the report of another as its own."""
    path, target, linked = tmp_path / "junit.xml", tmp_path / "target.xml", tmp_path / "link.xml"
    path.write_text("old")
    target.write_text("old")
    linked.symlink_to(target)
    try_out(path, "--junit")
    try_out(linked, "--junit")
    assert (path.exists(), target.read_text(), linked.is_symlink()) == (False, "", True)


def test_links_are_written_through(tmp_path: Path) -> None:
    """Symbolic ones stay links, those to nowhere too; of a file with two names both have the new text."""
    target, twin = tmp_path / "target", tmp_path / "twin"
    target.write_text("old, and longer")
    os.link(target, twin)
    for name, to in (("one", target), ("two", tmp_path / "later")):
        (tmp_path / name).symlink_to(to)
        written(tmp_path / name, name)
        assert (tmp_path / name).is_symlink()
        assert to.read_text() == name
    assert twin.read_text() == "one"
    written(twin, "both")
    assert (target.read_text(), target.stat().st_nlink) == ("both", 2)


def test_devices_are_written_through() -> None:
    """They stay what they are; a full one says so when it is written."""
    written(Path("/dev/null"))
    with pytest.raises(OSError, match="No space left on device"):
        written(Path("/dev/full"))
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


def test_a_fifo_with_a_reader_is_written_through(tmp_path: Path) -> None:
    """It is held open from the moment it is tried: its reader takes a close for the end."""
    path = tmp_path / "fifo"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try_out(path, "--junit")
    with pytest.raises(BlockingIOError):  # nothing yet, and no end
        os.read(reader, 100)
    write_out(path, "new")
    assert [os.read(reader, 100), os.read(reader, 100)] == [b"new", b""]
    os.close(reader)


def test_a_fifo_without_reader_is_an_error_and_no_wait(tmp_path: Path) -> None:
    """Before anything is measured."""
    os.mkfifo(tmp_path / "fifo")
    with pytest.raises(UsageError) as caught:
        try_out(tmp_path / "fifo", "--junit")
    where = f"--junit: can't write to {tmp_path / 'fifo'}"
    assert str(caught.value) == f"{where}: nobody reads this FIFO; start its reader first"


def test_a_reader_of_a_fifo_that_leaves_is_no_error(tmp_path: Path) -> None:
    """As with standard output."""
    os.mkfifo(tmp_path / "fifo")
    holder = os.open(tmp_path / "fifo", os.O_RDONLY | os.O_NONBLOCK)
    try_out(tmp_path / "fifo", "--junit")
    os.close(holder)
    write_out(tmp_path / "fifo", "new")


@pytest.mark.parametrize(
    ("name", "why"),
    [("", "Is a directory"), ("file/x", "Not a directory"), ("loop", "Too many levels of symbolic links")],
)
def test_what_can_not_be_written_gets_one_line_at_once(tmp_path: Path, name: str, why: str) -> None:
    """The line names the option, the file and the reason."""
    (tmp_path / "file").touch()
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    path = tmp_path / name
    with pytest.raises(StoreError, match=f"^--junit: can't write to .*: {why}$"):
        try_out(path, "--junit")


@pytest.mark.parametrize("path", ["-", "/dev/fd/1"])
def test_standard_output_has_several_names(path: str, capfd: pytest.CaptureFixture[str]) -> None:
    """It is never opened again, which would cut off what was printed; a second option can't have it."""
    try_out(Path(path), "--junit")
    output.write("a table\n")
    write_out(Path(path), "<xml/>\n")
    assert capfd.readouterr() == ("<xml/>\n", "a table\n")
    with pytest.raises(StoreError, match="--out: --junit goes to standard output already; name a file"):
        try_out(Path("-"), "--out")


def test_what_is_added_to_stays(tmp_path: Path) -> None:
    """The summary of a step has what other steps wrote."""
    path = tmp_path / "summary.md"
    for text in ("one", "two"):
        written(path, text, append=True)
    assert path.read_text() == "onetwo"


def test_what_was_not_tried_is_tried_when_it_is_written(tmp_path: Path) -> None:
    """Whoever forgets that loses nothing but time."""
    write_out(tmp_path / "a", "one")
    write_out(tmp_path / "a", "two", append=True)
    assert (tmp_path / "a").read_text() == "onetwo"
    with pytest.raises(StoreError, match=r"output: can't write to .*: Is a directory"):
        write_out(tmp_path, "one")


def test_a_folder_is_tried_by_making_a_file(tmp_path: Path) -> None:
    """It is made, and nothing is left in it."""
    try_folder(tmp_path / "a" / "b")
    assert list((tmp_path / "a" / "b").iterdir()) == []
    with pytest.raises(OSError, match="No such file or directory"):
        try_folder(Path("/proc/nowhere"))


def test_a_replacement_that_fails_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whole, and alone in its folder."""
    path = tmp_path / "profile.json"
    write_beside(path, b"old")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_beside(path, b"new")
    assert (path.read_bytes(), list(tmp_path.iterdir())) == (b"old", [path])
