"""Which servers run in an environment of their own, what that is made of, and that it is there."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import tiny
from websockets.sync.client import connect
from wsbench.environments import interpreter_search, interpreters, provision, tools
from wsbench.environments.availability import provide_all, provide_clients
from wsbench.environments.interpreters import version_of
from wsbench.environments.provision import needed, provide
from wsbench.errors import UsageError
from wsbench.machine.launcher import Server
from wsbench.machine.orders import Settings
from wsbench.targets.catalogue import CLIENTS, SERVERS
from wsbench.targets.client_spec import ClientSpec, client_of
from wsbench.targets.spec import ServerSpec
from wsbench.targets.spec_parser import read_spec

BASE = interpreters.ours()
TORNADO = version_of("tornado")
AIOHTTP = version_of("aiohttp")
LOOP = version_of("uvloop")


@pytest.fixture(autouse=True, scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Have a cache and a package index of our own, and a server that needs what is in there."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WSBENCH_CACHE", str(tmp_path_factory.mktemp("cache")))
        patch.setenv("UV_CACHE_DIR", str(tmp_path_factory.mktemp("uv")))
        patch.setenv("UV_DEFAULT_INDEX", tiny.index(tmp_path_factory.mktemp("index")))
        patch.setitem(SERVERS, "tiny", tiny.CONTESTANT)
        yield


def spec_of(text: str) -> ServerSpec:
    """Return the one spec that a text is."""
    (spec,) = read_spec(text)
    return spec


def words_of(python: str) -> str:
    """Return what tiny says in an environment."""
    code = "import tiny; print(tiny.WORDS)"
    return subprocess.run(
        [python, "-I", "-c", code], check=True, capture_output=True, text=True
    ).stdout.strip()


def echoed(server: Server, message: str | bytes) -> str | bytes:
    """Return what a server answers to a message."""
    with connect(f"ws://127.0.0.1:{server.port}/echo") as connection:
        connection.send(message)
        return connection.recv(timeout=10)


def quiet(line: str) -> None:
    """Hear nothing."""


def shout(line: str) -> None:
    """Fail where something takes time."""
    raise AssertionError(line)


def test_where_they_live(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """In the folder that is named, else in the user's cache."""
    monkeypatch.setenv("WSBENCH_CACHE", str(tmp_path))
    assert provision.folder() == tmp_path / "environments"
    monkeypatch.delenv("WSBENCH_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    if sys.platform == "linux":
        assert provision.folder() == tmp_path / "xdg" / "wsbench" / "environments"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("tornado", False),
        (f"tornado=={TORNADO}", False),
        (f"tornado@uvloop@python{BASE.number}", False),
        (f"tornado@{sys.executable}", False),
        ("stdlib", False),
        ("tcp@/bin/false", False),
        ("x=ws://h/", False),
        ("x=cmd:serve {port}", False),
        ("mine.py@python3.11", False),
        (f"tornado@with:aiohttp=={AIOHTTP}", False),
        (f"stdlib@uvloop=={LOOP}", False),
        ("tornado==0.1", True),
        ("tornado@with:aiohttp==3.9.5", True),
        ("tornado@with:no-such-thing==1", True),
        ("stdlib@uvloop==0.1", True),
        ("tornado==0.1@uvloop", True),
        ("tornado@path:nowhere", True),
        ("tornado@git:main", True),
    ],
)
def test_who_needs_one(text: str, wanted: bool):
    """Another version or a source needs one; what runs here, on this Python, and what isn't ours doesn't."""
    assert needed(spec_of(text)) is wanted


def test_an_earlier_run_needs_one():
    """Versions of everything are only to be had in an environment of its own, even where they are here."""
    assert needed(tiny.spec(pins=("tiny==1.0",)))


def test_what_is_not_here_gets_one_where_it_can(monkeypatch: pytest.MonkeyPatch):
    """A library that is not installed has an environment if there is uv; else it is just missing."""
    assert needed(tiny.spec())
    monkeypatch.setattr(tools, "uv", lambda: "")
    assert not needed(tiny.spec())
    assert needed(tiny.spec(version="1.0"))


