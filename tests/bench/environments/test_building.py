"""An environment is made once, is whole or is nobody's, and is left alone from then on."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
import tiny
from wsbench.environments import building, interpreters, tools
from wsbench.environments.building import Recipe
from wsbench.errors import UsageError

pytestmark = pytest.mark.usefixtures("nobody_left")

BASE = interpreters.ours()
RECIPE = Recipe("tiny", BASE.base, BASE.version, ("tiny==1.0",))
BUILDS = """
import sys, msgspec
from pathlib import Path
from wsbench.environments import building, tools

target, recipe, uv = sys.argv[1:]
tools.uv = lambda: uv
recipe = msgspec.json.decode(recipe, type=building.Recipe)
building.build(Path(target), recipe, "tiny", None, lambda line: print(line, flush=True))
print("whole" if building.is_whole(Path(target), recipe) else "torn", flush=True)
"""
HELD = """#!/bin/sh
echo "$1" >> "{folder}/log"
if [ "$1" = pip ]; then
    echo $$ > "{folder}/pid"
    while [ ! -e "{folder}/go" ]; do sleep 0.02; done
fi
exec "{uv}" "$@"
"""


@pytest.fixture(autouse=True, scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Have a package index of our own, and a cache of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UV_DEFAULT_INDEX", tiny.index(tmp_path_factory.mktemp("index")))
        patch.setenv("UV_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        yield


class Held:
    """A uv that waits before it installs until it may go on, and processes that build with it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.target = folder / "environments" / RECIPE.name
        self.uv = folder / "uv"
        self.uv.write_text(HELD.format(folder=folder, uv=tools.uv()))
        self.uv.chmod(0o755)

    def start(self) -> subprocess.Popen[str]:
        """Start a process that builds."""
        recipe = msgspec.json.encode(RECIPE).decode()
        words = [sys.executable, "-c", BUILDS, str(self.target), recipe, str(self.uv)]
        return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def pid(self, ours: subprocess.Popen[str]) -> int:
        """Return the process id of the uv that one of our processes has started, once it waits."""
        while not ((self.folder / "pid").exists() and (self.folder / "pid").read_text().strip()):
            assert ours.poll() is None, ours.stderr.read()
            time.sleep(0.01)
        return int((self.folder / "pid").read_text())

    def go(self) -> None:
        """Let uv go on."""
        (self.folder / "go").touch()


@pytest.fixture
def held(tmp_path: Path) -> Held:
    """Return a uv that waits."""
    return Held(tmp_path)


def make(target: Path, recipe: Recipe = RECIPE, checkout: Path | None = None) -> list[str]:
    """Build, and return what was said."""
    said: list[str] = []
    building.build(target, recipe, "tiny", checkout, said.append)
    return said


def test_the_key_is_all_of_the_recipe():
    """Whatever is different makes another key, and the name says what it is."""
    others = [
        msgspec.structs.replace(RECIPE, **{field: value})
        for field, value in (
            ("library", "huge"),
            ("python", "/usr/bin/python3"),
            ("version", "3.13.0"),
            ("requirements", ("tiny==2.0",)),
            ("source", "path:1"),
            ("layout", 2),
        )
    ]
    assert len({RECIPE.key, *(one.key for one in others)}) == 7
    assert RECIPE.name == f"tiny-1.0-py{BASE.number.rpartition('.')[0]}-{RECIPE.key}"


@pytest.mark.parametrize(
    ("recipe", "name"),
    [
        (Recipe("websockets", "p", "3.11.7", ("websockets==13.1",)), "websockets-13.1-py3.11-"),
        (Recipe("websockets", "p", "3.13.0t", ("uvloop==1", "websockets")), "websockets-py3.13t-"),
        (Recipe("websockets", "p", "3.14.0rc1", (), "path:0123456789"), "websockets-path-py3.14-"),
        (
            Recipe("websockets", "p", "3.11.7", (), "git+file:///x@y@0123456789ab"),
            "websockets-01234567-py3.11-",
        ),
        (Recipe("t", "p", "3.11.7", ("t==1!2.0+a/..",)), "t-1_2.0+a_..-py3.11-"),
        (Recipe("", "p", "3.11.7", ("uvloop==1",)), "none-py3.11-"),
    ],
)
def test_names_can_be_read(recipe: Recipe, name: str):
    """A folder's name says library, version or source, and Python, and leads to no other folder."""
    assert recipe.name == name + recipe.key


def test_it_is_made_once(tmp_path: Path):
    """The second time nothing is said, nothing is run, and not one file is touched."""
    target = tmp_path / "environments" / RECIPE.name
    said = make(target)
    assert said == [f"making an environment for tiny on Python {BASE.version}: {target}"]
    before = {path: path.lstat().st_mtime_ns for path in target.rglob("*")}
    assert make(target) == []
    assert {path: path.lstat().st_mtime_ns for path in target.rglob("*")} == before
    marker = msgspec.json.decode((target / "ready.json").read_bytes(), type=building.Marker)
    assert (marker.recipe, marker.installed) == (RECIPE, {"tiny": "1.0"})
    assert {path.name for path in target.parent.iterdir()} == {".locks", RECIPE.name}


