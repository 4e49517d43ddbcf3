"""The contract's requirements about the opening handshake (RFC 6455 section 4.2)."""

from __future__ import annotations

import contextlib

from ..machine.launcher import Server
from ..targets.contract import SOCKET_PATH, SUBPROTOCOLS
from ..websocket.http_messages import read_response
from .check import Requirement, asking, connect, dial, need

UNKNOWN = "x-unheard-of; answer=42"
ACCEPTED, LONG = 7 * 1024, 1024 * 1024
"""Bytes of a header that must be taken, and of one that must not: all common limits lie between them."""


def _subprotocols(server: Server) -> None:
    with connect(server, SOCKET_PATH, subprotocols=SUBPROTOCOLS) as peer:
        chosen = peer.response.headers.get("sec-websocket-protocol", "")
        need(not chosen, f"selected the subprotocol {chosen!r}")


def _extensions(server: Server) -> None:
    """Offer an unknown extension, on which a server must not agree, section 4.2.2."""
    with connect(server, extensions=UNKNOWN) as peer:
        agreed = peer.response.headers.get("sec-websocket-extensions", "")
        need(not agreed, f"agreed on {agreed!r}, of which nobody has heard")


def _version(server: Server) -> None:
    """Other versions end the handshake with an HTTP error, section 4.2.2: "such as 426", or 400 of 4.2.1."""
    with dial(server) as sock:
        sock.sendall(asking(server, [("Sec-WebSocket-Version", "12")]))
        status = read_response(sock, server.patience).status
    need(status in {400, 426}, f"version 12 was answered with HTTP {status}")


def _header_size(server: Server) -> None:
    with connect(server, headers=[("X-Filler", "x" * ACCEPTED)]):
        pass  # or it was refused, which `connect` raises


def _header_limit(server: Server) -> None:
    """Any answer will do, and so will the end of the connection: RFC 9110 section 5.4 leaves it open."""
    with dial(server) as sock:
        with contextlib.suppress(OSError):  # refused before it was all there: what came is to be read
            sock.sendall(asking(server, [("Sec-WebSocket-Version", "13"), ("X-Filler", "x" * LONG)]))
        try:
            sock.recv(65_536)
        except BlockingIOError:
            need(False, f"a header of 1 MiB got no answer within {server.patience:g} s")
        except OSError:
            return


HANDSHAKE_REQUIREMENTS = (
    Requirement(
        "subprotocols",
        "an offer of http-only, chat is accepted and none selected",
        _subprotocols,
        "negotiation",
    ),
    Requirement(
        "extensions",
        "an offer of an unknown extension is accepted and not agreed on",
        _extensions,
        "negotiation",
    ),
    Requirement("version", "version 12 of the protocol is refused with 400 or 426", _version, "negotiation"),
    Requirement("header-size", "a request with a header of 7 KiB is accepted", _header_size, "negotiation"),
    Requirement(
        "header-limit", "a request with a header of 1 MiB is answered, or ended", _header_limit, "negotiation"
    ),
)
