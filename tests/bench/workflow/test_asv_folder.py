"""asv's folder: whose commit a result is, and that nothing of others is lost."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from wsbench.errors import UsageError
from wsbench.storage.errors import StoreError
from wsbench.workflow.asv_folder import commit_of, write_folder

DIGITS = "0123456789abcdef0123456789abcdef01234567"
GIT = ("git", "-c", "user.name=a", "-c", "user.email=a@example.org")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Be in an empty folder, with nothing remembered."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    commit_of.cache_clear()
    return tmp_path


def test_a_commit_is_named_as_git_names_it(folder: Path) -> None:
    """By default the one that is checked out."""
    for words in (["init"], ["commit", "-m", "a", "--allow-empty"]):
        subprocess.run([*GIT, *words], check=True, capture_output=True)
    words = ["git", "log", "-1", "--format=%H %ct"]
    digits, made = subprocess.run(words, check=True, capture_output=True, text=True).stdout.split()
    assert (commit_of("").digits, commit_of("").made) == (digits, int(made))
    assert commit_of(digits[:9]) == commit_of("")
    with pytest.raises(UsageError, match="git knows no commit nowhere: run it in the project"):
        commit_of("nowhere")


def test_without_a_repository_all_digits_are_needed() -> None:
    """What they are of is then for the user to know."""
    with pytest.raises(UsageError, match="there is no git repository with a commit: run it in the project"):
        commit_of("")
    assert commit_of(DIGITS).digits == DIGITS


def test_what_is_there_stays(folder: Path) -> None:
    """Other benchmarks, other results of the commit, and fields that are not ours."""
    (folder / "m").mkdir()
    (folder / "benchmarks.json").write_text(json.dumps({"version": 2, "theirs": {"unit": "s"}}))
    (folder / "m" / "a.json").write_text(json.dumps({"results": {"theirs": [1]}, "durations": {"x": 1}}))
    write_folder(
        folder, {"benchmarks.json": {"version": 2, "ours": {}}, "m/a.json": {"results": {"ours": [2]}}}, 0o644
    )
    assert json.loads((folder / "benchmarks.json").read_text()) == {
        "version": 2,
        "theirs": {"unit": "s"},
        "ours": {},
    }
    assert json.loads((folder / "m" / "a.json").read_text()) == {
        "results": {"theirs": [1], "ours": [2]},
        "durations": {"x": 1},
    }


def test_what_is_there_and_no_json_is_told(folder: Path) -> None:
    """It is not written over."""
    (folder / "benchmarks.json").write_text("[")
    with pytest.raises(StoreError, match=r"benchmarks\.json is no JSON object"):
        write_folder(folder, {"benchmarks.json": {}}, 0o644)
    assert (folder / "benchmarks.json").read_text() == "["
