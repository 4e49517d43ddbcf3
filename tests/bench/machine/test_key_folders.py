"""Folders with keys: gone however their run ends, and nobody else's is touched."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from wsbench.machine import key_folders
from wsbench.machine.key_folders import PREFIX, key_folder, sweep

OWNER = """
import sys, tempfile
tempfile.tempdir = sys.argv[1]
from wsbench.machine.key_folders import key_folder
with key_folder() as folder:
    (folder / "key.pem").write_text("key")
    print(folder, flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder in which all are made."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@contextlib.contextmanager
def another(place: Path) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """Run another process with a folder of its own inside."""
    with subprocess.Popen(
        [sys.executable, "-c", OWNER, str(place)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        try:
            yield process, Path(process.stdout.readline().strip())
        finally:
            process.kill()


def left(folder: Path, *names: str) -> Path:
    """Make a folder as a killed run left it."""
    folder.mkdir(0o700)
    for name in names:
        (folder / name).write_text("key")
    return folder


def test_a_folder_is_its_owners_and_goes(place: Path):
    """Also where the run fails."""
    with contextlib.suppress(ZeroDivisionError), key_folder() as folder:
        assert folder.parent == place
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        (folder / "key.pem").write_text("key")
        raise ZeroDivisionError
    assert list(place.iterdir()) == []


def test_what_a_killed_run_left_goes_and_what_another_run_has_stays(place: Path):
    """SIGKILL leaves no time for anything; the lock is gone with the process, whoever has its number then."""
    with another(place) as (alive, kept), another(place) as (killed, folder):
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        assert (folder / "key.pem").exists()
        sweep()
        assert not folder.exists()
        assert (kept / "key.pem").exists()
        alive.communicate("\n")
        assert not kept.exists()


def test_our_own_stays(place: Path):
    """A run tries servers in between, and sweeps each time."""
    with key_folder() as folder:
        sweep()
        assert folder.exists()
    assert list(place.iterdir()) == []


def test_only_folders_of_ours_go(place: Path, tmp_path_factory: pytest.TempPathFactory):
    """Neither with other files, nor with another mode, nor what is no folder, nor what a link leads to."""
    left(place / f"{PREFIX}notes", "key.pem", "notes.txt")
    left(place / f"{PREFIX}open").chmod(0o755)
    left(place / "wsbench-other", "key.pem")
    (place / f"{PREFIX}file").write_text("x")
    elsewhere = left(tmp_path_factory.mktemp("elsewhere") / "x", "key.pem")
    (place / f"{PREFIX}link").symlink_to(elsewhere)
    before = set(place.rglob("*"))
    gone = [left(place / f"{PREFIX}empty"), left(place / f"{PREFIX}whole", *key_folders.FILES)]
    sweep()
    assert set(place.rglob("*")) == before
    assert (elsewhere / "key.pem").exists()
    assert not any(one.exists() for one in gone)


def test_folders_of_other_users_are_left_alone(place: Path, monkeypatch: pytest.MonkeyPatch):
    """Their names say nothing of whose they are."""
    folder = left(place / f"{PREFIX}theirs", "key.pem")
    monkeypatch.setattr(os, "geteuid", lambda: folder.stat().st_uid + 1)
    sweep()
    assert folder.exists()


def test_a_folder_that_was_swept_before_it_was_locked_is_made_anew(
    place: Path, monkeypatch: pytest.MonkeyPatch
):
    """Between the two is a moment in which it is nobody's."""
    swept: list[Path] = []

    def sweep_first(handle: int, *, wait: bool) -> None:
        if wait and not swept:
            (folder,) = place.iterdir()
            swept.append(folder)
            folder.rmdir()
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)

    monkeypatch.setattr(key_folders, "_lock", sweep_first)
    with key_folder() as folder:
        assert folder.exists()
        assert swept != [folder]
    assert list(place.iterdir()) == []
