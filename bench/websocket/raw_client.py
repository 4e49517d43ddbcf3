"""A client that speaks frames, not messages: it can say what no library lets one say."""

from __future__ import annotations

import os
import ssl
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from . import frames
from .closing import say_goodbye
from .deadline import Deadline
from .handshake import open_socket, upgrade
from .http_messages import Headers, Response, authority
from .permessage_deflate import NAME, Deflater, Inflater, read_answer
from .tls import Stream


class Peer:
    """One raw connection; every wait is bounded by `timeout` seconds.

    Where `extensions` offer permessage-deflate and the server agrees, compressed messages are inflated.
    """

    def __init__(  # noqa: PLR0913  # all that a handshake may have
        self,
        address: tuple[str, int, str],
        *,
        subprotocols: Sequence[str] = (),
        extensions: str = "",
        timeout: float = 5.0,
        tls: ssl.SSLContext | None = None,
        headers: Headers = (),
        via: tuple[str, int] | None = None,
    ) -> None:
        host, port, path = address
        self.timeout = timeout
        self.sock: Stream = open_socket(*(via or (host, port)), timeout, tls=tls, name=host)
        try:
            self.response: Response = upgrade(
                self.sock,
                path,
                authority(host, port, tls=tls is not None),
                subprotocols=subprotocols,
                extensions=extensions,
                headers=headers,
                timeout=timeout,
            )
            self._agree(extensions)
        except BaseException:
            self.sock.close()
            raise
        self._data = bytearray(self.response.rest)

    def _agree(self, offer: str) -> None:
        """Take up what the server answered to an offer of deflate."""
        self._rsv, self._deflater, self._inflater = 0, Deflater(), Inflater()
        answer = self.response.headers.get("sec-websocket-extensions", "")
        if NAME in offer and answer:
            agreed = read_answer(answer, offer)
            self._rsv = frames.RSV1
            self._deflater = Deflater(agreed.client_bits, takeover=agreed.client_takeover)
            self._inflater = Inflater(agreed.server_bits, takeover=agreed.server_takeover)

    def send(self, opcode: int, payload: bytes, *, final: bool = True, rsv: int = 0) -> None:
        """Send one frame under a random mask; `rsv` are its reserved bits."""
        self.sock.sendall(frames.client_frame(opcode, payload, os.urandom(4), final=final, rsv=rsv))

    def send_deflated(self, opcode: int, payload: bytes) -> None:
        """Send a message compressed, in the context that the earlier ones left where that was agreed on."""
        self.send(opcode, self._deflater.deflate(payload), rsv=frames.RSV1)

    def receive(self) -> frames.Frame:
        """Return the next frame.

        Raises `TimeoutError` where it has not come in time, `ConnectionError` at the end, `ValueError` for a
        malformed frame.
        """
        return self._receive(Deadline.after(self.timeout))

    def _receive(self, deadline: Deadline) -> frames.Frame:
        while (frame := frames.read_frame(self._data, rsv=self._rsv)) is None:
            try:
                more = self.sock.recv(1 << 20)
            except BlockingIOError:
                raise self._overdue() from None
            if deadline.passed:
                raise self._overdue()
            if not more:
                raise ConnectionError("the connection ended without an answer")
            self._data += more
        del self._data[: frame.size]
        return frame

    def _overdue(self) -> TimeoutError:
        return TimeoutError(f"no answer within {self.timeout:g} s")

    def message(self) -> tuple[int, bytes]:
        """Return opcode and payload of the next message, reassembled and inflated; pings are answered.

        Raises `ConnectionError` if a close frame comes instead, and what `receive` raises.
        """
        opcode, payload, compressed = 0, bytearray(), False
        deadline = Deadline.after(self.timeout)
        while True:
            frame = self._receive(deadline)
            if deadline.passed:  # pings and empty fragments are no answer
                raise self._overdue()
            if frame.opcode == frames.PING:
                self.send(frames.PONG, frame.payload)
            elif frame.opcode == frames.CLOSE:
                raise ConnectionError(f"closed with {frames.close_said(frame.payload)} instead of answering")
            elif frame.opcode != frames.PONG:
                opcode, compressed = opcode or frame.opcode, compressed or bool(frame.rsv)
                payload += frame.payload
                if len(payload) > frames.LONGEST:
                    raise ValueError(f"an answer of more than {frames.LONGEST:,} bytes")
                if frame.final:
                    return opcode, self._inflater.inflate(payload, frames.LONGEST) if compressed else bytes(
                        payload
                    )

    def __enter__(self) -> Self:
        """Return the connection."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close, with a closing handshake where one is still possible."""
        say_goodbye(self.sock)
        self.sock.close()
