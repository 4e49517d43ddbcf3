"""What a driver makes of TLS, deflate, headers and the like: the client's options, and cells that work."""

import ssl
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import msgspec
import pytest
from wsbench.demand.workload import Workload
from wsbench.driver.main import Driver
from wsbench.driver.messages import CloseAll, Done, Exchange, Open, Opened, Problem
from wsbench.driver.orders import CellOrder, DriverOrder
from wsbench.machine.certificates import Certificates, make_certificates
from wsbench.machine.launcher import Server
from wsbench.machine.orders import Settings
from wsbench.machine.process import Child
from wsbench.records.slices import Slice
from wsbench.runner.drivers import ask, start_driver
from wsbench.targets.catalogue import CLIENTS
from wsbench.targets.reply import Reply
from wsbench.targets.spec import Access
from wsbench.targets.spec_parser import read_spec
from wsbench.websocket.http_messages import HandshakeError

pytestmark = pytest.mark.usefixtures("nobody_left")


def open_cell(child: Child, server: Server, **changes: object) -> Opened | Problem:
    """Have the driver connect a cell to a server."""
    order = CellOrder(0, server.host, server.port, server.path, Workload(), 1, server_pid=server.pid)
    return ask(child, Open(msgspec.structs.replace(order, **changes)), Opened, 20)


def exchange(child: Child) -> Slice | Problem:
    """Have the driver exchange a slice of 20 messages."""
    return ask(child, Exchange(0, 2, 20), Slice, 20)


@pytest.fixture
def driver(client: str) -> Iterator[Child]:
    """Start the driver of a client; it is ready, and ended after the test."""
    child = start_driver(client, None, {})
    try:
        child.hear(20)
        yield child
    finally:
        child.stop()


