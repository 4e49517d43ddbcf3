"""What a process says of itself: the code that it loaded, versions, speed-ups, options of its sockets."""

import hashlib
import importlib.metadata
import os
import platform
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from children import message_of
from wsbench.standalone import identity

pytestmark = pytest.mark.usefixtures("nobody_left")

CONTESTANT = """
import helper
LIBRARY, VERSION = "", "1"

def serve(sock, ready, **_):
    import late
    ready()
    sock.accept()
"""
FILES = {
    "contestant.py": CONTESTANT,
    "helper/__init__.py": "import colorsys, multiprocessing, __editable___x_finder\nfrom . import inside",
    "helper/inside.py": "x = 1",
    "late.py": "y = 2",
    "__editable___x_finder.py": "MAPPING = {}",
}
COUNTED = (
    ("helper", "helper/__init__.py"),
    ("helper.inside", "helper/inside.py"),
    ("late", "late.py"),
    ("", "contestant.py"),
)


def module_of(**names: object) -> ModuleType:
    """Return a contestant with these names in it."""
    module = ModuleType("contestant")
    vars(module).update(names)
    return module


def test_code_is_names_and_contents_of_what_was_loaded(tmp_path: Path):
    """The digest covers the contestant and all it has loaded by then; not the standard library."""
    whole = hashlib.sha256()
    for name, file in COUNTED:
        whole.update(name.encode() + b"\0" + hashlib.sha256(FILES[file].encode()).digest())
    assert message_of(tmp_path, FILES)["code"] == whole.hexdigest()[:16]


def test_code_is_the_same_elsewhere(tmp_path: Path):
    """Neither the place, nor the time, nor an editable install's finder, nor what is not loaded counts.

    Nor does what the contestant's own file is called.
    """
    one = message_of(tmp_path / "one", FILES)["code"]
    changed = {"__editable___x_finder.py": "MAPPING = {'x': '/there'}", "helper/unused.py": "z = 3"}
    other = tmp_path / "other"
    message_of(other, {**FILES, **changed, "mine.py": FILES["contestant.py"]})
    for path in other.rglob("*.py"):
        os.utime(path, (1, 1))
    assert message_of(other, {}, "mine.py")["code"] == one


def test_code_sees_every_edited_line(tmp_path: Path):
    """A line more in the contestant, its library, what that imports, or what comes late is another code."""
    found = {
        message_of(tmp_path, {**FILES, file: f"{FILES.get(file, '')}\n# edited"})["code"]
        for file in ("unused.py", *(file for _, file in COUNTED))
    }
    assert len(found) == 1 + len(COUNTED)


def test_code_is_unknown_where_a_file_is_gone(tmp_path: Path):
    """What can't be read can't be the same."""
    vanishing = "import pathlib\npathlib.Path(__file__).unlink()"
    assert message_of(tmp_path, {**FILES, "late.py": vanishing})["code"] == ""


def test_neighbours_count_and_our_own_tools_do_not(tmp_path: Path):
    """What a server's file imports from beside it is its code; child.py and its tools are the bench's."""
    files = {
        "contestant.py": "from .beside import LIBRARY, VERSION, serve",
        "beside.py": CONTESTANT.replace("import helper", "").replace("import late", ""),
    }
    found = [
        message_of(tmp_path, files)["code"],
        message_of(tmp_path, files, busy_ns=0)["code"],
        message_of(tmp_path, {**files, "beside.py": f"{files['beside.py']}\n# edited"})["code"],
    ]
    assert all(re.fullmatch("[0-9a-f]{16}", str(code)) for code in found)
    assert found[0] == found[1] != found[2]


@pytest.fixture
def distribution(tmp_path: Path) -> Path:
    """Make a folder with an installed distribution of three packages; return it."""
    site = tmp_path / "site"
    (site / "my_dist-1.2.dist-info").mkdir(parents=True)
    (site / "my_dist-1.2.dist-info" / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: my-dist\nVersion: 1.2"
    )
    (site / "my_dist-1.2.dist-info" / "top_level.txt").write_text("loaded_one\nother_one\n")
    for name in ("loaded_one", "other_one"):
        (site / name).mkdir()
        (site / name / "__init__.py").write_text("")
    return site


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("import loaded_one", {"my-dist": "1.2"}),
        ("import loaded_one, other_one", {"my-dist": "1.2"}),
        ("import json", {}),
    ],
)
def test_libraries_are_those_of_which_something_was_loaded(
    distribution: Path, line: str, found: dict[str, str]
):
    """What is installed and not loaded is none of them, and each is named once, with its version."""
    places = [str(distribution), str(Path(identity.__file__).parent)]
    code = f"import sys\nsys.path[:0] = {places}\n{line}\nimport identity\nprint(identity.libraries([]))"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == repr(found)


def test_libraries_here_are_what_runs_this_test():
    """Each is a distribution that is installed here in that version."""
    found = identity.libraries([])
    assert {"pytest", "msgspec"} <= set(found)
    assert all(importlib.metadata.version(name) == version for name, version in found.items())


def test_a_server_tells_its_libraries_with_its_code(tmp_path: Path):
    """What its file imports is among them, what is only installed is not."""
    contestant = CONTESTANT.replace("import helper", "import msgspec").replace("import late", "")
    found = message_of(tmp_path, {"contestant.py": contestant})["libraries"]
    assert found["msgspec"] == importlib.metadata.version("msgspec")
    assert not {"tornado", "numpy", "pytest"} & set(found)


