"""The reference conversation: one client says Hello to one server on /socket, what both print is shown."""

from __future__ import annotations

import asyncio
import importlib
import queue
from collections.abc import Callable
from typing import Any

from ..machine.launcher import Server
from ..machine.orders import Settings
from ..targets.catalogue import CLIENTS, INSTRUMENT
from ..targets.contract import SOCKET_PATH, SUBPROTOCOLS
from ..targets.spec import ServerSpec
from ..websocket import frames
from ..websocket.raw_client import Peer

PRINTED_S = 3.0
"""How long a line that the server prints is waited for."""


def converse(spec: ServerSpec, client: str, say: Callable[[str], None]) -> None:
    """Play the conversation and hand every line that either side prints to `say`, in its order.

    Raises `ChildError` if the server does not start, `OSError` if the two can't talk.
    """
    heard: queue.Queue[str] = queue.Queue()

    def relay(until: str) -> None:
        """Pass on what the server prints up to a line; its pipe is slower than its reply."""
        try:
            while (line := heard.get(timeout=PRINTED_S)) != until:
                say(line)
            say(line)
        except queue.Empty:
            return

    with Server(spec, Settings(), on_stderr=heard.put) as server:
        url = f"ws://{server.host}:{server.port}{SOCKET_PATH}"
        talk = _wire if client == INSTRUMENT else _library(client)
        talk(url, server, say, relay)


Relay = Callable[[str], None]


def _report(say: Callable[[str], None], reply: str | bytes) -> None:
    say(f"Received from server: {reply if isinstance(reply, str) else reply.decode()}")


def _library(client: str) -> Callable[[str, Server, Callable[[str], None], Relay], None]:
    module: Any = importlib.import_module(CLIENTS[client].module)

    def blocking(url: str, _server: Server, say: Callable[[str], None], relay: Relay) -> None:
        connection = module.connect(url, subprotocols=SUBPROTOCOLS)
        connection.send("Hello")
        reply = connection.receive()
        relay("Socket opened")
        _report(say, reply)
        code, reason = connection.close()
        relay("Socket closed")
        say(f"Closed down {code} {reason}".rstrip())

    def coroutine(url: str, _server: Server, say: Callable[[str], None], relay: Relay) -> None:
        async def talk() -> None:
            connection = await module.connect(url, subprotocols=SUBPROTOCOLS)
            await connection.send("Hello")
            reply = await connection.receive()
            relay("Socket opened")
            _report(say, reply)
            code, reason = await connection.close()
            relay("Socket closed")
            say(f"Closed down {code} {reason}".rstrip())

        asyncio.run(talk())

    return coroutine if asyncio.iscoroutinefunction(module.connect) else blocking


def _wire(_url: str, server: Server, say: Callable[[str], None], relay: Relay) -> None:
    with Peer((server.host, server.port, SOCKET_PATH), subprotocols=SUBPROTOCOLS) as peer:
        peer.send(frames.TEXT, b"Hello")
        _, reply = peer.message()
        relay("Socket opened")
        _report(say, reply)
        peer.send(frames.CLOSE, (1000).to_bytes(2, "big"))
        code = frames.close_code(peer.receive().payload)
    relay("Socket closed")
    say(f"Closed down {code}")