def test_a_version_from_the_index():
    """A real library from before its API of today serves; the second time there is no uv in it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("UV_DEFAULT_INDEX")
        spec = spec_of("websockets==12.0")
        with pytest.raises(
            UsageError, match=r"^there is no websockets 99\.1; the newest for Python .* is \d"
        ):
            provide(spec_of("websockets==99.1"), quiet)
        said: list[str] = []
        python = provide(spec, said.append)
    assert len(said) == 1
    assert python.startswith(str(provision.folder() / "websockets-12.0-py3."))
    (spec,) = provide_all([spec], shout)
    assert spec.executable == python
    with Server(spec, Settings()) as server:
        assert server.proof.version == "12.0"
        assert [echoed(server, payload) for payload in ("text", b"binary")] == ["text", b"binary"]
    assert version_of("websockets") != "12.0"


def test_a_warm_cache_needs_nothing(monkeypatch: pytest.MonkeyPatch):
    """What was made once is there without uv and without a network; what was not, says what it needs."""
    made = provide(tiny.spec(version="1.0"), quiet)
    newest = provide(tiny.spec(), quiet)
    assert interpreters.installed_in(newest) == {"tiny": "2.0"}
    monkeypatch.setattr(tools, "uv", lambda: "")
    monkeypatch.setattr(tools, "run", lambda *_: shout("something was run"))
    assert provide(tiny.spec(version="1.0"), shout) == made
    assert needed(tiny.spec())
    assert provide(tiny.spec(), shout) == newest
    with pytest.raises(
        UsageError, match=r"^tiny==2 needs an environment of its own: pip install 'wsbench\[versions\]'$"
    ):
        provide(tiny.spec(label="tiny==2", version="2.0"), shout)


def test_a_client_drives_with_the_packages_of_an_environment(monkeypatch: pytest.MonkeyPatch):
    """It shares that of a server of the same recipe; what is here is taken as it is here."""
    monkeypatch.setitem(CLIENTS, "tiny", tiny.CONTESTANT)
    python = provide(tiny.spec(version="1.0"), quiet)
    (spec,) = provide_clients([ClientSpec("t", "tiny", "1.0")], shout)
    assert Path(spec.packages).is_relative_to(Path(python).parents[1])
    assert (Path(spec.packages) / "tiny" / "__init__.py").read_text() == "VERSION = '1.0'\n"
    here = (client_of("wire"), client_of("tornado"), ClientSpec("old", "tornado", TORNADO))
    assert provide_clients(here, shout) == here
    with pytest.raises(UsageError, match=r"^there is no tiny 9; the newest for Python .* is 2\.0$"):
        provide_clients([ClientSpec("t", "tiny", "9")], quiet)


def test_a_client_that_is_too_old_is_told_before_anything_is_built(monkeypatch: pytest.MonkeyPatch):
    """In the sentence that servers have; one whose library is not here, without uv, is the pip line."""
    old = [ClientSpec("t", "tiny", "1.0"), ClientSpec("websockets==9.1", "websockets", "9.1")]
    monkeypatch.setitem(CLIENTS, "tiny", tiny.CONTESTANT)
    monkeypatch.setattr(provision, "provide", lambda *_: shout("something was built"))
    with pytest.raises(UsageError, match=r"^websockets 9\.1 is too old: this client needs 10\.4 or newer$"):
        provide_clients(old, shout)
    monkeypatch.setattr(tools, "uv", lambda: "")
    monkeypatch.setattr("wsbench.environments.building.is_whole", lambda *_: False)
    with pytest.raises(UsageError, match=r"^tiny is not installed: pip install tiny$"):
        provide_clients([client_of("tiny")], shout)


def test_use_is_noted():
    """Each use sets the time of the marker."""
    python = provide(tiny.spec(version="1.0"), quiet)
    marker = Path(python).parents[1] / "ready.json"
    os.utime(marker, (1, 1))
    provide(tiny.spec(version="1.0"), shout)
    assert marker.stat().st_mtime > 1


def test_an_interpreter_that_has_it_all_is_used_as_it_is():
    """A path to what has the library is taken as it is, by name or by version; anything else is built."""
    python = provide(tiny.spec(version="1.0"), quiet)
    for changes in ({}, {"version": "1.0"}):
        spec = tiny.spec(python=python, **changes)
        assert not needed(spec)
        assert provide(spec, shout) == python
        assert [one.executable for one in provide_all([spec], shout)] == [python]
    for changes in ({"version": "2.0"}, {"source": "path:x"}, {"loop": "uvloop"}, {"pins": ("tiny==1.0",)}):
        assert needed(tiny.spec(python=python, **changes))
    assert provide(tiny.spec(python=python, version="2.0"), quiet) == provide(tiny.spec(version="2.0"), shout)


def test_a_checkout_is_built_as_it_is_now(tmp_path: Path):
    """An edit, even without a new version, is another environment, and coming back finds the first again."""
    project = tiny.project(tmp_path / "project")
    spec = tiny.spec(source=f"path:{project}")
    first = provide(spec, quiet)
    (project / "tiny" / "__init__.py").write_text("WORDS = 'edited'\n")
    assert words_of(first) == "as released"
    second = provide(spec, quiet)
    assert first != second
    assert (words_of(first), words_of(second)) == ("as released", "edited")
    (project / "tiny" / "__init__.py").write_text("WORDS = 'as released'\n")
    assert provide(spec, shout) == first
    assert not (project / "built-here").exists()


def test_a_checkout_that_can_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A file that goes away while it is read is one line."""
    project = tiny.project(tmp_path / "project")
    monkeypatch.setattr("wsbench.environments.checkouts.files_of", lambda folder: ["gone"])
    with pytest.raises(UsageError, match=r"^tiny: .*/gone can't be read: No such file or directory$"):
        provide(tiny.spec(source=f"path:{project}"), quiet)


