"""What kept environments take, and that removing them removes nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from wsbench.environments import kept
from wsbench.environments.building import MARKER
from wsbench.errors import UsageError


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Have a cache with a whole environment, one that was left unfinished, and what is none."""
    monkeypatch.setenv("WSBENCH_CACHE", str(tmp_path))
    folder = tmp_path / "environments"
    for name in ("tiny-1.0-py3.11-0123456789ab", "tiny-2.0-py3.11-ba9876543210", "notes", ".locks"):
        (folder / name / "bin").mkdir(parents=True)
        (folder / name / "bin" / "python").write_bytes(b"x" * 1000)
    (folder / "tiny-1.0-py3.11-0123456789ab" / MARKER).write_text("{}")
    (folder / "file-0123456789ab").write_text("no folder")
    (folder / "link-0123456789ab").symlink_to(folder / "notes")
    return folder


def test_only_environments_are_kept(folder: Path):
    """Whatever else lies there is not ours."""
    assert [one.name[:8] for one in kept.kept()] == ["tiny-1.0", "tiny-2.0"]


def test_their_size_counts_what_they_share_once(folder: Path):
    """As uv links what several have in common."""
    one, other = kept.kept()
    assert kept.size_of([one, other]) == 2002
    (other / "shared").hardlink_to(one / "bin" / "python")
    assert kept.size_of([one, other]) == 2002
    assert kept.size_of([]) == 0


def test_an_interpreter_tells_its_environment(folder: Path):
    """Not one from elsewhere."""
    one, _ = kept.kept()
    assert kept.environment_of(str(one / "bin" / "python")) == one
    assert kept.environment_of("/usr/bin/python3") is None
    assert kept.environment_of("") is None


def test_they_are_removed_and_nothing_else_is(folder: Path):
    """One that is gone already is no error."""
    one, other = kept.kept()
    kept.remove([one, folder / "gone-0123456789ab"], print)
    assert kept.kept() == [other]
    kept.remove([other], print)
    assert {path.name for path in folder.iterdir()} == {
        *("notes", ".locks", "file-0123456789ab", "link-0123456789ab")
    }
    assert (folder / "notes" / "bin" / "python").exists()


def test_no_folder_no_environments(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Before anything was made there is nothing."""
    monkeypatch.setenv("WSBENCH_CACHE", str(tmp_path / "nowhere"))
    assert kept.kept() == []


def test_what_can_not_be_removed_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch):
    """In one line, with the path."""

    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("shutil.rmtree", refuse)
    with pytest.raises(UsageError, match="0123456789ab can't be removed: Permission denied"):
        kept.remove(kept.kept(), print)
