"""What lies between two releases or two commits, in which order, and what has none between."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import tiny
from wsbench.environments.history import candidates_between
from wsbench.errors import UsageError
from wsbench.targets.catalogue import SERVERS
from wsbench.targets.spec_parser import read_spec


@pytest.fixture(autouse=True, scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Have a package index, and a repository: one, two, a branch that is merged as three, four."""
    folder = tiny.repository(tmp_path_factory.mktemp("repository") / "tiny")
    tiny.git(folder, "switch", "--quiet", "--create", "side", "HEAD~1")
    tiny.git(folder, "commit", "--quiet", "--allow-empty", "--message=aside")
    tiny.git(folder, "switch", "--quiet", "main")
    tiny.git(folder, "merge", "--quiet", "--no-ff", "--message=three", "side")
    tiny.git(folder, "commit", "--quiet", "--allow-empty", "--message=four, and \N{SNOWMAN}\n\nmore")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UV_DEFAULT_INDEX", tiny.index(tmp_path_factory.mktemp("index")))
        patch.setitem(SERVERS, "tiny", tiny.CONTESTANT)
        yield folder


def between(good: str, bad: str) -> list[tuple[str, str, str]]:
    """Return label, name and subject of what is between two specs."""
    (first,), (last,) = read_spec(good), read_spec(bad)
    return [(one.spec.label, one.name, one.subject) for one in candidates_between(first, last)]


def test_commits_are_those_of_first_parents_with_their_subjects(repository: Path):
    """Both ends belong to them; each is the same server at its own commit."""
    found = between(
        f"tiny@git:{repository}#v1.0@with:friend==1.0", f"tiny@git:{repository}#main@with:friend==1.0"
    )
    assert [subject for _, _, subject in found] == ["one", "two", "three", "four, and \N{SNOWMAN}"]
    commit = tiny.git(repository, "rev-parse", "main")
    (first,), (last,) = (
        read_spec(f"tiny@git:{repository}#{name}@with:friend==1.0") for name in ("v1.0", "main")
    )
    one = candidates_between(first, last)[-1]
    assert (one.name, one.spec.label) == (commit[:10], f"tiny@{commit[:10]}")
    assert one.spec.source == f"git:{repository.as_uri()}#{commit}"
    assert one.spec.companions == ("friend==1.0",)


def test_a_repository_elsewhere_is_asked_through_a_copy_of_its_history(
    repository: Path, monkeypatch: pytest.MonkeyPatch
):
    """As git sees it: here the address leads to a folder of this machine."""
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", f"url.{repository.as_uri()}.insteadOf")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "https://nowhere.invalid/tiny")
    elsewhere = "https://nowhere.invalid/tiny"
    short = tiny.git(repository, "rev-parse", "--short", "HEAD~1")
    found = between(f"tiny@git:{elsewhere}#{short}", f"tiny@git:{elsewhere}#main")
    assert [subject for _, _, subject in found] == ["three", "four, and \N{SNOWMAN}"]


def test_releases_are_in_the_order_of_their_versions():
    """Each is a server of its own."""
    assert between("tiny==1.0", "tiny==4") == [
        ("tiny==1.0", "1.0", ""),
        ("tiny==2.0", "2.0", ""),
        ("tiny==3.0", "3.0", ""),
        ("tiny==4", "4", ""),
    ]
    assert [name for _, name, _ in between("tiny==1.0rc1", "tiny==2.0")] == ["1.0rc1", "1.0", "2.0"]


@pytest.mark.parametrize(
    ("good", "bad", "says"),
    [
        ("tiny==1.0", "tornado==6.5", "tiny==1.0 and tornado==6.5 are of different libraries"),
        ("tiny==1.0", "tiny==2.0@with:friend==1.0", "differ in more than release or commit"),
        ("tiny==1.0", "tiny@git:REPO#main", "a release and a commit have no order"),
        ("tiny", "tiny==1.0", "tiny is neither a release nor a commit"),
        ("stdlib", "stdlib", "stdlib is neither"),
        ("tiny@path:/tmp", "tiny==1.0", "tiny@path is neither"),
        ("tiny==1.0", "tiny==1", "there is one release only, 1.0"),
        ("tiny==2.0", "tiny==1.0", "tiny==1.0 came before tiny==2.0"),
        ("tiny==1.0", "tiny==2.7", "the package index has no tiny 2.7"),
        ("tiny==1.0", "tiny==2x", "'2x' is no version"),
        ("tiny@git:REPO#main", "tiny@git:REPO", "there is one commit only"),
        ("tiny@git:REPO#main", "tiny@git:REPO#v1.0", "tiny@v1.0 did not grow from tiny@main"),
        ("tiny@git:REPO#v1.0", "tiny@git:REPO#nothing", "has no commit nothing"),
        ("tiny@git:REPO#v1.0", "tiny@git:REPO/..#main", "are of different repositories"),
        ("tiny@git:file:///nowhere#a", "tiny@git:file:///nowhere#b", "file:///nowhere can't be read"),
        ("tiny@git:x:/no#a", "tiny@git:x:/no#b", "there is no repository"),
    ],
)
def test_what_has_nothing_between_is_said_in_one_line(repository: Path, good: str, bad: str, says: str):
    """The line says what to do, or which of both is wrong."""
    with pytest.raises(UsageError, match=says) as problem:
        between(good.replace("REPO", str(repository)), bad.replace("REPO", str(repository)))
    assert "\n" not in str(problem.value)
