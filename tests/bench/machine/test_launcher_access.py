"""How servers are reached: over TLS, where somebody else serves, and where a command does."""

import socket
import ssl
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
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
import socket, sys
listener = socket.create_server((sys.argv[2], int(sys.argv[1])))
while True:
    connection, _ = listener.accept()
    connection.sendall(connection.recv(100))
"""


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
    """The words are split as a shell would; it proves nothing of itself, and is asked nothing."""
    path = tmp_path / "my server.py"
    path.write_text(ECHO)
    (spec,) = read_spec(f"mine=cmd:{sys.executable} -S '{path}' {{port}} {{host}}")
    with Server(spec, Settings()) as server:
        with socket.create_connection((server.host, server.port), 5) as sock:
            sock.sendall(b"hi")
            assert sock.recv(10) == b"hi"
        assert server.child
        assert server.pid not in {None, server.child.pid}
        assert (server.proof.version, server.proof.loop, server.tls) == ("", "", None)
        assert (server.nodelay(), server.identified()) == ({}, server.proof)
        assert server.path == "/echo"
        pid = server.pid
    deadline = time.monotonic() + 10
    while not gone(pid):  # it is not our child: the system ends it when it gets to it
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_command_that_can_not_be_started_is_told():
    """The line begins with its label, and names the program."""
    (spec,) = read_spec("mine=cmd:/no/such/program {port}")
    with (
        pytest.raises(ChildError, match=r"^mine: .*there is no program /no/such/program$"),
        Server(spec, Settings()),
    ):
        pass
