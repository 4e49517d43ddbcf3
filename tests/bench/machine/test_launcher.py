"""Each server starts, says that it is ready, and proves what runs."""

import importlib.metadata
import importlib.util
import socket
from pathlib import Path

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
