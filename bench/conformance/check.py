"""What a requirement of the contract is made of, and what the checks of all of them share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

from ..machine.launcher import Server
from ..websocket import frames
from ..websocket.handshake import open_socket
from ..websocket.http_messages import authority, request
from ..websocket.raw_client import Peer
from ..websocket.tls import Stream

MULTIBYTE = "ä€𝄞"  # 2, 3 and 4 bytes a character


Headers = Sequence[tuple[str, str]]
Trait = Literal[
    "text",
    "binary",
    "empty",
    "large",
    "order",
    "fragments",
    "ping",
    "deflate",
    "bad UTF-8",
    "limit",
    "close",
    "negotiation",
    "plain HTTP",
    "settings",
]
"""What a requirement is about: a run refuses a server only for what its own workloads use."""


class Broken(Exception):  # noqa: N818  # it reads as what it says: the requirement is broken
    """A requirement is not met; the message says what came instead."""


class Requirement(NamedTuple):
    """One requirement of the contract: one fact about a server.

    `name` is part of the product: a server declares under it how it deviates. `title` is what is required,
    `attempt` tries it against a running server, and raises `Broken` where it is not met. `trait` is what it
    is about.
    """

    name: str
    title: str
    attempt: Callable[[Server], None]
    trait: Trait


def need(condition: object, what: str) -> None:
    """Raise `Broken` unless the condition holds."""
    if not condition:
        raise Broken(what)


def connect(
    server: Server,
    path: str = "",
    *,
    subprotocols: Sequence[str] = (),
    extensions: str = "",
    headers: Headers = (),
    timeout: float = 0.0,
) -> Peer:
    """Open a raw connection to `path`, by default where the server echoes.

    Headers and subprotocols of the server's access go with the handshake.
    """
    access = server.spec.access
    return Peer(
        (server.host, server.port, path or server.path),
        subprotocols=subprotocols or access.subprotocols,
        extensions=extensions,
        timeout=timeout or server.patience,
        tls=server.tls,
        headers=(*access.headers, *headers),
        via=access.connect_to,
    )


def dial(server: Server) -> Stream:
    """Open a connection on which nothing has been sent yet."""
    place = server.spec.access.connect_to or (server.host, server.port)
    return open_socket(*place, server.patience, tls=server.tls, name=server.host)


def asking(server: Server, headers: Headers) -> bytes:
    """Return a request that asks for an upgrade where the server echoes (RFC 6455 section 4.1)."""
    ours = [("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Key", "A" * 22 + "==")]
    return request(server.path, authority(server.host, server.port, tls=server.spec.tls), [*ours, *headers])


def same(reply: tuple[int, bytes], opcode: int, payload: bytes) -> None:
    """Raise `Broken` unless a message came back as it was sent."""
    why = frames.difference(*reply, opcode, payload)
    need(not why, why)


def comes_back(server: Server, peer: Peer, opcode: int, payload: bytes) -> None:
    """Wait for the reply to a message, and hold it against what the server's reply rule says."""
    reply = peer.message()
    wanted = server.spec.access.reply.expected(payload)
    if wanted is not None:
        same(reply, opcode, wanted)


def types_of(server: Server) -> tuple[int, ...]:
    """Return the types of messages that a server must answer: text alone where it puts a prefix before it.

    As `/socket` of the reference example, such a server may answer everything with text.
    """
    if server.spec.access.reply.rule == "prefix":
        return (frames.TEXT,)
    return (frames.TEXT, frames.BINARY)
