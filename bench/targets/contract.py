"""What every echo server does; docs/adding-a-server.md describes it."""

from __future__ import annotations

GREETING = "It Works!"
PREFIX = "Msg is "
ECHO_PATH = "/echo"
SOCKET_PATH = "/socket"
SUBPROTOCOLS = ("http-only", "chat")
LIMIT = 16 * 1024 * 1024
"""The largest message that must be echoed, in bytes; one byte more is refused with close 1009."""

EDGES = (0, 1, 125, 126, 65_535, 65_536)
"""Payload sizes around the three encodings of the length, in bytes (RFC 6455 section 5.2)."""

HOST = "127.0.0.1"
LINK_HOSTS = ("198.18.0.1", "198.18.0.2")
"""The client's address and the server's where a network is between them (RFC 2544 has that range for it)."""

REFERENCE_PORT = 8888
"""Where `wsbench serve` listens, as the reference example does."""
START_S = 30.0
"""How long a command gets from its start to its first answer."""
