"""The entry point of server processes: a plain file that needs nothing of ours."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from children import message_of, order_of
from wsbench.machine.certificates import make_certificates
from wsbench.machine.orders import CHILD, start_child
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


@pytest.fixture
def server(tmp_path: Path) -> Path:
    """Write a server file."""
    path = tmp_path / "nothing.py"
    path.write_text(SERVER)
    return path


def test_it_needs_nothing_of_ours(server: Path, tmp_path: Path):
    """Copies of the plain files alone run in an isolated interpreter; they import nothing of wsbench."""
    copy = tmp_path / "elsewhere" / "server.py"
    copy.parent.mkdir()
    for name in ("server.py", "child.py", "descendants.py", "open_files.py", "identity.py"):
        shutil.copy(CHILD.with_name(name), copy.parent)
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


def test_speedups_are_those_that_are_loaded(server: Path):
    """Besides its library a file may name others; those in use are told with the readiness."""
    one = start_child("it", order_of(server))
    found = one.hear(20)["speedups"]
    one.stop()
    module = sys.modules.get("_json") or __import__("_json")
    assert found == (["_json"] if getattr(module, "__file__", None) else [])


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
LIBRARY, VERSION, HANDLER = "", "1", "{handler}"

def on_message(message):
    return message

def serve(sock, ready, **_):
    print("handler", hasattr(on_message, "__wrapped__"))
    ready()
    sock.accept()
"""
DELAYED = {"contestant.py": CONTESTANT.format(handler="on_message")}


@pytest.mark.parametrize(
    ("changes", "wrapped"), [({}, False), ({"busy_ns": 0}, False), ({"busy_ns": 9_000}, True)]
)
def test_a_delay_is_put_before_the_handler(tmp_path: Path, changes: dict[str, object], wrapped: bool):
    """Where one is asked for, and only there, the named handler is replaced; the code is no other."""
    message = message_of(tmp_path, DELAYED, **changes)
    assert f"handler {wrapped}" in message["tail"]
    assert message["code"] == message_of(tmp_path, DELAYED)["code"]


def test_no_handler_no_delay(tmp_path: Path):
    """A contestant that names no handler can't be slowed down, and says so in one line."""
    with pytest.raises(ChildError) as caught:
        message_of(tmp_path, {"contestant.py": CONTESTANT.format(handler="")}, busy_ns=9_000)
    assert str(caught.value) == (
        "it: LookupError: its file has no HANDLER: the name of what is called with every message"
    )


NEIGHBOURS = """
import beside
from .beside import LIBRARY
from . import behind
import json
import colorsys
VERSION = beside.VERSION + behind.WHERE

def serve(sock, ready, **_):
    from .late import word
    print(word(), json.__name__, beside is not behind)
    ready()
    sock.accept()
"""


def test_a_server_finds_its_neighbours(tmp_path: Path):
    """Files beside it are imported by either form of import, late ones too; others come first."""
    files = {
        "own/contestant.py": NEIGHBOURS,
        "own/beside.py": 'LIBRARY, VERSION = "", "beside"',
        "own/behind.py": "from .beside import VERSION\nWHERE = f' and {VERSION}'",
        "own/late.py": "def word(): return 'late'",
        "own/colorsys.py": "raise AssertionError",
    }
    message = message_of(tmp_path, files, "own/contestant.py")
    assert message["version"] == "beside and beside"
    assert "late json True" in message["tail"]


def test_a_neighbour_that_is_not_there_is_told(tmp_path: Path):
    """Like any module that is missing."""
    with pytest.raises(ChildError, match=r"^it: .*is not installed"):
        message_of(tmp_path, {"contestant.py": "import gone_beside"})
    with pytest.raises(ChildError, match=r"^it: there is no gone\.py beside it$"):
        message_of(tmp_path, {"contestant.py": "from .gone import x"})


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"certificate": ["chain", "key"]}, "it can't serve over TLS: its serve() has no parameter tls"),
        ({"deflate": True}, "it has no permessage-deflate: its serve() has no parameter deflate"),
    ],
)
def test_a_file_that_can_not_do_it_is_refused(
    server: Path, tmp_path: Path, changes: dict[str, object], line: str
):
    """Nobody is measured plainly where TLS or deflate was asked for; one line says what its file lacks."""
    made = make_certificates(tmp_path)
    asked = {"certificate": [made.chain, made.key]} if "certificate" in changes else changes
    one = start_child("it", order_of(server, **asked))
    with pytest.raises(ChildError) as caught:
        one.hear(20)
    one.stop()
    assert str(caught.value) == f"it: {line}"


def test_an_unknown_loop_is_told(server: Path):
    """A loop's distribution that is not installed says how to get it."""
    server.write_text("LIBRARY = ''\nasync def serve(sock, ready, **_): ready()")
    one = start_child("it", order_of(server, loop="no_such_loop"))
    with pytest.raises(ChildError, match="it: no_such_loop is not installed: pip install no_such_loop"):
        one.hear(20)
    one.stop()
