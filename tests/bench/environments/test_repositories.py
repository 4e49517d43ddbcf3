"""Where a repository is, and which commit a revision means in it."""

from email.message import Message
from pathlib import Path

import pytest
import tiny
from wsbench.environments import repositories
from wsbench.environments.tools import surroundings
from wsbench.errors import UsageError


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a repository with two commits."""
    return tiny.repository(tmp_path_factory.mktemp("repository") / "ti ny")


def metadata(home: str, *urls: str) -> Message:
    """Return metadata with a home page and project addresses."""
    found = Message()
    if home:
        found["Home-page"] = home
    for url in urls:
        found["Project-URL"] = url
    return found


@pytest.mark.parametrize(
    ("home", "urls", "found"),
    [
        ("http://t.org/", ["Source, https://github.com/o/t"], "https://github.com/o/t"),
        (
            "",
            ["Homepage, https://github.com/o/t", "Tracker, https://github.com/o/t/issues"],
            "https://github.com/o/t",
        ),
        ("", ["Tracker, https://github.com/o/t/issues?q=1#x"], "https://github.com/o/t"),
        (
            "",
            ["Funding, https://github.com/sponsors/o", "GitHub: repo, https://github.com/o/t"],
            "https://github.com/o/t",
        ),
        (
            "",
            ["documentation, https://github.com/o/docs", "repository, https://github.com/o/t.git"],
            "https://github.com/o/t.git",
        ),
        ("https://github.com/o/t/", [], "https://github.com/o/t"),
        ("", ["Source, https://gitlab.com/a/b/t/-/tree/main"], "https://gitlab.com/a/b/t"),
        ("", ["Source, https://codeberg.org/o/t"], "https://codeberg.org/o/t"),
    ],
)
def test_a_repository_is_found_in_metadata(home: str, urls: list[str], found: str):
    """The address that is called so wins, then the home page, then anything inside a repository."""
    assert repositories.home_of("t", metadata(home, *urls)) == found


@pytest.mark.parametrize(
    "urls",
    [
        [],
        ["Home, https://t.org/o/t"],
        ["Funding, https://github.com/sponsors/o"],
        ["Owner, https://github.com/o"],
    ],
)
def test_metadata_without_a_repository(urls: list[str]):
    """What is no repository is not taken for one."""
    with pytest.raises(
        UsageError, match=r"^t does not say where its repository is: write t@git:REPOSITORY#REF$"
    ):
        repositories.home_of("t", metadata("", *urls))


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("git:main", ("home", "main")),
        ("git:feature/x", ("home", "feature/x")),
        ("git:#main", ("home", "main")),
        ("git:https://h/o/t#v1", ("https://h/o/t", "v1")),
        ("git:https://h/o/t", ("https://h/o/t", "HEAD")),
        ("git:/#v1", ("file:///", "v1")),
        ("git:/", ("file:///", "HEAD")),
    ],
)
def test_repository_and_revision(source: str, found: tuple[str, str]):
    """A revision alone is of the library's own repository; a repository alone is meant as it is."""
    assert repositories.locate("t", source, lambda: "home") == found


def test_a_repository_that_is_not_there():
    """A path that leads nowhere is told before git is asked."""
    with pytest.raises(UsageError, match=r"^t@…: there is no repository /no/such$"):
        repositories.locate("t@…", "git:/no/such#main", lambda: "home")


def test_a_commit_on_this_machine(repository: Path):
    """Branches, tags, digits and all that git understands lead to a commit, not to a tag's own object."""
    first, second = tiny.git(repository, "rev-parse", "HEAD~1"), tiny.git(repository, "rev-parse", "HEAD")
    for revision, commit in (
        ("main", second),
        ("HEAD", second),
        ("HEAD~1", first),
        ("v1.0", first),
        (first[:8], first),
        (second, second),
    ):
        assert repositories.commit_of("t", repository.as_uri(), revision) == commit


def test_a_revision_that_is_not_there(repository: Path, tmp_path: Path):
    """An unknown revision and a folder without a repository are one line."""
    with pytest.raises(UsageError, match=r"^t: file://.*/ti%20ny has no branch or tag nix$"):
        repositories.commit_of("t", repository.as_uri(), "nix")
    with pytest.raises(UsageError, match=r"^t: file://.* can't be read: not a git repository"):
        repositories.commit_of("t", tmp_path.as_uri(), "main")


def test_a_commit_elsewhere(repository: Path, monkeypatch: pytest.MonkeyPatch):
    """Of another machine's repository only what it tells is known: branches, tags, pull requests."""
    first, second = tiny.git(repository, "rev-parse", "HEAD~1"), tiny.git(repository, "rev-parse", "HEAD")
    tiny.git(repository, "branch", "--force", "feature/x", first)
    tiny.git(repository, "update-ref", "refs/pull/7/head", first)
    rewritten = {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{repository.as_uri()}.insteadOf",
        "GIT_CONFIG_VALUE_0": "https://elsewhere/t",
    }
    monkeypatch.setattr("wsbench.environments.tools.surroundings", lambda: {**surroundings(), **rewritten})
    for revision, commit in (
        ("main", second),
        ("HEAD", second),
        ("v1.0", first),
        ("feature/x", first),
        ("pull/7/head", first),
    ):
        assert repositories.commit_of("t", "https://elsewhere/t", revision) == commit
    with pytest.raises(
        UsageError,
        match=r"^t: https://elsewhere/t has no branch or tag 1234abc; of a commit, write all 40 digits$",
    ):
        repositories.commit_of("t", "https://elsewhere/t", "1234abc")


def test_all_digits_need_no_look(monkeypatch: pytest.MonkeyPatch):
    """A whole commit elsewhere is what it is: nobody is asked."""
    monkeypatch.setattr("wsbench.environments.tools.run", None)
    assert repositories.commit_of("t", "https://elsewhere/t", "a" * 40) == "a" * 40


def test_a_repository_that_does_not_answer():
    """What git says of it is quoted."""
    with pytest.raises(UsageError, match=r"^t: http://127\.0\.0\.1:9/t can't be read: unable to access '"):
        repositories.commit_of("t", "http://127.0.0.1:9/t", "main")


def test_without_git(monkeypatch: pytest.MonkeyPatch, repository: Path):
    """Without git there are no revisions."""
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(UsageError, match=r"^t: git is not installed$"):
        repositories.commit_of("t", repository.as_uri(), "main")


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("git:git@github.com:o/t#main", ("ssh://git@github.com/o/t", "main")),
        ("git:git@github.com:o/t.git", ("ssh://git@github.com/o/t.git", "HEAD")),
        ("git:me@host:/srv/t#v@1", ("ssh://me@host/srv/t", "v@1")),
        ("git:ssh://git@host:22/o/t#main", ("ssh://git@host:22/o/t", "main")),
    ],
)
def test_a_user_may_stand_in_an_address(source: str, found: tuple[str, str]):
    """Also in the short form that git takes: who installs from it wants an address."""
    assert repositories.locate("t", source, lambda: "") == found
