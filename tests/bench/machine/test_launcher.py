"""Each server starts, says that it is ready, and proves what runs."""

import importlib.metadata
import importlib.util
import re
import socket
import sys
from pathlib import Path

import msgspec
import pytest
from wsbench.machine.launcher import Server, Settings, contestant_file
from wsbench.machine.process import ChildError
from wsbench.values.catalogue import SERVERS, ServerSpec, read_spec

pytestmark = pytest.mark.usefixtures("nobody_left")

LOOPS = {"asyncio": "asyncio._UnixSelectorEventLoop", "uvloop": "uvloop.Loop"}
STARTS = [(name, loop) for name in SERVERS for loop in LOOPS if (name, loop) != ("tcp", "uvloop")]
COMPILED = {
    "tornado": "tornado.speedups",
    "websockets": "websockets.speedups",
    "aiohttp": "aiohttp._http_parser",
}


def spec_of(name: str, loop: str = "asyncio") -> ServerSpec:
    """Return a server's spec under its plain name."""
    return ServerSpec(name, name, loop)


@pytest.mark.parametrize(("name", "loop"), STARTS)
def test_every_server_starts_and_proves_itself(name: str, loop: str):
    """It listens on a free port by the time it is ready, and tells version, loop class and speed-ups."""
    with Server(spec_of(name, loop), Settings()) as server:
        assert server.port > 0
        socket.create_connection((server.host, server.port)).close()
        proof = server.proof
    library = SERVERS[name].library
    assert proof.version == (importlib.metadata.version(library) if library else "1")
    assert proof.python.startswith("CPython 3.")
    assert proof.loop == ("native" if name == "tcp" else LOOPS[loop])
    if name in COMPILED:
        assert (COMPILED[name] in proof.speedups) == bool(importlib.util.find_spec(COMPILED[name]))
    else:
        assert proof.speedups == ()


def test_code_tells_servers_apart_and_not_starts():
    """The same server has the same code at each start; another server or loop has another."""
    found = []
    for name, loop, seed in (("tornado", "asyncio", 1), ("tornado", "asyncio", 2), ("tornado", "uvloop", 1)):
        with Server(spec_of(name, loop), Settings(), {"PYTHONHASHSEED": str(seed)}) as server:
            assert server.proof.code == ""  # nobody asks on the way to a measurement
            found.append(server.identified().code)
    assert all(re.fullmatch("[0-9a-f]{16}", code) for code in found)
    assert found[0] == found[1] != found[2]


def test_another_interpreter_runs_it(tmp_path: Path):
    """A server is started by the interpreter its spec names."""
    other = tmp_path / "python"
    other.write_text(f'#!/bin/sh\necho "another one" >&2\nexec {sys.executable} "$@"\n')
    other.chmod(0o755)
    with Server(msgspec.structs.replace(spec_of("stdlib"), python=str(other)), Settings()) as server:
        assert server.proof.version == "1"
    assert server.tail == ("another one",)


def test_a_missing_interpreter_is_told_when_waited_for():
    """Starting does not raise; waiting does, in one line, and there is nobody to stop."""
    server = Server(msgspec.structs.replace(spec_of("stdlib"), python="/no/such/python"), Settings())
    with pytest.raises(ChildError) as caught:
        server.wait_ready()
    server.stop()
    assert str(caught.value) == "stdlib: can't start /no/such/python: No such file or directory"
    assert (server.pid, server.tail) == (None, ())


def test_a_delay_reaches_the_server():
    """Tornado's file names what is slowed down, the yardstick's does not; nobody is delayed by nothing."""
    with Server(msgspec.structs.replace(spec_of("tornado"), busy_ns=50_000), Settings()) as server:
        assert server.proof.version
    delayed = Server(msgspec.structs.replace(spec_of("stdlib"), busy_ns=50_000), Settings())
    with pytest.raises(ChildError, match="stdlib: LookupError: its file has no HANDLER"), delayed:
        pass


def test_two_servers_have_two_ports():
    """Port 0 is a free one each time, so any number start side by side."""
    with Server(spec_of("stdlib"), Settings()) as one, Server(spec_of("stdlib"), Settings()) as other:
        assert one.port != other.port
        assert one.pid != other.pid


def test_a_taken_port_is_one_line():
    """Somebody else's port is told with its address, in one line."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ChildError) as caught, Server(spec_of("stdlib"), Settings(port=port)):
            pass
    assert str(caught.value) == f"stdlib: can't listen on 127.0.0.1:{port}: Address already in use"


def test_a_missing_library_is_the_pip_line(broken: Path):
    """A server whose library is missing says what to install; its traceback is in the tail."""
    server = Server(read_spec(str(broken / "missing_library.py"))[0], Settings())
    with pytest.raises(ChildError) as caught:
        server.wait_ready()
    server.stop()
    assert (
        str(caught.value) == "missing_library: no_such_library is not installed: pip install no_such_library"
    )
    assert any("ModuleNotFoundError" in line for line in server.tail)


def test_a_missing_file_is_told():
    """A file that is not there is named."""
    gone = Server(read_spec("/no/such/gone.py")[0], Settings())
    with pytest.raises(ChildError, match=r"gone: FileNotFoundError: .*'/no/such/gone.py'"), gone:
        pass


def test_a_server_that_is_never_ready_is_told(tmp_path: Path):
    """Readiness is waited for with a bound."""
    path = tmp_path / "slow.py"
    path.write_text("LIBRARY = ''\nimport time\ndef serve(sock, ready, **_): time.sleep(600)")
    server = Server(read_spec(str(path))[0], Settings())
    with pytest.raises(ChildError, match=r"slow did not answer within 1 s"):
        server.wait_ready(1.0)
    server.stop()


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("ws://example.org/x/y", ("example.org", 80, "/x/y")),
        ("ws://127.0.0.1:81", ("127.0.0.1", 81, "/")),
        ("ws://[::1]:82/e", ("::1", 82, "/e")),
    ],
)
def test_a_url_starts_nothing(url: str, found: tuple[str, int, str]):
    """Where somebody else serves there is an address, and no process, proof or tail."""
    with Server(read_spec(url)[0], Settings()) as server:
        assert (server.host, server.port, server.path) == found
        assert (server.pid, server.tail, server.nodelay(), server.proof.version) == (None, (), {}, "")


@pytest.mark.parametrize("name", SERVERS)
def test_contestant_files_are_found_without_importing(name: str):
    """A word leads to its file in our folder, a file spec to itself."""
    assert contestant_file(spec_of(name)).endswith(f"servers/{SERVERS[name].module.rpartition('.')[2]}.py")
    assert contestant_file(read_spec("x=/somewhere/y.py")[0]) == "/somewhere/y.py"


@pytest.mark.parametrize(("equal", "heap"), [(True, "settled"), (False, "fresh")])
def test_the_equal_class_has_a_settled_heap(equal: bool, heap: str):
    """As shipped, a process is as it is after its start; the proof says which."""
    with Server(spec_of("stdlib", "asyncio"), Settings(equal=equal)) as server:
        assert server.proof.heap == heap
