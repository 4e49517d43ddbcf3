"""The entry point of server processes: a plain file that needs nothing of ours."""

import hashlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from wsbench.machine import child
from wsbench.machine.launcher import CHILD, start_child
from wsbench.machine.process import ChildError

pytestmark = pytest.mark.usefixtures("nobody_left")

SERVER = '''
"""A server."""
import os, socket, sys
LIBRARY = ""
VERSION = "9"
SPEEDUPS = ("_json",)
DEVIATIONS = {"ping": "does not"}

def serve(sock, ready, *, equal, limit):
    """Serve nothing."""
    import _json
    print("on stdout", equal, limit)
    os.write(1, b"on descriptor 1\\n")
    print("modules", sorted(name for name in sys.modules if name.partition(".")[0] == "wsbench"))
    print("path", sys.path[0])
    ready()
    import time
    time.sleep(600)
'''


def order_of(path: Path, **changes: object) -> dict[str, object]:
    """Return an order to serve a file."""
    order = {"role": "serve", "file": str(path), "loop": "asyncio", "equal": True, "limit": 7}
    return {**order, "host": "127.0.0.1", "port": 0, "core": None, **changes}


@pytest.fixture
def server(tmp_path: Path) -> Path:
    """Write a server file."""
    path = tmp_path / "nothing.py"
    path.write_text(SERVER)
    return path


def test_it_needs_nothing_of_ours(server: Path, tmp_path: Path):
    """A copy of the file alone runs in an isolated interpreter; it imports nothing of wsbench."""
    copy = tmp_path / "elsewhere.py"
    copy.write_text(CHILD.read_text())
    process = subprocess.Popen(
        [sys.executable, "-I", "-S", str(copy), json.dumps(order_of(server))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    with process:
        message = json.loads(process.stdout.readline())
        process.stdin.close()
        printed = process.stderr.read().decode().splitlines()
    assert (message["event"], message["pid"]) == ("ready", process.pid)
    assert "modules []" in printed


def test_the_end_of_its_input_ends_it(server: Path):
    """Without any signal of ours, the closed pipe alone takes its whole group down."""
    one = start_child("it", order_of(server))
    one.hear(20)
    one.close()
    assert one.process.wait(20) == -signal.SIGKILL
    one.stop()


def test_what_a_contestant_prints_is_no_message(server: Path):
    """Print and descriptor 1 end on standard error, never between our JSON lines."""
    one = start_child("it", order_of(server, equal=False))
    message = one.hear(20)
    one.stop()
    assert {"on stdout False 7", "on descriptor 1"} <= set(one.tail)
    assert (message["version"], message["loop"], message["deviations"]) == (
        "9",
        "native",
        {"ping": "does not"},
    )


def test_compiled_modules_are_the_loaded_ones(server: Path):
    """Speed-ups are extension modules of the named packages that were really loaded."""
    one = start_child("it", order_of(server))
    found = one.hear(20)["speedups"]
    one.stop()
    module = sys.modules.get("_json") or __import__("_json")
    assert found == (["_json"] if getattr(module, "__file__", None) else [])
    assert child.compiled_modules(("msgspec",)) == ["msgspec._core"]
    assert child.compiled_modules(("json", "wsbench")) == []


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="pinning is Linux's")
def test_it_stays_on_its_core(server: Path):
    """Pinned means pinned, from the first thread on."""
    core = max(os.sched_getaffinity(0))
    one = start_child("it", order_of(server, core=core))
    pid = one.hear(20)["pid"]
    found = {tuple(os.sched_getaffinity(thread.id)) for thread in psutil.Process(pid).threads()}
    one.stop()
    assert found == {(core,)}


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("import no_such.thing", "no_such is not installed: pip install no_such"),
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("raise ValueError('one\\ntwo')", "ValueError: one"),
        ("def", "SyntaxError: invalid syntax (nothing.py, line 1)"),
        (
            "LIBRARY = 'no-such-dist'\ndef serve(sock, ready, **_): ready()",
            "no-such-dist is not installed: pip install no-such-dist",
        ),
    ],
)
def test_why_it_can_not_serve_is_one_line(server: Path, code: str, reason: str):
    """Whatever a file does wrong is one line for the user, and the end of a traceback in the tail."""
    server.write_text(code)
    one = start_child("it", order_of(server))
    with pytest.raises(ChildError) as caught:
        one.hear(20)
    one.process.wait()
    one.stop()
    assert str(caught.value).startswith(f"it: {reason}")
    assert "\n" not in str(caught.value)
    assert one.process.returncode == 1
    assert any(line.startswith("  File ") for line in one.tail)


