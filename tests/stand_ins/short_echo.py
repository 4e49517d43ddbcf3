"""A WebSocket echo server for short messages and one connection at a time: `python -I -S FILE PORT`.

It imports nothing that takes long to import, so it starts in a moment also under valgrind.
"""

from __future__ import annotations

import sys
from _sha1 import sha1
from _socket import SO_REUSEADDR, SOL_SOCKET, socket
from binascii import b2a_base64

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
SWITCH = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
REFUSE = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
CLOSE, PING, PONG = 8, 9, 10


def answer(message: bytes) -> bytes:
    """Return what is sent back."""
    return message


def received(connection: socket, size: int) -> bytes:
    """Return so many bytes. Raises `EOFError` where the client is gone."""
    data = b""
    while len(data) < size:
        more = connection.recv(size - len(data))
        if not more:
            raise EOFError
        data += more
    return data


def opened(connection: socket) -> bool:
    """Answer the opening handshake; False where it is none."""
    head = b""
    while b"\r\n\r\n" not in head:
        head += received(connection, 1)
    begin = head.lower().find(b"sec-websocket-key:")
    if begin < 0:
        connection.sendall(REFUSE)
        return False
    key = head[begin:].split(b"\r\n")[0].split(b":")[1].strip()
    accept = b2a_base64(sha1(key + GUID).digest())[:-1]
    connection.sendall(SWITCH + b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n")
    return True


def echo(connection: socket) -> None:
    """Send every message back, until the client closes."""
    opcode = 0
    while opcode != CLOSE:
        first, size = received(connection, 2)
        opcode, size = first & 15, size & 127
        mask, data = received(connection, 4), received(connection, size)
        key = int.from_bytes((mask * 32)[:size], "big")
        data = (int.from_bytes(data, "big") ^ key).to_bytes(size, "big")
        if opcode < CLOSE:
            data = answer(data)
        first = 0x80 | PONG if opcode == PING else first
        connection.sendall(bytes([first, len(data)]) + data)


def serve(port: int) -> None:
    """Listen, and serve one client after another."""
    listener = socket()
    listener.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(16)
    while True:
        connection = socket(fileno=listener._accept()[0])
        try:
            if opened(connection):
                echo(connection)
        except (EOFError, OSError):
            pass
        finally:
            connection.close()


if __name__ == "__main__":
    serve(int(sys.argv[1]))
