"""A service of a team's own, with the standard library only: server_that_echoes.py PORT.

It counts to a hundred for each message, and by `MORE` further.
"""

from __future__ import annotations

import contextlib
import os
import socket
import sys
from base64 import b64encode
from hashlib import sha1

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
WORK = range(100 + int(os.environ.get("MORE", "0")))


def taken(connection: socket.socket, size: int) -> bytes:
    """Read so many bytes."""
    data = b""
    while len(data) < size:
        if not (more := connection.recv(size - len(data))):
            raise ConnectionError
        data += more
    return data


def serve(connection: socket.socket) -> None:
    """Open the connection, and send each message of up to 125 bytes back until it is closed."""
    head = b""
    while b"\r\n\r\n" not in head:
        head += taken(connection, 1)
    key = next(line for line in head.split(b"\r\n") if line.lower().startswith(b"sec-websocket-key"))
    accept = b64encode(sha1(key.partition(b": ")[2] + GUID).digest())  # noqa: S324  # RFC 6455 wants it
    upgrade = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade"
    connection.sendall(upgrade + b"\r\nSec-WebSocket-Accept: " + accept + b"\r\n\r\n")
    while True:
        first, length = taken(connection, 2)
        mask, payload = taken(connection, 4), taken(connection, length & 127)
        if first & 15 == 8:
            return
        for _ in WORK:
            pass
        message = bytes(byte ^ mask[place & 3] for place, byte in enumerate(payload))
        connection.sendall(bytes((first, len(message))) + message)


listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
while True:
    asker, _ = listener.accept()
    with contextlib.suppress(ConnectionError):
        serve(asker)
    asker.close()
