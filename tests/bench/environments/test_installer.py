"""uv installs wheels, builds what is nothing but a source, and one line says why it can't."""

import importlib.metadata
import sys
from pathlib import Path

import pytest
import tiny
from wsbench.environments import installer
from wsbench.environments.interpreters import installed_in
from wsbench.errors import UsageError


@pytest.fixture(autouse=True, scope="module")
def here(tmp_path_factory: pytest.TempPathFactory):
    """Have a package index of our own, and a cache of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UV_DEFAULT_INDEX", tiny.index(tmp_path_factory.mktemp("index")))
        patch.setenv("UV_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return an empty environment."""
    installer.create(sys.executable, tmp_path / "environment")
    return tmp_path / "environment"


@pytest.mark.parametrize(
    ("requirements", "found"),
    [
        (["tiny==1.0"], {"tiny": "1.0"}),
        (["tiny==2.0", "sourced==1.0"], {"tiny": "2.0", "sourced": "1.0"}),
        (["tiny"], {"tiny": "2.0"}),
        (["needy==1.0"], {"needy": "1.0", "sourced": "1.0"}),
    ],
)
def test_wheels_and_pure_sources(folder: Path, requirements: list[str], found: dict[str, str]):
    """Wheels are taken as they are; what has a source archive only is built, also where another needs it."""
    installer.install(folder, "3.11.7", "it", requirements)
    assert installed_in(installer.python_of(folder)) == found


@pytest.mark.parametrize(
    ("requirement", "line"),
    [
        ("tiny==9.1", "there is no tiny 9.1; the newest for Python 3.11.7 is 2.0"),
        ("tiny==3.0", "tiny 3.0 has no wheel for Python 3.11.7 on this machine"),
        ("tiny==4.0", "tiny 4.0 needs Python >=3.99, not 3.11.7"),
        ("mixed==1.0", "mixed 1.0 has no wheel for Python 3.11.7 on this machine"),
        ("nobody-s-package", "the package index has no nobody-s-package"),
    ],
)
def test_what_can_not_be_had(folder: Path, requirement: str, line: str):
    """One line says so, and nothing is installed; sources of what others have wheels of are not compiled."""
    with pytest.raises(UsageError) as caught:
        installer.install(folder, "3.11.7", requirement, [requirement])
    assert str(caught.value) == line
    assert installed_in(installer.python_of(folder)) == {}


def test_a_source_that_was_asked_for(folder: Path, tmp_path: Path):
    """A project is built and copied into the environment: what it was built from may go."""
    project = tiny.project(tmp_path / "project", "7.0")
    requirement = f"tiny @ {project.as_uri()}"
    with pytest.raises(UsageError, match=r"^tiny can't be installed for Python 3\.11\.7: Building source"):
        installer.install(folder, "3.11.7", "tiny", [requirement])
    installer.install(folder, "3.11.7", "tiny", [requirement], "tiny")
    project.rename(tmp_path / "gone")
    assert installed_in(installer.python_of(folder)) == {"tiny": "7.0"}
    (module,) = folder.glob("lib/python*/site-packages/tiny/__init__.py")
    assert module.read_text() == "WORDS = 'as released'\n"


def test_a_source_that_does_not_build(folder: Path, tmp_path: Path):
    """The last of what its backend said is told."""
    project = tiny.project(tmp_path / "project")
    (project / "backend.py").write_text("import no_such_module\n")
    with pytest.raises(
        UsageError,
        match=r"^it could not be built for Python 3\.11\.7: ModuleNotFoundError: No .*no_such_module",
    ):
        installer.install(folder, "3.11.7", "it", [f"tiny @ {project.as_uri()}"], "tiny")


def test_options_are_no_requirements(folder: Path):
    """A requirement that looks like an option is not one."""
    with pytest.raises(UsageError):
        installer.install(folder, "3.11.7", "it", ["--help"])


def test_no_network(folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """An index that does not answer, and a network that is switched off, are told as what they are."""
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "empty"))
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("UV_OFFLINE", "1")
    with pytest.raises(UsageError, match=r"^tiny==1 could not be fetched: the network is switched off"):
        installer.install(folder, "3.11.7", "tiny==1", ["tiny==1"])
    monkeypatch.delenv("UV_OFFLINE")
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    with pytest.raises(UsageError, match=r"^tiny==1 could not be fetched: the network says '.*refused"):
        installer.install(folder, "3.11.7", "tiny==1", ["tiny==1"])


def test_no_environment_of_what_is_no_python(tmp_path: Path):
    """Why there can't be an environment is told in uv's own words."""
    with pytest.raises(UsageError, match=r"^uv can't make an environment of /bin/false: "):
        installer.create("/bin/false", tmp_path / "environment")


def test_settings_around_us_do_not_matter(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A project's settings where we stand, and a virtual environment that is active, lead nowhere else."""
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "pyproject.toml").write_text('[tool.uv]\nconstraint-dependencies = ["tiny<1"]\n')
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path / "none"))
    monkeypatch.setenv("UV_CONSTRAINT", str(tmp_path / "none"))
    installer.install(folder, "3.11.7", "tiny", ["tiny==1.0"])
    assert installed_in(installer.python_of(folder)) == {"tiny": "1.0"}


def test_metadata_of_what_is_not_installed():
    """The package index says where a library's source is."""
    found = installer.metadata_of("tiny", sys.executable, "3.11.7")
    assert found.get_all("Project-URL") == ["Source, https://github.com/tiny/tiny/tree/main"]
    with pytest.raises(importlib.metadata.PackageNotFoundError):
        importlib.metadata.version("tiny")
