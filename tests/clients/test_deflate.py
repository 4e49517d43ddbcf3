"""permessage-deflate by client libraries: window, context, refusal."""

from __future__ import annotations

import os
import random
import zlib
from types import ModuleType
from typing import Any

import pytest
from echoing import (
    SIZES,
    fields_of,
    refusal,
    serving,
    talk_with,
    text_of,
)
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory
from wsbench.websocket import frames

pytestmark = pytest.mark.filterwarnings("error")  # a socket left open is a warning of its finaliser


LEVELS = {"aiohttp": 1}  # the level of compression where the library lets nobody choose; the others: 6
WORDS = ("to", "be", "or", "not", "that", "is", "the", "question")
FLUSHED = b"\0\0\xff\xff"  # what a compressed message leaves out at its end (RFC 7692 section 7.2.1)


def offer_of(link: Any) -> str:
    """Return what a client offered as extensions, "" for none."""
    return fields_of(link.request).get("sec-websocket-extensions", [""])[0]


@pytest.mark.parametrize("equal", [True, False])
def test_messages_come_back_through_deflate(deflating: ModuleType, url: str, equal: bool) -> None:
    """With `deflate` a server that can do it agrees, in both classes, and messages come back unchanged."""

    async def talk(connection: Any) -> str:
        for size in SIZES:
            for payload in (text_of(size), os.urandom(size)):
                await connection.send(payload)
                assert await connection.receive() == payload
        return connection.extensions  # type: ignore[no-any-return]

    agreed = talk_with(deflating, url + "/echo", talk, deflate=True, equal=equal)
    assert agreed.partition(";")[0] == "permessage-deflate"


def test_deflate_keeps_a_window_of_32_kib_both_ways(deflating: ModuleType, scripted: Any) -> None:
    """A plain answer means 15 bits and context takeover; level 6 unless the library insists on its own.

    The same 30,000 random bytes come twice: the second time they are short if, and only if, the sender still
    has the first in its window.
    """
    noise = os.urandom(30_000)
    messages: list[str | bytes] = [" ".join(random.Random(7).choices(WORDS, k=3000)), noise, noise, "to be"]
    received: list[tuple[int, bytes]] = []
    offers: list[str] = []

    def behave(link: Any) -> None:
        link.accept(headers="Sec-WebSocket-Extensions: permessage-deflate\r\n")
        offers.append(offer_of(link))
        deflater, inflater = zlib.compressobj(9, zlib.DEFLATED, -15), zlib.decompressobj(-15)
        for _ in messages:
            payload = link.frame()[1]
            first = link.first
            received.append((first, payload))
            whole = inflater.decompress(payload + FLUSHED)
            reply = deflater.compress(whole) + deflater.flush(zlib.Z_SYNC_FLUSH)
            link.sock.sendall(frames.server_frame(first & 0x7F, reply.removesuffix(FLUSHED)))
        link.sock.sendall(frames.server_frame(frames.CLOSE, link.frame()[1]))

    async def talk(connection: Any) -> None:
        for message in messages:
            await connection.send(message)
            assert await connection.receive() == message

    talk_with(deflating, f"ws://127.0.0.1:{scripted(behave, raw=True).port}/echo", talk, deflate=True)
    assert offers[0] in {"permessage-deflate", "permessage-deflate; client_max_window_bits"}
    mine = zlib.compressobj(LEVELS.get(deflating.LIBRARY, 6), zlib.DEFLATED, -15, 8)
    for message, (first, payload) in zip(messages, received, strict=True):
        data = message.encode() if isinstance(message, str) else message
        assert first == (0xC1 if isinstance(message, str) else 0xC2)
        assert payload == (mine.compress(data) + mine.flush(zlib.Z_SYNC_FLUSH)).removesuffix(FLUSHED)
    assert len(received[1][1]) > 30_000
    assert len(received[2][1]) < 1000


def test_deflate_that_is_refused_is_an_error(deflating: ModuleType, scripted: Any) -> None:
    """A server that doesn't agree is told with code 1010 (RFC 6455 section 7.4.1), the caller by an error."""
    ends: list[tuple[int, bytes]] = []

    def behave(link: Any) -> None:
        link.accept()
        payload = link.frame()[1]
        ends.append((link.first, payload))
        link.sock.sendall(frames.server_frame(frames.CLOSE, ends[0][1]))

    url = f"ws://127.0.0.1:{scripted(behave, raw=True).port}/echo"
    assert refusal(deflating, url, deflate=True) == f"the server at {url} did not agree on permessage-deflate"
    assert ends == [(0x88, b"\x03\xf2permessage-deflate")]


def test_nothing_is_offered_by_default(client: ModuleType, scripted: Any) -> None:
    """Without `deflate` the equal class offers no extension at all."""
    offers: list[str] = []

    def behave(link: Any) -> None:
        link.accept()
        offers.append(offer_of(link))
        link.sock.sendall(frames.server_frame(frames.CLOSE, link.frame()[1]))

    async def talk(_connection: Any) -> None:
        """Close at once."""

    talk_with(client, f"ws://127.0.0.1:{scripted(behave, raw=True).port}/echo", talk)
    assert offers == [""]


def test_who_can_not_leave_its_context_refuses_a_server_that_asks_for_it(deflating: ModuleType) -> None:
    """Tornado's client would break such a server with its second message; the others begin anew each time."""
    options = {"extensions": [ServerPerMessageDeflateFactory(client_no_context_takeover=True)]}
    with serving("ws", **options) as url:

        async def talk(connection: Any) -> None:
            for _ in range(3):
                await connection.send("to be or not to be")
                assert await connection.receive() == "to be or not to be"

        if deflating.LIBRARY != "tornado":
            talk_with(deflating, url + "/echo", talk, deflate=True)
            return
        with pytest.raises(
            ConnectionAbortedError, match=r"^ignores client_no_context_takeover, which the server"
        ):
            talk_with(deflating, url + "/echo", talk, deflate=True)