def test_a_revision_is_built(tmp_path: Path):
    """A branch means its commit as of now, and that commit's environment stays what it is."""
    repository = tiny.repository(tmp_path / "repository")
    main = tiny.spec(source=f"git:{repository}#main")
    first, second = provide(tiny.spec(source=f"git:{repository}#v1.0"), quiet), provide(main, quiet)
    assert (words_of(first), words_of(second)) == ("as released", "as of today")
    assert tiny.git(repository, "rev-parse", "HEAD")[:8] in second
    (repository / "tiny" / "__init__.py").write_text("WORDS = 'tomorrow'\n")
    assert provide(main, shout) == second  # it is not committed
    tiny.git(repository, "commit", "--quiet", "--all", "--message=three")
    assert words_of(provide(main, quiet)) == "tomorrow"
    assert words_of(second) == "as of today"


def test_the_repository_of_a_library_that_is_not_here(monkeypatch: pytest.MonkeyPatch):
    """Where a library is not installed, the package index says where its repository is."""
    asked: list[tuple[str, str]] = []

    def commit_of(what: str, repository: str, revision: str) -> str:
        asked.append((repository, revision))
        return "0" * 40

    monkeypatch.setattr("wsbench.environments.repositories.commit_of", commit_of)
    for name, source in (("tiny", "git:main"), ("tornado", "git:v6.4")):
        provision.source_of(tiny.spec(name=name, source=source), BASE)
    assert asked == [
        ("https://github.com/tiny/tiny", "main"),
        ("https://github.com/tornadoweb/tornado", "v6.4"),
    ]


def test_another_python():
    """A server on another Python has the library of here, in an environment made of that one."""
    others = [one for one in interpreter_search.known() if one.order[:2] != BASE.order[:2] and not one.free]
    if not others:
        pytest.skip("there is one Python here")
    number = ".".join(map(str, others[0].order[:2]))
    spec = tiny.spec(version="1.0", python=number)
    assert needed(spec)
    found = interpreters.ask(provide(spec, quiet))
    assert f"{found.number}.".startswith(f"{number}.")
    assert not needed(ServerSpec(label="s", name="stdlib", python=number))


def test_a_python_that_is_not_there():
    """No interpreter, no environment."""
    with pytest.raises(UsageError, match=r"^there is no Python 3\.99 here"):
        needed(tiny.spec(python="3.99"))


def test_companions_and_a_loop_are_installed_as_they_were_asked_for():
    """What a spec pins besides the library is what its environment has, and another pin is another one."""
    found = [
        provide(tiny.spec(label="t", version="1.0", companions=companions), quiet)
        for companions in (("sourced==1.0",), ("sourced==1.0", "needy==1.0"))
    ]
    assert [interpreters.installed_in(python) for python in found] == [
        {"tiny": "1.0", "sourced": "1.0"},
        {"tiny": "1.0", "sourced": "1.0", "needy": "1.0"},
    ]
    with pytest.raises(UsageError, match=r"^there is no sourced 9$"):
        provide(tiny.spec(label="t", version="1.0", companions=("sourced==9",)), quiet)
