"""A checkout is its files: which they are, what they hold, and a copy of them."""

import os
import shutil
from pathlib import Path

import pytest
import tiny
from wsbench.environments import checkouts
from wsbench.errors import UsageError


def digest(folder: Path) -> str:
    """Return the digest of a checkout as it is now."""
    return checkouts.digest_of(folder, checkouts.files_of(folder))


@pytest.fixture(params=["git", "no git"])
def checkout(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Return a checkout of tiny, with its repository and without."""
    folder = tiny.repository(tmp_path / "tiny")
    if request.param == "no git":
        shutil.rmtree(folder / ".git")
    return folder


def test_an_edit_is_another_checkout(checkout: Path):
    """Contents, new files, names and missing files change the digest; coming back restores it."""
    before = digest(checkout)
    module = checkout / "tiny" / "__init__.py"
    module.write_text("WORDS = 'edited'\n")
    edited = digest(checkout)
    module.write_text("WORDS = 'as of today'\n")
    assert digest(checkout) == before
    (checkout / "tiny" / "more.py").touch()
    added = digest(checkout)
    (checkout / "tiny" / "more.py").rename(checkout / "tiny" / "other.py")
    renamed = digest(checkout)
    (checkout / "tiny" / "other.py").unlink()
    module.unlink()
    assert len({before, edited, added, renamed, digest(checkout)}) == 5


def test_place_time_and_caches_do_not_count(checkout: Path, tmp_path: Path):
    """A copy elsewhere has the same digest, and so has a checkout in which work was done."""
    before = digest(checkout)
    for name in ("tiny/__pycache__/x", ".venv/x", ".git/x", "env/pyvenv.cfg", "env/bin/x", ".tox/x"):
        (checkout / name).parent.mkdir(parents=True, exist_ok=True)
        (checkout / name).touch()
    os.utime(checkout / "backend.py", (0, 0))
    assert digest(checkout) == before
    assert digest(shutil.copytree(checkout, tmp_path / "elsewhere")) == before


def test_what_building_leaves_does_not_count(tmp_path: Path):
    """Without git to tell, the folders are known in which builders put what they make."""
    folder = tiny.project(tmp_path / "tiny")
    before = digest(folder)
    for name in ("build/x.py", "dist/x.whl", "tiny.egg-info/PKG-INFO"):
        (folder / name).parent.mkdir()
        (folder / name).touch()
    assert digest(folder) == before
    (folder / "tiny" / "build").mkdir()
    (folder / "tiny" / "build" / "x.py").touch()
    assert digest(folder) != before


def test_what_git_ignores_is_no_part(tmp_path: Path):
    """Ignored files don't count, tracked ones do under any name, as do new ones that nobody ignores."""
    folder = tiny.repository(tmp_path / "tiny")
    (folder / "build").mkdir()
    (folder / "build" / "kept.py").touch()
    (folder / ".gitignore").write_text("*.log\n")
    tiny.git(folder, "add", ".")
    (folder / "new file.py").touch()
    (folder / "x.log").touch()
    assert checkouts.files_of(folder) == [
        ".gitignore",
        "backend.py",
        "build/kept.py",
        "new file.py",
        "pyproject.toml",
        "tiny/__init__.py",
    ]


def test_an_ignored_folder_is_a_checkout_all_the_same(tmp_path: Path):
    """Where the repository around it knows nothing of a folder, all its files are taken."""
    tiny.repository(tmp_path)
    (tmp_path / ".gitignore").write_text("scratch\n")
    assert "tiny/__init__.py" in checkouts.files_of(tiny.project(tmp_path / "scratch" / "tiny"))


def test_submodules_are_part(tmp_path: Path):
    """The files of a repository within a repository count."""
    folder = tiny.repository(tmp_path / "tiny")
    tiny.repository(tmp_path / "vendored")
    tiny.git(
        folder, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(tmp_path / "vendored")
    )
    assert "vendored/tiny/__init__.py" in checkouts.files_of(folder)
    before = digest(folder)
    (folder / "vendored" / "tiny" / "__init__.py").write_text("")
    assert digest(folder) != before


def test_links_and_what_is_no_file(checkout: Path, tmp_path: Path):
    """A link counts as where it leads, even to nowhere; a pipe is passed over instead of waited for."""
    (checkout / "link").symlink_to("nowhere")
    before = digest(checkout)
    (checkout / "link").unlink()
    (checkout / "link").symlink_to("elsewhere")
    assert digest(checkout) != before
    os.mkfifo(checkout / "pipe")
    assert "pipe" not in checkouts.files_of(checkout)
    assert checkouts.copy(checkout, tmp_path / "copy") == digest(checkout)
    assert (tmp_path / "copy" / "link").readlink() == Path("elsewhere")


def test_a_copy_is_what_is_there_now(checkout: Path, tmp_path: Path):
    """It has what is not committed and not what is left over, and tells the digest of what it has."""
    (checkout / "tiny" / "new.py").write_text("NEW = 1\n")
    (checkout / "tiny" / "__pycache__").mkdir()
    assert checkouts.copy(checkout, tmp_path / "copy") == digest(checkout)
    assert (tmp_path / "copy" / "tiny" / "new.py").read_text() == "NEW = 1\n"
    assert not (tmp_path / "copy" / "tiny" / "__pycache__").exists()


def test_a_copy_has_the_history(tmp_path: Path):
    """Projects that take their version from tags find them in the copy, with just our edits on top."""
    folder = tiny.repository(tmp_path / "tiny")
    (folder / "tiny" / "__init__.py").write_text("WORDS = 'edited'\n")
    checkouts.copy(folder, tmp_path / "copy")
    assert tiny.git(tmp_path / "copy", "describe").startswith("v1.0-1-g")
    assert tiny.git(tmp_path / "copy", "status", "--porcelain") == "M tiny/__init__.py"
    assert tiny.git(folder, "status", "--porcelain") == "M tiny/__init__.py"


@pytest.mark.parametrize(
    ("file", "text", "name"),
    [
        ("pyproject.toml", '[project]\nname = "Tiny_Thing"\n', "Tiny_Thing"),
        ("pyproject.toml", '[tool.poetry]\nname = "tiny"\n', "tiny"),
        ("pyproject.toml", "[build-system]\nrequires = []\n", ""),
        ("setup.cfg", "[metadata]\nname = tiny\nversion = %d\n", "tiny"),
        ("setup.cfg", "no section\n", ""),
        ("setup.py", "setup(name='tiny')\n", ""),
    ],
)
def test_whose_checkout_it_is(tmp_path: Path, file: str, text: str, name: str):
    """The name is read where it is declared, and left open where only building tells."""
    (tmp_path / file).write_text(text)
    assert checkouts.project_in(tmp_path) == name


def test_a_folder_is_a_checkout_of_the_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A relative path is fine; no folder, no project, another project and broken files are one line."""
    project = tiny.project(tmp_path / "here")
    monkeypatch.chdir(tmp_path)
    assert checkouts.folder_of("path:here", "Tiny") == project
    (tmp_path / "empty").mkdir()
    for source, library, message in (
        ("path:none", "tiny", f"tiny@path:none: there is no folder {tmp_path / 'none'}"),
        ("path:here", "huge", f"huge@path:here: {project} is a checkout of tiny"),
        (
            "path:empty",
            "tiny",
            f"{tmp_path / 'empty'} is no Python project: it has no pyproject.toml, setup.cfg",
        ),
    ):
        with pytest.raises(UsageError) as caught:
            checkouts.folder_of(source, library)
        assert str(caught.value).startswith(message)
    (project / "pyproject.toml").write_text("[")
    with pytest.raises(UsageError, match=f"^{project}/pyproject.toml can't be read: "):
        checkouts.folder_of("path:here", "tiny")
