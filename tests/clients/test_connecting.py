"""The opening handshake: what is offered, what is selected, and how it fails."""

from __future__ import annotations

import asyncio
import gc
import socket
import warnings
from types import ModuleType
from typing import Any

import pytest
from echoing import (
    fields_of,
    nodelay_of_peers,
    open_connection,
    talk_with,
)

pytestmark = pytest.mark.filterwarnings("error")  # a socket left open is a warning of its finaliser


OFFERS = dict.fromkeys(("websockets_asyncio", "picows_websockets"), "permessage-deflate")
"""The extension that is offered as shipped; the others offer none."""


@pytest.mark.parametrize(("path", "selected"), [("/echo", ""), ("/chat", "chat")])
def test_subprotocol_is_the_selected_one(client: ModuleType, url: str, path: str, selected: str) -> None:
    """`subprotocol` is what the server selected of the offer; empty when it selected none."""

    async def talk(connection: Any) -> str:
        return connection.subprotocol  # type: ignore[no-any-return]

    assert talk_with(client, url + path, talk, subprotocols=("http-only", "chat")) == selected


@pytest.mark.parametrize("equal", [True, False])
def test_extensions_and_nagle(client: ModuleType, url: str, equal: bool) -> None:
    """Equal: nothing negotiated and TCP_NODELAY on; as shipped: what the library does by default."""
    server_port = int(url.rpartition(":")[2])

    async def talk(connection: Any) -> tuple[str, list[bool]]:
        return connection.extensions, nodelay_of_peers(server_port)

    extensions, nodelay = talk_with(client, url + "/echo", talk, equal=equal)
    offered = "" if equal else OFFERS.get(client.__name__.rpartition(".")[2], "")
    assert extensions.partition(";")[0] == offered
    assert nodelay == [equal or client.LIBRARY != "tornado"]


@pytest.mark.parametrize("scheme", ["ws", "wss"])
def test_a_refused_connection_is_an_error(client: ModuleType, scheme: str) -> None:
    """Where nobody listens, `connect` raises an OSError, and not for want of time."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(OSError, match=r".") as refused:
        asyncio.run(open_connection(client, f"{scheme}://127.0.0.1:{port}/echo", timeout=100.0))
    assert not isinstance(refused.value, TimeoutError)


@pytest.mark.parametrize("scheme", ["ws", "wss"])
def test_connect_is_bounded(client: ModuleType, scheme: str) -> None:
    """A server that takes the connection and says nothing makes `connect` raise TimeoutError."""
    # a library that closes its socket by a timer of its own gets to it only in a loop that goes on
    with warnings.catch_warnings(action="ignore", category=ResourceWarning):
        with socket.create_server(("127.0.0.1", 0)) as mute, pytest.raises(TimeoutError):
            asyncio.run(
                open_connection(client, f"{scheme}://127.0.0.1:{mute.getsockname()[1]}/echo", timeout=0.2)
            )
        gc.collect()


def test_headers_arrive(client: ModuleType, url: str) -> None:
    """What is given in `headers` is sent, repeated names too; Host, Origin and User-Agent replace theirs."""
    headers = [
        *(("Authorization", "Bearer of bad news"), ("X-Twice", "one"), ("X-Twice", "two")),
        *(("Host", "elsewhere.test:81"), ("Origin", "https://elsewhere.test"), ("User-Agent", "me/1")),
    ]

    async def talk(connection: Any) -> dict[str, list[str]]:
        await connection.send("go")
        return fields_of(await connection.receive())

    plain = talk_with(client, url + "/headers", talk)
    fields = talk_with(client, url + "/headers", talk, headers=headers)
    expected = fields_of("\n".join(f"{name}: {value}" for name, value in headers))
    assert {name: fields.get(name) for name in expected} == expected
    assert set(fields) == set(plain) | set(expected)
    assert plain["host"] == [url.partition("//")[2]]