class FakeConnection:
    """What a client's connection must have."""

    extensions = subprotocol = ""

    def close(self) -> None:
        """Close nothing."""


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Add a blocking and a coroutine client; return what their `connect` is called with."""
    found: list[dict[str, Any]] = []

    def blocking(url: str, **options: Any) -> FakeConnection:
        found.append({"url": url, **options})
        return FakeConnection()

    async def coroutine(url: str, **options: Any) -> FakeConnection:
        return blocking(url, **options)

    for name, connect in (("blocking_client", blocking), ("coroutine_client", coroutine)):
        module = ModuleType(name)
        module.connect = connect  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, name, module)
    return found


FULL = Access(Reply("any"), (("Authorization", "Bearer x"),), ("chat",), "ca.pem", insecure=True)


@pytest.mark.parametrize("client", ["blocking_client", "coroutine_client"])
@pytest.mark.parametrize(
    ("changes", "url", "options"),
    [
        ({}, "ws://127.0.0.1:81/echo", {}),
        ({"equal": False}, "ws://127.0.0.1:81/echo", {"equal": False}),
        ({"timeout": 0.5}, "ws://127.0.0.1:81/echo", {"timeout": 0.5}),
        ({"host": "::1"}, "ws://[::1]:81/echo", {}),
        ({"deflate": True}, "ws://127.0.0.1:81/echo", {"deflate": True}),
        ({"access": Access(headers=(("A", "b"),))}, "ws://127.0.0.1:81/echo", {"headers": (("A", "b"),)}),
        ({"access": Access(subprotocols=("v2",))}, "ws://127.0.0.1:81/echo", {"subprotocols": ("v2",)}),
        ({"access": Access(Reply("any"))}, "ws://127.0.0.1:81/echo", {}),
        ({"tls": True}, "wss://127.0.0.1:81/echo", {"tls": ssl.CERT_REQUIRED}),
        ({"tls": True, "access": Access(insecure=True)}, "wss://127.0.0.1:81/echo", {"tls": ssl.CERT_NONE}),
        (
            {"access": FULL, "deflate": True},
            "ws://127.0.0.1:81/echo",
            {"deflate": True, "headers": FULL.headers, "subprotocols": ("chat",)},
        ),
    ],
)
def test_a_client_is_told_only_what_was_asked_for(
    calls: list[dict[str, Any]], client: str, changes: dict[str, Any], url: str, options: dict[str, Any]
):
    """So clients of others, which may know of none of it, work as long as nobody asks for it.

    How a reply is compared is never the client's business.
    """
    driver = Driver(DriverOrder(client))
    order = CellOrder(0, "127.0.0.1", 81, "/echo", Workload(connections=2), 1)
    driver.open(msgspec.structs.replace(order, **changes))
    first, second = calls
    assert first.keys() == second.keys()
    if "tls" in first:
        first["tls"] = first["tls"].verify_mode
    assert first == {"url": url, "equal": True, "timeout": 5.0, **options}
    driver.loop.close()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """Make certificates for all tests here."""
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def secure(made: Certificates) -> Iterator[Server]:
    """Run a server over TLS, with deflate, for all tests here."""
    with Server(read_spec("websockets@tls@deflate")[0], Settings(certificates=made)) as one:
        yield one


@pytest.mark.parametrize("client", CLIENTS)
def test_every_client_drives_over_tls(secure: Server, driver: Child, client: str):
    """With the authority of the run each of them trusts the server, and every reply is compared."""
    workload = Workload(100, connections=2)
    opened = open_cell(driver, secure, workload=workload, tls=True, authority=secure.authority)
    handshake = opened.handshake
    assert handshake.extensions == ""
    assert (handshake.tls or "TLSv1.3 ").startswith("TLSv1.3 ")
    assert len(exchange(driver).latencies) >= 20
    ask(driver, CloseAll(), Done, 20)


@pytest.mark.parametrize("client", CLIENTS)
def test_no_client_trusts_a_stranger(secure: Server, driver: Child, client: str):
    """Without the authority the cell fails and says why; nothing hangs."""
    found = open_cell(driver, secure, tls=True)
    assert found.silent is False
    assert "certificate verify failed" in found.problem.lower().replace("_", " ")


@pytest.mark.parametrize("client", [word for word, one in CLIENTS.items() if "deflate" in one.can])
def test_clients_agree_on_deflate(secure: Server, driver: Child, client: str):
    """Those that can say so in what was negotiated; words come back as they were."""
    workload = Workload(2_000, words=True)
    opened = open_cell(driver, secure, workload=workload, tls=True, authority=secure.authority, deflate=True)
    assert opened.handshake.extensions.startswith("permessage-deflate")
    assert len(exchange(driver).latencies) >= 20
    ask(driver, CloseAll(), Done, 20)


@pytest.mark.parametrize(("deflate", "count"), [(False, 8), (True, 513)])
def test_payloads_that_are_deflated_do_not_come_round_soon(deflate: bool, count: int):
    """64 B take 513 turns to be more than deflate looks back on; without deflate 8 are enough."""
    order = CellOrder(0, "127.0.0.1", 81, "/echo", Workload(), 1, deflate=deflate)
    assert Driver(DriverOrder("")).make(order).script.period == count


@pytest.mark.parametrize(
    ("host", "port", "tls", "url"),
    [
        ("h", 80, False, "ws://h/echo"),
        ("h", 443, True, "wss://h/echo"),
        ("::1", 81, False, "ws://[::1]:81/echo"),
        ("h", 80, True, "wss://h:80/echo"),
    ],
)
def test_a_library_gets_a_url_without_the_port_of_its_scheme(host: str, port: int, tls: bool, url: str):
    """What it makes a Host header of."""
    assert CellOrder(0, host, port, "/echo", Workload(), 1, tls=tls).url == url


def test_a_library_is_not_sent_to_a_unix_socket():
    """One line says who can."""
    with pytest.raises(
        HandshakeError, match=r"only the client wire connects to a Unix socket, as /run/e\.sock is"
    ):
        _ = CellOrder(0, "/run/e.sock", 0, "/echo", Workload(), 1).url
