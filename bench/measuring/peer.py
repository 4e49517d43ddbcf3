"""A client that speaks frames, not messages: it can say what no library lets one say."""

from __future__ import annotations

import contextlib
import os
import socket
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from ..values import frames
from .handshake import Response, open_socket, upgrade

GOODBYE_S = 1.0
"""How long a server gets to end a connection that we closed."""


class Peer:
    """One raw connection; every wait is bounded by `timeout` seconds."""

    def __init__(
        self,
        address: tuple[str, int, str],
        *,
        subprotocols: Sequence[str] = (),
        extensions: str = "",
        timeout: float = 5.0,
    ) -> None:
        host, port, path = address
        self.timeout = timeout
        self.sock: socket.socket = open_socket(host, port, timeout)
        try:
            self.response: Response = upgrade(
                self.sock, path, f"{host}:{port}", subprotocols=subprotocols, extensions=extensions
            )
        except BaseException:
            self.sock.close()
            raise
        self._data = bytearray(self.response.rest)

    def send(self, opcode: int, payload: bytes, *, final: bool = True) -> None:
        """Send one frame under a random mask."""
        self.sock.sendall(frames.client_frame(opcode, payload, os.urandom(4), final=final))

    def receive(self) -> frames.Frame:
        """Return the next frame.

        Raises `TimeoutError` for silence, `ConnectionError` at the end, `ValueError` for a malformed frame.
        """
        while (frame := frames.read_frame(self._data)) is None:
            try:
                more = self.sock.recv(1 << 20)
            except BlockingIOError:
                raise TimeoutError(f"no answer within {self.timeout:g} s") from None
            if not more:
                raise ConnectionError("the connection ended without an answer")
            self._data += more
        del self._data[: frame.size]
        return frame

    def message(self) -> tuple[int, bytes]:
        """Return opcode and payload of the next message, reassembled; pings are answered.

        Raises `ConnectionError` if a close frame comes instead, and what `receive` raises.
        """
        opcode, payload = 0, bytearray()
        while True:
            frame = self.receive()
            if frame.opcode == frames.PING:
                self.send(frames.PONG, frame.payload)
            elif frame.opcode == frames.CLOSE:
                raise ConnectionError(
                    f"closed with code {frames.close_code(frame.payload)} instead of answering"
                )
            elif frame.opcode != frames.PONG:
                opcode = opcode or frame.opcode
                payload += frame.payload
                if frame.final:
                    return opcode, bytes(payload)

    def __enter__(self) -> Self:
        """Return the connection."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close, with a closing handshake where one is still possible."""
        say_goodbye(self.sock)
        self.sock.close()


def say_goodbye(sock: socket.socket) -> None:
    """Send close 1000 and read until the server ends the connection; whatever goes wrong, it is over."""
    deadline = time.monotonic() + GOODBYE_S
    with contextlib.suppress(OSError):
        sock.settimeout(GOODBYE_S)
        sock.sendall(frames.client_frame(frames.CLOSE, (1000).to_bytes(2, "big"), bytes(4)))
        while time.monotonic() < deadline and sock.recv(65_536):
            pass
