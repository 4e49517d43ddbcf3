#!/usr/bin/env python3
"""A service of a team's own, with the standard library only: server_that_sells.py PORT [fork].

It wants a login, greets, and answers orders in JSON, each `id` once; with `fork` each connection is served by
a process of its own.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
from base64 import b64encode
from hashlib import sha1

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def sent(connection: socket.socket, size: int) -> bytes:
    """Read so many bytes."""
    data = b""
    while len(data) < size:
        if not (more := connection.recv(size - len(data))):
            sys.exit()
        data += more
    return data


def received(connection: socket.socket) -> bytes:
    """Read a message of up to 125 bytes in one frame; a close ends it."""
    first, length = sent(connection, 2)
    mask, payload = sent(connection, 4), sent(connection, length & 127)
    if first & 15 == 8:
        raise ConnectionError
    return bytes(byte ^ mask[place & 3] for place, byte in enumerate(payload))


def say(connection: socket.socket, text: str) -> None:
    """Send a text message."""
    connection.sendall(bytes((0x81, len(text))) + text.encode())


def serve(connection: socket.socket) -> None:
    """Open the connection, have somebody log in, and sell."""
    head = b""
    while b"\r\n\r\n" not in head:
        head += sent(connection, 1)
    key = next(line for line in head.split(b"\r\n") if line.lower().startswith(b"sec-websocket-key"))
    accept = b64encode(sha1(key.partition(b": ")[2] + GUID).digest())  # noqa: S324  # RFC 6455 wants it
    upgrade = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade"
    connection.sendall(upgrade + b"\r\nSec-WebSocket-Accept: " + accept + b"\r\n\r\n")
    if received(connection) != b"open sesame":
        return
    say(connection, "welcome")
    known = set()
    while True:
        order = json.loads(received(connection))
        if order["id"] in known:
            return
        known.add(order["id"])
        say(connection, json.dumps({"to": order["id"], "total": 5 * order["pieces"]}))


listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
while True:
    asker, _ = listener.accept()
    if "fork" in sys.argv and os.fork():
        asker.close()
        continue
    try:
        serve(asker)
    except (ConnectionError, SystemExit):
        if "fork" in sys.argv:
            os._exit(0)
    asker.close()
