"""How connections end: close codes, lost ones, time limits, and nothing left behind."""

from __future__ import annotations

import gc
import os
import socket
import threading
from types import ModuleType
from typing import Any

import pytest
from echoing import (
    AUTHORITY,
    TRUSTING,
    context_of,
    is_async,
    nodelay_of_peers,
    talk_with,
)
from wsbench.websocket import frames

pytestmark = pytest.mark.filterwarnings("error")  # a socket left open is a warning of its finaliser


@pytest.mark.parametrize(("code", "reason"), [(1000, ""), (1000, "done"), (4321, "ciao è finita")])
def test_close_returns_what_the_peer_said(client: ModuleType, url: str, code: int, reason: str) -> None:
    """The server echoes the close frame, and `close` returns its code and reason."""

    async def talk(connection: Any) -> tuple[int, str]:
        await connection.send("never received")
        return await connection.close(code, reason)  # type: ignore[no-any-return]

    assert talk_with(client, url + "/echo", talk) == (code, reason)


@pytest.mark.parametrize(
    ("path", "ended"), [("/bye", (4001, "so long")), ("/empty", (1005, "")), ("/vanish", (1006, ""))]
)
def test_a_lost_connection_is_an_error(
    client: ModuleType, url: str, path: str, ended: tuple[int, str], caplog: pytest.LogCaptureFixture
) -> None:
    """`receive` raises ConnectionError with code and reason, each time; `close` returns them; no noise."""
    if path == "/empty" and client.LIBRARY == "tornado":
        ended = (1006, "")  # its quirk, see the docstring
    lost = "the connection was lost" if ended[0] == 1006 else "the server closed"

    async def talk(connection: Any) -> tuple[int, str]:
        await connection.send("go")
        for _ in range(2):
            with pytest.raises(ConnectionError, match=rf"^{lost} .*{ended[0]}.*{ended[1]}.*$"):
                await connection.receive()
        return await connection.close()  # type: ignore[no-any-return]

    assert talk_with(client, url + path, talk) == ended
    assert not caplog.records


def test_who_ends_a_connection_itself_says_so(client: ModuleType, scripted: Any) -> None:
    """A frame that the library does not take: it closes, and its error names that and not the server."""
    if client.LIBRARY == "tornado":
        pytest.skip("it drops the connection, and says nothing")

    def behave(link: Any) -> None:
        link.frame()
        reserved, endless = b"\xf1\x01x", b"\x81\x7f\x00\x00\x01" + bytes(5)
        link.sock.sendall(reserved if client.LIBRARY == "ws4py" else endless)  # it has no limit
        link.frame()

    async def talk(connection: Any) -> None:
        await connection.send("go")
        for _ in range(2):
            with pytest.raises(
                ConnectionAbortedError, match=r"^(closed with code 100[29]|ended the connection: )"
            ):
                await connection.receive()

    talk_with(client, f"ws://127.0.0.1:{scripted(behave).port}/echo", talk, timeout=1.0)


def test_blocking_calls_are_bounded(client: ModuleType, url: str) -> None:
    """Without an answer in time a blocking `receive` and `close` raise TimeoutError."""
    if is_async(client):
        pytest.skip("the caller bounds an async client")
    options = {"tls": TRUSTING} if url.startswith("wss:") else {}
    connection = client.connect(url + "/deaf", timeout=0.2, **options)
    connection.send("go")
    with pytest.raises(TimeoutError):
        connection.receive()
    with pytest.raises(TimeoutError):
        connection.close()


@pytest.mark.parametrize("path", ["/echo", "/bye", "/vanish"])
def test_close_leaves_nothing_behind(client: ModuleType, url: str, path: str) -> None:
    """After `close` no socket to the server is open and none of the client's threads is alive."""
    server_port = int(url.rpartition(":")[2])

    async def talk(connection: Any) -> None:
        await connection.send("go")

    talk_with(client, url + path, talk)
    gc.collect()
    assert nodelay_of_peers(server_port) == []
    assert not [thread for thread in threading.enumerate() if thread.name == "WebSocketClient"]


def test_close_over_tls_leaves_nothing_to_the_peer(client: ModuleType, scripted: Any) -> None:
    """After `close` the socket is closed, though the server answers the close frame and ends nothing."""
    if client.LIBRARY == "websockets":
        pytest.skip("it leaves the end to the server, for 10 s")
    context = context_of(AUTHORITY.issue_cert("127.0.0.1"))

    def behave(link: Any) -> None:
        with context.wrap_socket(link.sock, server_side=True) as link.sock:
            link.accept()
            link.sock.sendall(frames.server_frame(frames.CLOSE, link.frame()[1]))
            with socket.socket(fileno=os.dup(link.sock.fileno())) as below:
                while below.recv(65_536):  # TLS's goodbye is left unanswered
                    pass

    async def talk(_connection: Any) -> None:
        """Close at once."""

    port = scripted(behave, raw=True).port
    talk_with(client, f"wss://127.0.0.1:{port}/echo", talk, timeout=2.0)
    assert nodelay_of_peers(port) == []
