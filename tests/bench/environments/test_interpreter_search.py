"""Pythons are found by version or path, and believed only once they have run."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from wsbench.environments import interpreter_search, interpreters
from wsbench.errors import UsageError

HERE = ".".join(map(str, sys.version_info[:3]))
MINOR = ".".join(map(str, sys.version_info[:2]))


def said(version: str = "3.77.1", **changes: object) -> str:
    """Return what an interpreter of that version says of itself."""
    numbers = [int(number) for number in version.split(".")]
    answer = {
        "path": "/somewhere/python3",
        "kind": "CPython",
        "number": version,
        "order": [*numbers, "final", 0],
        "free": False,
        "prefix": "/somewhere",
        "base": "/somewhere/python3",
        "lacks": [],
    }
    return json.dumps({**answer, **changes})


def stand_in(path: Path, answer: str, code: int = 0) -> Path:
    """Write a program that prints an answer whatever it is asked, and exits with a code."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\ncat <<'END'\n{answer}\nEND\nexit {code}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Look nowhere but in `bin` below a temporary home, which is on PATH besides where `cat` is."""
    (tmp_path / "bin").mkdir()
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "cat").symlink_to("/bin/cat")
    for name in ("PYENV_ROOT", "UV_PYTHON_INSTALL_DIR", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", f"relative:{tmp_path / 'none'}:{tmp_path / 'bin'}:{tools}")
    return tmp_path


def test_the_one_that_runs_wsbench_wins():
    """It is taken for its minor and its full version, wherever else there is one."""
    assert (
        interpreter_search.find(MINOR)
        == interpreter_search.find(HERE)
        == interpreter_search.find(f"python{MINOR}")
        == sys.executable
    )
    assert interpreters.ours().version == HERE
    assert interpreters.ours().obstacle == ""


def test_the_newest_patch_wins(alone: Path):
    """Of those that fit the newest is taken, by number, wherever it was found; a final one if there is."""
    for version, order in (
        ("3.77.9", [3, 77, 9, "final", 0]),
        ("3.77.10", [3, 77, 10, "final", 0]),
        ("3.77.10rc1", [3, 77, 10, "candidate", 1]),
        ("3.78.0rc1", [3, 78, 0, "candidate", 1]),
    ):
        answer = said(number=version, order=order, path=f"/at/{version}")
        stand_in(alone / f".pyenv/versions/{version}/bin/python3", answer)
    assert interpreter_search.find("3.77") == "/at/3.77.10"
    assert interpreter_search.find("3.77.9") == "/at/3.77.9"
    assert interpreter_search.find("3.78") == "/at/3.78.0rc1"


@pytest.mark.parametrize(
    "place",
    [
        "bin/python3",
        "bin/python3.77",
        ".pyenv/versions/3.77.1/bin/python3",
        ".local/share/uv/python/cpython-3.77.1-linux/bin/python3.77",
        ".local/bin/python3.77",
    ],
)
def test_where_it_looks(alone: Path, place: str):
    """On PATH, with pyenv, with uv, and where users put programs of their own."""
    stand_in(alone / place, said(path="/the/one"))
    assert interpreter_search.find("3.77") == "/the/one"


def test_where_managers_were_told_to_be(alone: Path, monkeypatch: pytest.MonkeyPatch):
    """The variables that move pyenv and uv move the search."""
    stand_in(alone / "p/versions/3.77.1/bin/python3", said(path="/pyenv's"))
    stand_in(alone / "u/cpython/bin/python3", said("3.78.0", path="/uv's"))
    monkeypatch.setenv("PYENV_ROOT", str(alone / "p"))
    monkeypatch.setenv("UV_PYTHON_INSTALL_DIR", str(alone / "u"))
    assert interpreter_search.find("3.77") == "/pyenv's"
    assert interpreter_search.find("3.78") == "/uv's"


def test_what_does_not_run_is_not_there(alone: Path):
    """A shim that fails, noise, another language, and a file that is no program are passed over."""
    stand_in(alone / "bin/python3.77", said(), code=127)
    stand_in(alone / "bin/python3.78", "command not found")
    stand_in(alone / "bin/python3", said(kind="PyPy"))
    (alone / "bin/python3.79").write_text("no program")
    stand_in(alone / "bin/python3.80-config", said("3.80.0"))
    with pytest.raises(UsageError, match=rf"^there is no Python 3\.77 here; found are .*{HERE}"):
        interpreter_search.find("3.77")
    assert "/somewhere/python3" not in [one.path for one in interpreter_search.known()]


def test_noise_before_the_answer_is_fine(alone: Path):
    """What a site customisation prints is not the answer; the last line is."""
    stand_in(alone / "bin/python3.77", "hello\n" + said(path="/the/one"))
    assert interpreter_search.find("3.77") == "/the/one"


def test_free_threaded_ones_are_asked_for(alone: Path):
    """3.77 is never a build without the GIL, and 3.77t always is."""
    stand_in(alone / "bin/python3.77t", said("3.77.5", free=True, path="/free"))
    with pytest.raises(
        UsageError, match=r"^there is no Python 3\.77 here; found are .*, 3\.77\.5t: install it"
    ):
        interpreter_search.find("3.77")
    stand_in(alone / "bin/python3.77", said(path="/locked"))
    assert interpreter_search.find("3.77") == "/locked"
    assert interpreter_search.find("3.77t") == interpreter_search.find("3.77.5t") == "/free"


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("3.9", r"^'3\.9' is too old: wsbench's servers need Python 3\.11 or newer$"),
        ("3", r"^'3' names no Python: write a version, as 3\.13, or the path of an interpreter$"),
        ("py3.13", r"^'py3\.13' names no Python"),
        ("/no/such/python", r"^there is no interpreter /no/such/python$"),
        ("/etc/passwd", r"^/etc/passwd is no interpreter: it could not be run as Python 3$"),
        ("/bin/false", r"^/bin/false is no interpreter: it could not be run as Python 3$"),
    ],
)
def test_words_that_are_off(word: str, message: str):
    """One line says what is wrong with a word that names no Python."""
    with pytest.raises(UsageError, match=message):
        interpreter_search.find(word)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (said("3.9.18"), r"is Python 3\.9\.18: wsbench's servers need 3\.11 or newer$"),
        (said(kind="PyPy"), r"is PyPy 3\.77\.1: wsbench's servers need CPython$"),
        (said(lacks=["_ctypes"]), r"is Python 3\.77\.1 without _ctypes: wsbench's servers need that$"),
    ],
)
def test_a_path_that_will_not_do(tmp_path: Path, answer: str, message: str):
    """An interpreter that servers can't run on says why."""
    path = stand_in(tmp_path / "python", answer)
    with pytest.raises(UsageError, match=f"^{path} {message}"):
        interpreter_search.find(str(path))


def test_a_path_stays_in_its_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The link in a virtual environment is not followed out of it; its base and its packages are known."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "env"], check=True)
    python = tmp_path / "env" / "bin" / "python"
    monkeypatch.chdir(tmp_path)
    assert (
        interpreter_search.find("env/bin/python")
        == interpreter_search.find("./env/bin/python")
        == str(python)
    )
    found = interpreters.ask(str(python))
    assert found.prefix == str(tmp_path / "env")
    assert found.base == interpreters.ours().base == os.path.realpath(found.base)
    assert not found.same_as(interpreters.ours())
    assert found.same_as(interpreters.ask(f"{python}3"))
    assert interpreters.installed_in(str(python)) == {}
    assert interpreters.installed_in("/bin/false") is None
