"""Which versions there are, when they came, and which are too old for a server."""

import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
import tiny
from wsbench.environments import building, installer, interpreters, releases, tools
from wsbench.environments.building import Recipe
from wsbench.errors import UsageError

BASE = interpreters.ours()
KNOWN = msgspec.structs.replace(tiny.CONTESTANT, oldest="1.5")


@pytest.fixture
def dated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Have a package index that tells dates."""
    with tiny.dated_index(tmp_path / "index") as address:
        monkeypatch.setenv("UV_DEFAULT_INDEX", address)
        monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "uv"))
        yield address


@pytest.fixture
def undated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a package index that tells none."""
    monkeypatch.setenv("UV_DEFAULT_INDEX", tiny.index(tmp_path / "index"))
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "uv"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return an empty environment."""
    installer.create(sys.executable, tmp_path / "environment")
    return tmp_path / "environment"


def made(folder: Path, *requirements: str, days: int = 30) -> tuple[dict[str, str], str]:
    """Make an environment of tiny; return what is in it, and as of which day."""
    recipe = Recipe("tiny", BASE.base, BASE.version, requirements, days=days)
    building.build(folder / recipe.name, recipe, "tiny", None, lambda line: None)
    marker = msgspec.json.decode((folder / recipe.name / building.MARKER).read_bytes(), type=building.Marker)
    return marker.installed, marker.as_of


@pytest.mark.parametrize(
    ("oldest", "version", "old"),
    [
        ("10.4", "9.1", True),
        ("10.4", "10.3.9", True),
        ("10.4", "10.4rc1", True),
        ("10.4", "10.4", False),
        ("10.4", "10.4.0", False),
        ("10.4", "10.10", False),
        ("10.4", "newest", False),
        ("10.4", "", False),
        ("", "0.1", False),
    ],
)
def test_what_is_too_old(oldest: str, version: str, old: bool):
    """Versions are compared as such, not as text; what is no version is left to whoever installs it."""
    assert releases.is_too_old(msgspec.structs.replace(KNOWN, oldest=oldest), version) is old


@pytest.mark.usefixtures("dated")
def test_the_day_after_a_release(folder: Path):
    """The index tells when a version was uploaded."""
    assert releases.day_after(folder, "tiny==1.0", 0) == "2020-01-10"
    assert releases.day_after(folder, "tiny==1.0", 30) == "2020-02-09"
    assert not releases.day_after(folder, "tiny==9", 30)


@pytest.mark.usefixtures("undated")
def test_not_every_index_tells(folder: Path):
    """Then there is no day, and companions are the newest that there are."""
    assert not releases.day_after(folder, "tiny==1.0", 30)
    assert made(folder.parent / "made", "tiny==1.0", "sourced") == ({"tiny": "1.0", "sourced": "1.0"}, "")


@pytest.mark.usefixtures("dated")
def test_companions_are_of_the_librarys_day(tmp_path: Path):
    """Those that were there soon after its release, but for what is pinned; without days, the newest."""
    assert made(tmp_path, "friend", "tiny==1.0") == ({"tiny": "1.0", "friend": "1.5"}, "2020-02-09")
    assert made(tmp_path, "friend==2.0", "tiny==1.0") == ({"tiny": "1.0", "friend": "2.0"}, "2020-02-09")
    assert made(tmp_path, "friend", "tiny==1.0", days=0) == ({"tiny": "1.0", "friend": "2.0"}, "")


@pytest.mark.usefixtures("dated")
def test_companions_that_were_not_there_yet_are_the_newest(tmp_path: Path):
    """That is no error: nothing of that day fits."""
    wheels = tmp_path / "index"
    (wheels / "friend" / "friend-1.0-py3-none-any.whl").unlink()
    (wheels / "friend" / "friend-1.5-py3-none-any.whl").unlink()
    assert made(tmp_path, "friend", "tiny==1.0") == ({"tiny": "1.0", "friend": "2.0"}, "")


def test_the_versions_of_an_index_with_json(dated: str, monkeypatch: pytest.MonkeyPatch):
    """The newest comes first; what uv keeps in its cache is nothing to ask where there is no network."""
    assert [str(one) for one in releases.versions_of("tiny")] == ["2.0", "1.0"]
    monkeypatch.setenv("UV_OFFLINE", "1")
    with pytest.raises(UsageError, match=rf"^tiny: {dated} can't be read: the network is switched off"):
        releases.versions_of("tiny")


@pytest.mark.usefixtures("undated")
def test_the_versions_of_an_index_of_plain_pages():
    """Also those that don't run here, and those that are sources only."""
    assert [str(one) for one in releases.versions_of("Tiny")] == ["4.0", "3.0", "2.0", "1.0"]
    assert [str(one) for one in releases.versions_of("sourced")] == ["1.0"]
    with pytest.raises(UsageError, match=r"^the package index has no nobody-s-package$"):
        releases.versions_of("nobody-s-package")


@pytest.mark.usefixtures("undated")
def test_versions_are_marked(monkeypatch: pytest.MonkeyPatch):
    """What is installed here, and what is too old."""
    monkeypatch.setattr(releases, "version_of", lambda name: {"tiny": "2"}[name])
    assert releases.marked_versions_of({"server": KNOWN}) == [
        ("4.0", ""),
        ("3.0", ""),
        ("2.0", "installed here"),
        ("1.0", "too old for this server"),
    ]
    newer = msgspec.structs.replace(KNOWN, oldest="4.0")
    assert [mark for _, mark in releases.marked_versions_of({"server": KNOWN, "client": newer})] == [
        "",
        "too old for this client",
        "installed here",
        "too old for this server and this client",
    ]


def test_an_index_that_can_not_be_asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Without network or without uv it is one line."""
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path))
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    with pytest.raises(UsageError, match=r"^tiny could not be fetched: the network says '.*refused.*'$"):
        releases.versions_of("tiny")
    with pytest.raises(UsageError, match=r"^tiny: http://127\.0\.0\.1:9 can't be read: .*refused$"):
        list(releases._files("http://127.0.0.1:9", "tiny"))
    monkeypatch.setattr(tools, "uv", lambda: "")
    with pytest.raises(UsageError, match=r"found with uv: pip install 'wsbench\[versions\]'$"):
        releases.versions_of("tiny")