def test_a_server_that_returns_has_ended(server: Path):
    """A file whose `serve` comes back is an ended child, not a silent one."""
    server.write_text("LIBRARY = ''\ndef serve(sock, ready, **_): pass")
    one = start_child("it", order_of(server))
    with pytest.raises(ChildError, match="it exited with code 0"):
        one.hear(20)
    one.stop()


CONTESTANT = """
import helper
LIBRARY, VERSION, HANDLER = "", "1", "{handler}"

def on_message(message):
    return message

def serve(sock, ready, **_):
    import late
    print("handler", hasattr(on_message, "__wrapped__"))
    ready()
    sock.accept()
"""
FILES = {
    "contestant.py": CONTESTANT.format(handler="on_message"),
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


def message_of(
    folder: Path, files: dict[str, str] = FILES, server: str = "contestant.py", **changes: object
) -> dict[str, object]:
    """Write a server and what it imports into a folder, start it, and return what it says of itself."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    order = order_of(folder / server, **changes)
    one = start_child("it", order, {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"})
    try:
        message = {**one.hear(20), "code": one.ask("code", 20)["code"]}
    finally:
        one.stop()
    return {**message, "tail": one.tail}  # which is all there only now


def test_code_is_names_and_contents_of_what_was_loaded(tmp_path: Path):
    """The digest covers the contestant and all it has loaded by then; not the standard library."""
    whole = hashlib.sha256()
    for name, file in COUNTED:
        whole.update(name.encode() + b"\0" + hashlib.sha256(FILES[file].encode()).digest())
    assert message_of(tmp_path)["code"] == whole.hexdigest()[:16]


def test_code_is_the_same_elsewhere(tmp_path: Path):
    """Neither the place, nor the time, nor an editable install's finder, nor what is not loaded counts.

    Nor does what the contestant's own file is called.
    """
    one = message_of(tmp_path / "one")["code"]
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


@pytest.mark.parametrize(
    ("changes", "wrapped"), [({}, False), ({"busy_ns": 0}, False), ({"busy_ns": 9_000}, True)]
)
def test_a_delay_is_put_before_the_handler(tmp_path: Path, changes: dict[str, object], wrapped: bool):
    """Where one is asked for, and only there, the named handler is replaced; the code is no other."""
    message = message_of(tmp_path, **changes)
    assert f"handler {wrapped}" in message["tail"]
    assert message["code"] == message_of(tmp_path)["code"]


def test_no_handler_no_delay(tmp_path: Path):
    """A contestant that names no handler can't be slowed down, and says so in one line."""
    with pytest.raises(ChildError) as caught:
        message_of(tmp_path, {**FILES, "contestant.py": CONTESTANT.format(handler="")}, busy_ns=9_000)
    assert str(caught.value) == (
        "it: LookupError: its file has no HANDLER: the name of what is called with every message"
    )


def test_asking_for_nodelay_leaks_nothing():
    """The question opens no descriptor that stays."""
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(3):
        child.nodelay_of_connections()
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_listening_names_its_protocol():
    """The socket says TCP, or asyncio would leave Nagle's algorithm on; a taken port is told."""
    with child.listen("127.0.0.1", 0) as sock:
        assert sock.proto == 6
        port = sock.getsockname()[1]
        with pytest.raises(OSError, match=f"can't listen on 127.0.0.1:{port}: Address already in use"):
            child.listen("127.0.0.1", port)
