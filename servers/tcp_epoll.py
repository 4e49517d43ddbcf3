"""Plain TCP echo on one epoll loop: the floor, no WebSocket and no framework.

Whatever bytes come in go out again. It is written without asyncio so that the floor is what the kernel and
two system calls cost, and no event loop's share is in it. The class of settings makes no difference.
"""

import select
import socket
from collections.abc import Callable
from typing import Any

LIBRARY = ""  # the standard library
VERSION = "1"
READ = 262_144  # bytes read at once; the received part is echoed from the same buffer


def serve(sock: socket.socket, ready: Callable[[], None], *, equal: bool, limit: int) -> None:  # noqa: ARG001
    """Serve on the listening socket `sock` until the process is ended."""
    poller: Any = getattr(select, "epoll", select.poll)()  # both have register, modify, unregister, poll
    poller.register(sock.fileno(), select.POLLIN)
    connections: dict[int, tuple[socket.socket, bytearray]] = {}
    buffer = bytearray(READ)
    view = memoryview(buffer)
    ready()
    while True:
        for fd, events in poller.poll():
            if fd == sock.fileno():
                accept(sock, poller, connections)
                continue
            connection, unsent = connections[fd]
            try:
                if events & select.POLLOUT:
                    flush(connection, unsent, poller)
                elif not echo(connection, view, unsent, poller):
                    raise ConnectionResetError
            except BlockingIOError:
                continue
            except OSError:
                poller.unregister(fd)
                connection.close()
                del connections[fd]


def accept(sock: socket.socket, poller: Any, connections: dict[int, tuple[socket.socket, bytearray]]) -> None:
    """Take one connection from the queue."""
    connection, _address = sock.accept()
    connection.setblocking(False)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connections[connection.fileno()] = connection, bytearray()
    poller.register(connection.fileno(), select.POLLIN)


def echo(connection: socket.socket, view: memoryview, unsent: bytearray, poller: Any) -> bool:
    """Send back what has arrived; False at the end of the stream."""
    size = connection.recv_into(view)
    if not size:
        return False
    try:
        sent = connection.send(view[:size])
    except BlockingIOError:
        sent = 0
    if sent < size:  # the peer does not read: stop reading until it does
        unsent += view[sent:size]
        poller.modify(connection.fileno(), select.POLLOUT)
    return True


def flush(connection: socket.socket, unsent: bytearray, poller: Any) -> None:
    """Send what was left over, then read again."""
    del unsent[: connection.send(unsent)]
    if not unsent:
        poller.modify(connection.fileno(), select.POLLIN)
