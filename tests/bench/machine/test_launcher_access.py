"""How servers are reached: over TLS, where somebody else serves, and where a command does."""

import ssl
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import psutil
import pytest
from wsbench.machine.certificates import Certificates, make_certificates
from wsbench.machine.launcher import Server
from wsbench.machine.orders import Settings
from wsbench.machine.process import ChildError
from wsbench.targets.spec import Axes, ServerSpec
from wsbench.targets.spec_parser import read_spec
from wsbench.websocket.handshake import get

pytestmark = pytest.mark.usefixtures("nobody_left")

ECHO = """
import asyncio, os, sys
from wsbench.servers import stdlib_asyncio
from wsbench.standalone.server import listen
sock = listen("127.0.0.1", int(sys.argv[1]))
if "WORKERS" in os.environ:
    os.fork()
    os.fork()
asyncio.run(stdlib_asyncio.serve(sock, lambda *_: None, equal=True, limit=2**24))
"""


SIX = "__import__('socket').create_server(('::1', int(sys.argv[1])), family=10)"


def spec_of(name: str) -> ServerSpec:
    """Return a server's spec under its plain name."""
    return ServerSpec(name, name)


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


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("wss://example.org/x?y=z", ("example.org", 443, "/x?y=z")),
        ("wss://127.0.0.1:8443", ("127.0.0.1", 8443, "/")),
        ("ws://h?q", ("h", 80, "/?q")),
    ],
)
def test_a_url_says_where_everything_is(url: str, found: tuple[str, int, str]):
    """The ports of HTTP and HTTPS where it names none, and the query belongs to the path."""
    server = Server(read_spec(url)[0], Settings())
    assert (server.host, server.port, server.path) == found
    assert (server.tls is not None) == url.startswith("wss")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """Make certificates for all tests here."""
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.mark.parametrize("name", ["tornado", "aiohttp", "websockets"])
def test_a_server_over_tls_is_trusted_by_its_authority(made: Certificates, name: str):
    """Its clients have a context that trusts it; without TLS they have none."""
    (spec,) = read_spec(f"{name}@tls")
    with Server(spec, Settings(certificates=made)) as server:
        assert server.authority == made.authority
        assert isinstance(server.tls, ssl.SSLContext)
        response, body = get(server.host, server.port, "/", 5.0, tls=server.tls)
    assert (response.status, body) == (200, b"It Works!")


def test_without_tls_there_is_nobody_to_trust(made: Certificates):
    """Certificates of the run are for those who serve over TLS alone."""
    with Server(spec_of("stdlib"), Settings(certificates=made)) as server:
        assert (server.authority, server.tls) == ("", None)


def test_a_server_over_tls_without_a_certificate_is_told_when_waited_for():
    """Starting does not raise, and there is no process."""
    server = Server(read_spec("tornado@tls")[0], Settings())
    with pytest.raises(ChildError, match="tornado@tls: no certificate was made for it"):
        server.wait_ready()
    server.stop()
    assert (server.child, server.pid) == (None, None)


@pytest.mark.parametrize(("insecure", "mode"), [(False, ssl.CERT_REQUIRED), (True, ssl.CERT_NONE)])
def test_somebody_elses_server_is_trusted_as_the_user_says(made: Certificates, insecure: bool, mode: int):
    """By the authority of --ca, or blindly."""
    access = msgspec.structs.replace(Axes().access, ca=made.authority, insecure=insecure)
    server = Server(read_spec("wss://127.0.0.1:9/", Axes(access=access))[0], Settings())
    assert server.authority == made.authority
    assert server.tls
    assert server.tls.verify_mode == mode


def test_a_command_serves_where_it_was_told_to(tmp_path: Path, gone: Callable[[int], bool]):
    """The words are split as a shell would; it proves nothing of itself, and is asked for nothing of it."""
    path = tmp_path / "my server.py"
    path.write_text(ECHO)
    (spec,) = read_spec(f"mine=cmd:{sys.executable} '{path}' {{port}} {{host}}")
    with Server(spec, Settings()) as server:
        response, body = get(server.host, server.port, "/", 5)
        assert (response.status, body) == (200, b"It Works!")
        assert server.child
        assert server.pid == server.child.pid
        assert (server.proof.version, server.proof.loop, server.tls) == ("", "", None)
        assert (server.nodelay(), server.identified()) == ({}, server.proof)
        assert (server.path, server.processes) == ("/echo", 1)
        (one,) = psutil.Process(server.pid).children()
    deadline = time.monotonic() + 10
    while not gone(one.pid):  # it is not our child: the system ends it when it gets to it
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert server.processes == 1


def test_the_processes_of_a_command_are_counted(tmp_path: Path):
    """Those that share the work, as they are by now: two forks make four, two of which have children."""
    path = tmp_path / "it.py"
    path.write_text(ECHO)
    (spec,) = read_spec(f"mine=cmd:WORKERS=1 {sys.executable} {path} {{port}}")
    with Server(spec, Settings()) as server:
        deadline = time.monotonic() + 10
        while server.processes != 2 and time.monotonic() < deadline:
            time.sleep(0.01)
        assert server.processes == 2
    assert Server(read_spec("ws://h/")[0], Settings()).processes == 1


def test_a_command_may_serve_on_the_other_loopback(tmp_path: Path):
    """It is reached where it was found."""
    path = tmp_path / "it.py"
    path.write_text(ECHO.replace('listen("127.0.0.1", int(sys.argv[1]))', SIX))
    with Server(read_spec(f"mine=cmd:{sys.executable} {path} {{port}}")[0], Settings()) as server:
        assert server.host == "::1"
        assert get(server.host, server.port, "/", 5)[0].status == 200


def test_a_command_that_is_not_up_in_time_is_told(tmp_path: Path):
    """The time is that of the settings; the line says what came last."""
    path = tmp_path / "it.py"
    path.write_text("import time; time.sleep(600)")
    spec = read_spec(f"mine=cmd:{sys.executable} {path} {{port}}")[0]
    why = r"^mine: .* did not answer a WebSocket handshake on port \d+ within 0.2 s: connection refused$"
    with pytest.raises(ChildError, match=why), Server(spec, Settings(start_timeout=0.2)):
        pass


def test_a_command_that_can_not_be_started_is_told():
    """The line begins with its label, and names the program."""
    (spec,) = read_spec("mine=cmd:/no/such/program {port}")
    with (
        pytest.raises(ChildError, match=r"^mine: .*there is no program /no/such/program$"),
        Server(spec, Settings()),
    ):
        pass


def test_a_unix_socket_is_where_it_says():
    """Its path is the host, and what follows the colon is asked for."""
    server = Server(read_spec("ws+unix:///run/e.sock:/echo?x=%41")[0], Settings())
    assert (server.host, server.port, server.path) == ("/run/e.sock", 0, "/echo?x=%41")
    assert server.tls is None
