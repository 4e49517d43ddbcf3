"""`bisect` and `env --clear` as they are typed: a short search under valgrind, and errors in one line."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest
import tiny
from msgspec.structs import replace
from terminal import assert_usage_error, called
from wsbench.environments.interpreters import version_of
from wsbench.targets.spec import ServerSpec

TORNADO = version_of("tornado")
needs_valgrind = pytest.mark.skipif(not shutil.which("vgdb"), reason="instructions need valgrind")


@needs_valgrind
@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("tornado==6.4 aiohttp==3.9.0", "tornado==6.4 and aiohttp==3.9.0 are of different libraries"),
        (f"tornado=={TORNADO} tornado=={TORNADO}", f"there is one release only, {TORNADO}"),
        ("tornado@git:REPO#main tornado@git:REPO#gone", "has no commit gone"),
        ("tornado==6.4 tornado==6.5 --margin -1", "--margin: a margin is a number of percent"),
        ("tornado==6.4 tornado==6.5 --depth 1 --depth 2", "one workload decides"),
        ("tornado==6.4 tornado==6.5 --loop asyncio,uvloop", "one event loop and one interpreter"),
        ("tornado==6.4 tornado==6.5 --format csv", "unknown format 'csv'"),
        ("ws://localhost:1/ ws://localhost:2/", "of which there are no releases or commits"),
    ],
)
def test_what_can_not_be_searched(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], words: str, line: str
) -> None:
    """Nothing is built before that is told."""
    folder = tiny.repository(tmp_path / "tiny")
    done = called("bisect", *words.replace("REPO", str(folder)).split(), cwd=tmp_path, capfd=capfd)
    assert_usage_error(done, line)
    assert not (tmp_path / "cache" / "environments").exists()


def test_without_valgrind_nothing_is_searched(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And it is said how to get it."""
    monkeypatch.setattr("wsbench.counting.tools.version_of", lambda _: "")
    done = called("bisect", "tornado==6.4", "tornado==6.5", cwd=tmp_path, capfd=capfd)
    assert_usage_error(done, "instructions can't be counted: needs valgrind: apt install valgrind")


@needs_valgrind
def test_where_nothing_can_be_built_there_is_nothing_to_tell(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """The reason is that of the first one."""
    done = called("bisect", *_ends(tmp_path), "-q", cwd=tmp_path, capfd=capfd)
    assert_usage_error(done, "none of 2 commits can be counted, which is too few: ")
    assert "picows" in done.stderr


@needs_valgrind
@pytest.mark.timeout(300)
def test_two_commits_are_counted(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here both have the environment of the tests in place of one of their own, so nothing changes."""

    def provide_ours(specs: Iterable[ServerSpec], say: object) -> tuple[ServerSpec, ...]:
        return tuple(replace(spec, executable=sys.executable, source="") for spec in specs)

    monkeypatch.setattr("wsbench.commands.bisect.provide_all", provide_ours)
    words = (*_ends(tmp_path), "--rounds", "1", "--size", "16", "--format", "json")
    done = called("bisect", *words, cwd=tmp_path, capfd=capfd)
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert (document["changes"], document["skipped"]) == ([], [])
    assert [one["subject"] for one in document["counted"]] == ["one", "two"]
    assert all(5_000 < one["instructions"] < 2_000_000 for one in document["counted"])
    assert document["workload"] == "16 B text, 1 connection, depth 1"
    assert done.stderr.count(" instructions\n") == 2


def _ends(folder: Path) -> list[str]:
    """Return both commits of a new repository, which is not really that of picows."""
    repository = tiny.repository(folder / "tiny")
    return [f"picows@git:{repository}#{name}" for name in ("v1.0", "main")]


def test_kept_environments_are_shown_and_cleared(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """It says what they took, and does not ask."""
    folder = tmp_path / "cache" / "environments"
    for name in ("tiny-1.0-py3.11-0123456789ab", "tiny-2.0-py3.11-0123456789ab"):
        (folder / name).mkdir(parents=True)
        (folder / name / "large").write_bytes(b"x" * 1_500_000)
    shown = called("env", cwd=tmp_path, capfd=capfd)
    assert "\nenvironments   2, 3 MB\n" in shown.stdout
    cleared = called("env", "--clear", cwd=tmp_path, capfd=capfd)
    assert (cleared.returncode, cleared.stderr) == (0, "")
    assert cleared.stdout == f"removed from {folder}: 2, 3 MB\n"
    assert [one.name for one in folder.iterdir()] == [".locks"]
    again = called("env", "--clear", cwd=tmp_path, capfd=capfd)
    assert again.stdout == f"removed from {folder}: none\n"
