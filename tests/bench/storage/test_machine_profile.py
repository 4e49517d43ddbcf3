"""The machine's profile: what is saved is loaded, what is broken is not."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from profiles import PROFILE
from wsbench.storage import machine_profile
from wsbench.storage.machine_profile import load_profile, save_profile, state_folder
from wsbench.storage.results import StoreError


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    """Every field survives, in a file named by the machine, in a folder that need not be there."""
    path = save_profile(PROFILE, tmp_path / "new" / "folder")
    assert path == tmp_path / "new" / "folder" / "0123456789ab.json"
    assert load_profile("0123456789ab", path.parent) == PROFILE


def test_the_newest_calibration_stays(tmp_path: Path) -> None:
    """Saving replaces what was there, and leaves nothing else behind."""
    later = msgspec.structs.replace(PROFILE, made="2026-02-02T03:04:05+00:00")
    for one in (PROFILE, later):
        save_profile(one, tmp_path)
    assert load_profile("0123456789ab", tmp_path) == later
    assert len(list(tmp_path.iterdir())) == 1


def test_a_write_that_fails_leaves_the_old_profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk gets one line; the older file stays whole and no temporary one is left."""
    save_profile(PROFILE, tmp_path)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(machine_profile.os, "fsync", full)
    with pytest.raises(StoreError, match=r"can't write .*0123456789ab.json: No space left on device"):
        save_profile(msgspec.structs.replace(PROFILE, server="aiohttp"), tmp_path)
    assert load_profile("0123456789ab", tmp_path) == PROFILE
    assert len(list(tmp_path.iterdir())) == 1


def test_a_profile_that_can_not_be_kept_is_not_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """The line names the folder, and the variable that names another."""
    monkeypatch.setenv("WSBENCH_STATE", "/proc/nowhere")
    with pytest.raises(StoreError) as caught:
        machine_profile.require_room()
    why = "No such file or directory; WSBENCH_STATE names another folder"
    assert str(caught.value) == f"can't write to /proc/nowhere: {why}"


def test_a_folder_that_can_not_be_made_gets_one_line(tmp_path: Path) -> None:
    """Where a file stands in the way nothing is saved, and nothing is loaded."""
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="can't write"):
        save_profile(PROFILE, tmp_path / "file")
    assert load_profile("0123456789ab", tmp_path / "file") is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"null",
        b"\xff\xfe",
        b'{"schema": "\xff"}',
        b"[" * 100_000,
        msgspec.json.encode(PROFILE)[:-20],
        msgspec.json.encode(PROFILE).replace(b'"low":-0.003', b'"low":9'),  # a value outside its interval
        msgspec.json.encode(msgspec.structs.replace(PROFILE, schema=0)),
        msgspec.json.encode(msgspec.structs.replace(PROFILE, schema=2)),
        msgspec.json.encode(msgspec.structs.replace(PROFILE, fingerprint="another")),
    ],
)
def test_what_can_not_be_read_is_no_profile(tmp_path: Path, content: bytes) -> None:
    """Broken files, other schemas and another machine's profile are as good as none."""
    (tmp_path / "0123456789ab.json").write_bytes(content)
    assert load_profile("0123456789ab", tmp_path) is None


def test_no_file_is_no_profile(tmp_path: Path) -> None:
    """A machine that was never calibrated has none."""
    assert load_profile("0123456789ab", tmp_path) is None


def test_the_folder_can_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """WSBENCH_STATE is the folder itself; without it, or empty, the platform's folder ends in our name."""
    monkeypatch.setenv("WSBENCH_STATE", str(tmp_path))
    assert save_profile(PROFILE).parent == tmp_path
    assert load_profile("0123456789ab") == PROFILE
    monkeypatch.setenv("WSBENCH_STATE", "")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    assert "wsbench" in state_folder().parts
