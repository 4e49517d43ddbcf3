"""A library of nothing but its version, as wheel, source archive, project, repository and package index.

Its build backend is its own, so that building it needs no network.
"""

from __future__ import annotations

import contextlib
import functools
import http.server
import json
import subprocess
import tarfile
import tempfile
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

from wsbench.targets.catalogue import Contestant
from wsbench.targets.spec import ServerSpec

CONTESTANT = Contestant("tiny", "nowhere", "tiny", "nothing but a version")
AUTHOR = (
    "-c",
    "user.name=A",
    "-c",
    "user.email=a@b",
    "-c",
    "commit.gpgsign=false",
    "-c",
    "tag.gpgsign=false",
)
BACKEND = """
import os, zipfile

NAME, VERSION = {name!r}, {version!r}
INFO = f"{{NAME}}-{{VERSION}}.dist-info"

def build_wheel(out, config_settings=None, metadata_directory=None):
    wheel = f"{{NAME}}-{{VERSION}}-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(out, wheel), "w") as file:
        for name in os.listdir(NAME):
            if name.endswith(".py"):
                file.write(f"{{NAME}}/{{name}}")
        metadata = f"Metadata-Version: 2.1\\nName: {{NAME}}\\nVersion: {{VERSION}}\\n"
        file.writestr(f"{{INFO}}/METADATA", metadata)
        file.writestr(f"{{INFO}}/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        file.writestr(f"{{INFO}}/RECORD", "")
    open("built-here", "w").close()
    return wheel
"""


def spec(**changes: object) -> ServerSpec:
    """Return the spec of a server that needs the library."""
    return ServerSpec(**{"label": "tiny", "name": "tiny", **changes})  # type: ignore[arg-type]


def project(folder: Path, version: str = "1.0", name: str = "tiny") -> Path:
    """Write a project that builds itself, and return its folder."""
    (folder / name).mkdir(parents=True)
    (folder / name / "__init__.py").write_text("WORDS = 'as released'\n")
    (folder / "backend.py").write_text(BACKEND.format(name=name, version=version))
    (folder / "pyproject.toml").write_text(
        f'[project]\nname = "{name}"\nversion = "{version}"\n'
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    )
    return folder


def wheel(folder: Path, version: str, name: str = "tiny", tag: str = "py3-none-any", more: str = "") -> None:
    """Write a wheel into a folder; `more` are lines of its metadata."""
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(folder / f"{name}-{version}-{tag}.whl", "w") as file:
        file.writestr(f"{name}/__init__.py", f"VERSION = {version!r}\n")
        file.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{more}")
        file.writestr(f"{info}/WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n")
        file.writestr(f"{info}/RECORD", "")


def archive(folder: Path, version: str, name: str = "tiny") -> None:
    """Write a source archive into a folder."""
    with tempfile.TemporaryDirectory() as scratch:
        source = project(Path(scratch, "source"), version, name)
        (source / "PKG-INFO").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        with tarfile.open(folder / f"{name}-{version}.tar.gz", "w:gz") as file:
            file.add(source, arcname=f"{name}-{version}")


def _link(name: str) -> str:
    needs = ' data-requires-python="&gt;=3.99"' if name.startswith("tiny-4") else ""
    return f'<a href="{name}"{needs}>{name}</a><br>'


def index(folder: Path) -> str:
    """Write a package index of some distributions; return its address.

    tiny 1.0 and 2.0 are wheels, 3.0 is for another Python, 4.0 needs one that is not made yet; sourced 1.0
    has a source archive only, mixed 1.0 has one beside a wheel for another Python; needy 1.0 needs sourced.
    """
    for name in ("tiny", "sourced", "mixed", "needy"):
        (folder / name).mkdir(parents=True)
    wheel(folder / "tiny", "1.0", more="Project-URL: Source, https://github.com/tiny/tiny/tree/main\n")
    wheel(folder / "tiny", "2.0", more="Project-URL: Source, https://github.com/tiny/tiny/tree/main\n")
    wheel(folder / "tiny", "3.0", tag="cp39-cp39-manylinux2014_x86_64")
    wheel(folder / "tiny", "4.0", more="Requires-Python: >=3.99\n")
    archive(folder / "sourced", "1.0", "sourced")
    archive(folder / "mixed", "1.0", "mixed")
    wheel(folder / "mixed", "1.0", "mixed", tag="cp39-cp39-manylinux2014_x86_64")
    wheel(folder / "needy", "1.0", "needy", more="Requires-Dist: sourced\n")
    for name in folder.iterdir():
        links = "".join(_link(file.name) for file in sorted(name.iterdir()))
        (name / "index.html").write_text(f"<!DOCTYPE html><html><body>{links}</body></html>")
    return folder.as_uri()


UPLOADED = {
    "tiny-1.0": "2020-01-10",
    "tiny-2.0": "2022-01-01",
    "friend-1.0": "2020-01-05",
    "friend-1.5": "2020-02-08",
    "friend-2.0": "2022-01-01",
}
"""When the files of the dated index were uploaded."""


class _Dated(http.server.SimpleHTTPRequestHandler):
    """An index as PyPI is, with dates (PEP 691 and 700)."""

    def do_GET(self) -> None:
        """Answer with the page of a distribution, or with a file."""
        if self.path.endswith(".whl"):
            return super().do_GET()
        folder = Path(self.directory, self.path.strip("/"))
        files = [
            {
                "filename": file.name,
                "url": f"/{folder.name}/{file.name}",
                "hashes": {},
                "upload-time": f"{UPLOADED['-'.join(file.name.split('-')[:2])]}T12:00:00Z",
            }
            for file in sorted(folder.glob("*.whl"))
        ]
        page = json.dumps({"meta": {"api-version": "1.1"}, "name": folder.name, "files": files}).encode()
        self.send_response(200 if files else 404)
        self.send_header("Content-Type", "application/vnd.pypi.simple.v1+json")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)
        return None

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


@contextlib.contextmanager
def dated_index(folder: Path) -> Iterator[str]:
    """Serve an index that tells dates, of tiny and friend; yield its address."""
    for file in UPLOADED:
        name, _, version = file.partition("-")
        (folder / name).mkdir(parents=True, exist_ok=True)
        wheel(folder / name, version, name)
    handler = functools.partial(_Dated, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def git(folder: Path, *words: str) -> str:
    """Run git in a folder and return what it prints."""
    done = subprocess.run(
        ["git", *AUTHOR, "-C", str(folder), *words], check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def repository(folder: Path) -> Path:
    """Write a repository of two commits, `v1.0` (an annotated tag) and `main`, and return its folder."""
    project(folder)
    git(folder.parent, "init", "--quiet", "--initial-branch=main", str(folder))
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message=one")
    git(folder, "tag", "--annotate", "--message=one", "v1.0")
    (folder / "tiny" / "__init__.py").write_text("WORDS = 'as of today'\n")
    git(folder, "commit", "--quiet", "--all", "--message=two")
    return folder
