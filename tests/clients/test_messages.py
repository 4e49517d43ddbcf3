"""What is sent comes back: types, lengths, order, fragments, records, pings."""

from __future__ import annotations

import os
from types import ModuleType
from typing import Any

import pytest
from echoing import (
    SIZES,
    open_connection,
    talk_with,
    text_of,
)

pytestmark = pytest.mark.filterwarnings("error")  # a socket left open is a warning of its finaliser


@pytest.mark.parametrize("size", SIZES)
def test_text_and_binary_come_back_unchanged(client: ModuleType, url: str, size: int) -> None:
    """A message comes back whole and of the same type, at every length encoding of the protocol."""

    async def talk(connection: Any) -> None:
        for payload in (text_of(size), os.urandom(size)):
            await connection.send(payload)
            reply = await connection.receive()
            assert type(reply) is type(payload)
            assert reply == payload

    talk_with(client, url + "/echo", talk)


@pytest.mark.parametrize(("depth", "size"), [(64, 20), (256, 2**16)])
def test_pipelined_messages_come_back_in_order(client: ModuleType, url: str, depth: int, size: int) -> None:
    """Many messages, even 16 MiB of them, can be sent before the first is received; order is kept."""

    async def talk(connection: Any) -> None:
        sent = [f"{number:04}".ljust(size) for number in range(depth)]
        for payload in sent:
            await connection.send(payload)
        assert [await connection.receive() for _ in sent] == sent

    talk_with(client, url + "/echo", talk)


def test_many_connections_at_once(client: ModuleType, url: str) -> None:
    """Sixteen connections of one process each get their own replies."""

    async def talk(first: Any) -> None:
        connections = [first] + [await open_connection(client, url + "/echo") for _ in range(15)]
        for number, connection in enumerate(connections):
            await connection.send(str(number))
        assert [await connection.receive() for connection in connections] == [str(n) for n in range(16)]
        for connection in connections[1:]:
            await connection.close()

    talk_with(client, url + "/echo", talk)


@pytest.mark.parametrize("payload", ["aé€🙂 and more", bytes(range(50))])
def test_fragments_are_put_together(client: ModuleType, url: str, payload: str | bytes) -> None:
    """A reply in three frames is received as one message of the first frame's type."""

    async def talk(connection: Any) -> None:
        for _ in range(2):
            await connection.send(payload)
            assert await connection.receive() == payload

    talk_with(client, url + "/fragments", talk)


def test_records_end_where_they_like(client: ModuleType, url: str) -> None:
    """Messages that share a TLS record are received before another comes; one may begin in it and go on."""

    async def talk(connection: Any) -> None:
        await connection.send("first")
        assert [await connection.receive() for _ in range(2)] == ["one", b"two"]
        await connection.send("rest")
        assert [await connection.receive() for _ in range(2)] == ["three", b"four"]

    talk_with(client, url + "/records", talk)


def test_pings_are_answered_while_messages_are_sent(client: ModuleType, secure: str) -> None:
    """A pong and a message that are sent at the same time, by two threads, don't spoil the TLS connection."""

    async def talk(connection: Any) -> None:
        sent = [f"{number:04}".ljust(500) for number in range(400)]
        for payload in sent:
            await connection.send(payload)
        assert [await connection.receive() for _ in sent] == sent

    talk_with(client, secure + "/pings", talk)
