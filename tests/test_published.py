"""What would be published: two files that indexes take, and that people start without installing anything."""

from __future__ import annotations

import re
import sys
import tarfile
import tomllib
from email.parser import HeaderParser
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest
from outside import run
from typer.main import get_command
from wsbench import __version__
from wsbench.cli.main import app
from wsbench.environments.interpreters import OLDEST

if TYPE_CHECKING:
    from conftest import Built

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
PAGE = (ROOT / PROJECT["readme"]).read_text()
BIN = Path(sys.executable).parent


def test_an_index_takes_both_files(built: Built, tmp_path: Path) -> None:
    """Metadata and long description are sound, warnings included; so is what the wheel holds."""
    told = run(BIN / "twine", "check", "--strict", built.wheel, built.sdist, cwd=tmp_path)
    assert re.findall(r"PASSED|FAILED|WARNING", told) == ["PASSED", "PASSED"]
    assert run(BIN / "check-wheel-contents", built.wheel, cwd=tmp_path).endswith(".whl: OK\n")


def test_the_metadata_says_who_for_whom_and_under_which_terms(built: Built) -> None:
    """As an index shows it."""
    with ZipFile(built.wheel) as archive:
        (name,) = (one for one in archive.namelist() if one.endswith("/METADATA"))
        text = archive.read(name).decode()
        assert any(one.endswith("/licenses/LICENSE") for one in archive.namelist())
    found = HeaderParser().parsestr(text)
    assert (found["Name"], found["Version"], found["License-Expression"]) == ("wsbench", __version__, "MIT")
    assert found["Author"] == "The wsbench authors"
    assert found["Description-Content-Type"] == "text/markdown"
    assert text.endswith(PAGE)


def test_the_pythons_are_those_that_the_policy_supports() -> None:
    """From the oldest one that servers run on."""
    pythons = re.findall(r"Python :: (3\.\d+)", "\n".join(PROJECT["classifiers"]))
    policy = (ROOT / "docs" / "support.md").read_text()
    assert f"| Pythons that run it | {', '.join(pythons)} |" in policy
    assert pythons[0] == ".".join(map(str, OLDEST))
    assert PROJECT["requires-python"] == f">={pythons[0]}"


def test_the_page_of_an_index_has_nothing_that_leads_nowhere_there() -> None:
    """A link or a picture beside the file is not there; verbs, options and extras are."""
    assert not re.search(r"\]\((?!https:)", PAGE)
    commands = get_command(app).commands  # type: ignore[attr-defined]
    used = re.findall(r"^    wsbench (\w+)(.*?)(?:  #.*)?$", PAGE, re.MULTILINE)
    assert len(used) > 5
    for verb, rest in used:
        known = {option for param in commands[verb].params for option in param.opts}
        assert set(re.findall(r"--[\w-]+", rest)) <= known
    extras = set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE))
    assert extras == set(PROJECT["optional-dependencies"]) - {"dev", "fuzz"}
    (asked,) = re.findall(r"wsbench\[([\w,]+)\]", PAGE)
    assert set(asked.split(",")) <= extras


def test_the_source_distribution_has_what_a_build_needs_and_what_is_promised(built: Built) -> None:
    """Documents come along; half of the tests would be none."""
    with tarfile.open(built.sdist) as archive:
        names = {one.partition("/")[2] for one in archive.getnames()}
    assert {"LICENSE", "SECURITY.md", "CHANGELOG.md", "README.md", "pyproject.toml"} <= names
    assert {one.relative_to(ROOT).as_posix() for one in (ROOT / "docs").glob("*.md")} <= names
    assert not any(one.startswith("tests/") for one in names)


@pytest.mark.parametrize("runner", ["uvx", "pipx"])
def test_it_is_started_from_the_wheel_without_being_installed(
    built: Built, tmp_path: Path, runner: str
) -> None:
    """By the two programs that people do that with."""
    words = {
        "uvx": [BIN / "uvx", "--from", built.wheel],
        "pipx": [BIN / "pipx", "run", "--spec", built.wheel],
    }[runner]
    told = run(
        *words,
        *("wsbench", "--version"),
        cwd=tmp_path,
        PIPX_HOME=str(tmp_path / "pipx"),
        PIPX_DEFAULT_PYTHON=sys.executable,
        UV_PYTHON=sys.executable,
        UV_CONSTRAINT=str(ROOT / "constraints.txt"),
    )
    assert told == f"wsbench {__version__}\n"