@pytest.mark.parametrize(
    ("names", "version"),
    [
        ({"LIBRARY": "", "VERSION": "9"}, "9"),
        ({"LIBRARY": "tornado", "VERSION": "9"}, "9"),
        ({"LIBRARY": "msgspec"}, importlib.metadata.version("msgspec")),
        ({"LIBRARY": ""}, platform.python_version()),
    ],
)
def test_the_version_is_its_own_or_its_librarys_or_pythons(names: dict[str, str], version: str):
    """In this order."""
    assert identity.version_of(module_of(**names)) == version


def test_a_library_that_is_not_installed_is_an_error():
    """There is no version of it, and the parent is told why."""
    with pytest.raises(ModuleNotFoundError, match="no-such-dist"):
        identity.version_of(module_of(LIBRARY="no-such-dist"))


def test_compiled_modules_are_the_loaded_ones():
    """Speed-ups are extension modules of the named packages that were really loaded."""
    assert identity.compiled_modules(("msgspec",)) == ["msgspec._core"]
    assert identity.compiled_modules(("json", "wsbench")) == []
    assert identity.compiled_modules(()) == []


def test_a_proof_says_what_runs():
    """Version, Python, loop, declared deviations, and speed-ups of the library and of what it names."""
    module = module_of(LIBRARY="msgspec", SPEEDUPS=("numpy",), DEVIATIONS={"ping": "does not"}, VERSION="1")
    found = identity.proof(module, "uvloop.Loop")
    assert found["python"] == f"{platform.python_implementation()} {platform.python_version()}"
    assert {key: found[key] for key in ("version", "loop", "deviations")} == {
        "version": "1",
        "loop": "uvloop.Loop",
        "deviations": {"ping": "does not"},
    }
    assert "msgspec._core" in found["speedups"]
    assert {name.partition(".")[0] for name in found["speedups"]} <= {"msgspec", "numpy"}
    assert identity.proof(module_of(LIBRARY="", VERSION="1"), "native")["deviations"] == {}


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Return both ends of a TCP connection over loopback: who accepted, who connected."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        outer = socket.create_connection(listener.getsockname())
        inner, _ = listener.accept()
    with inner, outer:
        yield inner, outer


LINUX = pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")


@LINUX
@pytest.mark.parametrize("on", [True, False])
def test_nodelay_is_told_by_the_port_of_the_peer(pair: tuple[socket.socket, socket.socket], on: bool):
    """Each connection is found with its own setting."""
    inner, outer = pair
    inner.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, on)
    outer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, not on)
    found = identity.nodelay_of_connections()
    assert found[str(outer.getsockname()[1])] is on
    assert found[str(inner.getsockname()[1])] is (not on)


@LINUX
def test_what_is_no_connection_is_left_out():
    """Pipes, UNIX sockets and a listening socket are no TCP connection."""
    before = identity.nodelay_of_connections()
    reader, writer = os.pipe()
    ends = socket.socketpair()
    with socket.create_server(("127.0.0.1", 0)):
        assert identity.nodelay_of_connections() == before
    for end in ends:
        end.close()
    os.close(reader)
    os.close(writer)


@LINUX
def test_asking_for_nodelay_leaks_nothing(pair: tuple[socket.socket, socket.socket]):
    """The question opens no descriptor that stays, and closes none of others."""
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(3):
        identity.nodelay_of_connections()
    assert len(list(Path("/proc/self/fd").iterdir())) == before
    pair[0].sendall(b"x")
    assert pair[1].recv(1) == b"x"


def test_it_needs_nothing_of_ours():
    """It runs where wsbench is not installed."""
    code = f"import runpy, sys; runpy.run_path({identity.__file__!r}); assert 'wsbench' not in sys.modules"
    subprocess.run([sys.executable, "-I", "-S", "-c", code], check=True)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("LIBRARY", 5, "a text, not 5"),
        ("VERSION", ("1", "2"), "a text, not ('1', '2')"),
        ("DEVIATIONS", ["no ping"], "a dict of texts, not ['no ping']"),
        ("DEVIATIONS", {"ping": 1}, "a dict of texts, not {'ping': 1}"),
        ("SPEEDUPS", "speedups", "a tuple of texts, not 'speedups'"),
    ],
)
def test_nonsense_in_a_file_is_named(name: str, value: object, words: str):
    """The file and the name in it: whoever wrote it finds the line."""
    module = module_of(**{"LIBRARY": "", "VERSION": "1", name: value, "__file__": "/somewhere/mine.py"})
    with pytest.raises(TypeError) as caught:
        identity.proof(module, "native")
    assert str(caught.value) == f"{name} in mine.py must be {words}"


def test_versions_of_what_was_named_and_loaded(monkeypatch: pytest.MonkeyPatch):
    """What is not installed, and what nothing was loaded of, is left out."""
    names = ["psutil", "no-such-dist"]
    assert identity.versions_of(names) == {"psutil": importlib.metadata.version("psutil")}
    monkeypatch.delitem(sys.modules, "psutil")
    assert identity.versions_of(names) == {}