def test_use_is_noted(tmp_path: Path):
    """The marker's time is that of the last use; where there is none, nothing happens."""
    building.touch(tmp_path)
    (tmp_path / "ready.json").touch()
    os.utime(tmp_path / "ready.json", (1, 1))
    building.touch(tmp_path)
    assert (tmp_path / "ready.json").stat().st_mtime > 1


def _without_marker(target: Path) -> None:
    (target / "ready.json").unlink()


def _without_python(target: Path) -> None:
    (target / "bin" / "python").unlink()


def _without_library(target: Path) -> None:
    shutil.rmtree(next(target.glob("lib/python*/site-packages/tiny-1.0.dist-info")))


def _with_more(target: Path) -> None:
    tiny.wheel(target, "1.0", "more")
    shutil.unpack_archive(
        target / "more-1.0-py3-none-any.whl", next(target.glob("lib/python*/site-packages")), "zip"
    )


def _with_another_recipe(target: Path) -> None:
    marker = (target / "ready.json").read_text()
    (target / "ready.json").write_text(marker.replace("tiny==1.0", "tiny==2.0"))


def _with_a_broken_marker(target: Path) -> None:
    (target / "ready.json").write_text("{")


@pytest.mark.parametrize(
    "harm",
    [
        _without_marker,
        _without_python,
        _without_library,
        _with_more,
        _with_another_recipe,
        _with_a_broken_marker,
    ],
)
def test_what_is_not_whole_is_made_anew(tmp_path: Path, harm: Callable[[Path], None]):
    """The marker is held against what is there: whatever is missing or was added, it starts from nothing."""
    target = tmp_path / RECIPE.name
    make(target)
    harm(target)
    assert not building.is_whole(target, RECIPE)
    (target / "rubbish").touch()
    assert len(make(target)) == 1
    assert building.is_whole(target, RECIPE)
    assert not (target / "rubbish").exists()


def test_a_failure_leaves_nothing(tmp_path: Path):
    """What could not be installed has no environment, and can be tried again at once."""
    recipe = msgspec.structs.replace(RECIPE, requirements=("tiny==9.1",))
    for _ in range(2):
        with pytest.raises(UsageError, match=r"^there is no tiny 9\.1; the newest"):
            make(tmp_path / recipe.name, recipe)
        assert not (tmp_path / recipe.name).exists()


def test_a_library_that_is_not_in_it(tmp_path: Path):
    """Requirements that don't bring the library are no environment for it."""
    recipe = msgspec.structs.replace(RECIPE, library="huge")
    with pytest.raises(UsageError, match=r"^tiny: what was installed has no huge$"):
        make(tmp_path / recipe.name, recipe)


def test_a_folder_that_is_not_ours(tmp_path: Path):
    """Where nothing can be written, one line says so and what to do."""
    (tmp_path / "file").touch()
    with pytest.raises(
        UsageError, match=r"^can't make environments in .*: File exists; name another folder in W"
    ):
        make(tmp_path / "file" / RECIPE.name)


def test_a_checkout_that_changes_meanwhile(tmp_path: Path):
    """What is built is what the recipe says, or nothing."""
    project = tiny.project(tmp_path / "project")
    recipe = Recipe("tiny", BASE.base, BASE.version, (), "path:another digest")
    with pytest.raises(UsageError, match=r"^tiny has changed since a moment ago: try again$"):
        make(tmp_path / recipe.name, recipe, project)


def test_two_at_once_make_one(held: Held):
    """The second process waits for the first, and then uses what that has made."""
    with held.start() as first:
        held.pid(first)
        with held.start() as second:
            assert second.stdout.readline() == f"waiting for another process that makes {RECIPE.name}\n"
            held.go()
            assert second.communicate() == ("whole\n", "")
        said, _ = first.communicate()
    assert said.endswith("\nwhole\n")
    assert (held.folder / "log").read_text() == "venv\npip\n"


def test_killed_in_the_middle(held: Held, gone: Callable[[int], bool]):
    """What is left of an environment is not taken for one, uv does not go on in it, and nobody waits."""
    with held.start() as ours:
        pid = held.pid(ours)
        ours.kill()
    while not gone(pid):
        time.sleep(0.01)
    assert held.target.exists()
    assert not building.is_whole(held.target, RECIPE)
    assert len(make(held.target)) == 1
    assert building.is_whole(held.target, RECIPE)


def test_stopped_in_the_middle(held: Held, gone: Callable[[int], bool]):
    """Ctrl-C ends uv, too, and leaves no environment at all."""
    with held.start() as ours:
        pid = held.pid(ours)
        ours.send_signal(signal.SIGINT)
        ours.communicate()
    while not gone(pid):
        time.sleep(0.01)
    assert not held.target.exists()
