"""Each server starts, says that it is ready, and proves what runs."""

import importlib.metadata
import importlib.util
import re
import socket
import sys
from pathlib import Path

import msgspec
import psutil
import pytest
from children import HERE
from wsbench.environments.interpreters import version_of
from wsbench.machine.launcher import Server
from wsbench.machine.orders import Settings
from wsbench.machine.process import ChildError
from wsbench.targets.catalogue import FLOOR, SERVERS, YARDSTICK
from wsbench.targets.spec import ServerSpec
from wsbench.targets.spec_parser import read_spec

pytestmark = pytest.mark.usefixtures("nobody_left")

LOOPS = {"asyncio": "asyncio._UnixSelectorEventLoop", "uvloop": "uvloop.Loop"}
STARTS = [(word, loop) for word in HERE for loop in LOOPS if loop == "asyncio" or "loop" in SERVERS[word].can]
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
    """It listens on a free port by the time it is ready, and tells version and the loop it was asked for."""
    with Server(spec_of(name, loop), Settings()) as server:
        assert server.port > 0
        socket.create_connection((server.host, server.port)).close()
        assert server.pid
        assert psutil.pid_exists(server.pid)
        proof = server.proof
    library = SERVERS[name].library
    assert proof.version == (version_of(library) if library else "1")
    assert proof.python.startswith("CPython 3.")
    assert proof.loop
    assert proof.loop == LOOPS[loop] or "loop" not in SERVERS[name].can


@pytest.mark.parametrize("name", [*COMPILED, YARDSTICK, FLOOR])
def test_speedups_are_those_that_are_installed(name: str):
    """What is compiled shows where it is there; the bench's own servers have none."""
    with Server(spec_of(name), Settings()) as server:
        found = server.proof.speedups
    if name in COMPILED:
        assert (COMPILED[name] in found) == bool(importlib.util.find_spec(COMPILED[name]))
    else:
        assert found == ()


def test_code_tells_servers_apart_and_not_starts():
    """The same server has the same code at each start; another server or loop has another."""
    found = []
    for name, loop, seed in (("tornado", "asyncio", 1), ("tornado", "asyncio", 2), ("tornado", "uvloop", 1)):
        with Server(spec_of(name, loop), Settings(), {"PYTHONHASHSEED": str(seed)}) as server:
            assert (server.proof.code, server.proof.libraries) == ("", {})  # nobody asks before a measurement
            identified = server.identified()
            found.append(identified.code)
        assert identified.libraries["tornado"] == identified.version == importlib.metadata.version("tornado")
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


@pytest.mark.parametrize(("equal", "heap"), [(True, "settled"), (False, "fresh")])
def test_the_equal_class_has_a_settled_heap(equal: bool, heap: str):
    """As shipped, a process is as it is after its start; the proof says which."""
    with Server(spec_of("stdlib", "asyncio"), Settings(equal=equal)) as server:
        assert server.proof.heap == heap


def test_another_executable_comes_before_the_interpreter_that_was_asked_for(tmp_path: Path):
    """The one that was found or made runs it; `python` is only what the user wrote."""
    other = tmp_path / "python"
    other.write_text(f'#!/bin/sh\necho "the one" >&2\nexec {sys.executable} "$@"\n')
    other.chmod(0o755)
    spec = msgspec.structs.replace(spec_of("stdlib"), python="3.99", executable=str(other))
    with Server(spec, Settings()) as server:
        assert server.proof.version == "1"
    assert server.tail == ("the one",)


def written(folder: Path, body: str) -> ServerSpec:
    """Write a server's file called `own.py`, and return its spec on uvloop."""
    (folder / "own.py").write_text(f'LIBRARY, VERSION = "", "1"\n{body}')
    return read_spec(f"{folder / 'own.py'}@uvloop")[0]


@pytest.mark.parametrize(
    ("body", "runs"),
    [
        ("def serve(sock, ready, **_): ready(); sock.accept()", "native"),
        ("def serve(sock, ready, **_): ready('twisted.EPoll'); sock.accept()", "twisted.EPoll"),
    ],
)
def test_a_server_that_runs_on_another_loop_is_not_measured(tmp_path: Path, body: str, runs: str):
    """It was asked for uvloop and says what it runs on: the line names both."""
    with pytest.raises(ChildError) as caught, Server(written(tmp_path, body), Settings()):
        pass
    assert str(caught.value) == f"own@uvloop runs on {runs}, not on uvloop"


def test_a_file_runs_on_the_loop_that_it_is_asked_for(tmp_path: Path):
    """Any file with a coroutine for `serve` does."""
    body = "async def serve(sock, ready, **_):\n    ready()\n    import asyncio\n    await asyncio.sleep(600)"
    with Server(written(tmp_path, body), Settings()) as server:
        assert server.proof.loop == "uvloop.Loop"


def test_a_server_is_not_known_before_it_is_ready():
    """Until then there is a child, but nobody who serves."""
    server = Server(spec_of("stdlib"), Settings())
    assert server.child
    assert server.pid is None
    server.wait_ready()
    assert server.pid == server.child.pid
    server.stop()


def test_the_name_of_a_file_may_have_any_bytes(tmp_path: Path):
    """JSON can't say those that are no UTF-8, and nor can a result file: they become question marks."""
    file = tmp_path / "mine.py"
    file.write_text('raise ValueError("no \\udcff.pem")')
    with pytest.raises(ChildError, match=r"^mine: ValueError: no \?\.pem$"):
        Server(ServerSpec("mine", "", file=str(file)), Settings()).__enter__()


def test_a_file_that_says_things_twice_or_wrongly_is_one_row(tmp_path: Path):
    """It is ready twice, which nobody asks for; or what it declares can't be read, which names the file."""
    file = tmp_path / "mine.py"
    serve = "def serve(sock, ready, **_):\n    ready()\n    ready()\n    sock.accept()\n"
    code = f'LIBRARY, VERSION = "", "1"\n\n{serve}'
    file.write_text(code)
    with Server(ServerSpec("mine", "", file=str(file)), Settings()) as server:
        assert re.fullmatch("[0-9a-f]{16}", server.identified().code)
        assert server.nodelay() == {}
    file.write_text(f"DEVIATIONS = 3\n{code}")
    with pytest.raises(
        ChildError, match=r"^mine: TypeError: DEVIATIONS in mine.py must be a dict of texts, not 3$"
    ):
        Server(ServerSpec("mine", "", file=str(file)), Settings()).__enter__()
