"""permessage-deflate: what may be agreed on, and both directions of it (RFC 7692)."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

from .http_messages import SPACE, HandshakeError

NAME = "permessage-deflate"
OFFER = f"{NAME}; client_max_window_bits"
"""What browsers offer: the server may choose the window that the client compresses with (section 7.1.2.2)."""
BITS = 15
"""Binary logarithm of the window: 32,768 bytes, the largest there is."""
LEVEL, MEMORY = 6, 8
TAIL = b"\x00\x00\xff\xff"
"""The end of a compressed message, which is left out on the wire (RFC 7692 section 7.2.1)."""

MOST_FINAL = 64
"""Final blocks of a message: who compresses fragments one by one sends some. What follows one is copied,
and empty ones have two bytes: a megabyte of them would take many seconds."""

_SWITCHES = {"server_no_context_takeover", "client_no_context_takeover"}
_WINDOWS = {"server_max_window_bits", "client_max_window_bits"}
_WIDTHS = {str(bits) for bits in range(8, 16)}


@dataclass(frozen=True, slots=True)
class Agreement:
    """What both sides compress with: window bits, and whether the context of a message serves the next."""

    server_bits: int = BITS
    server_takeover: bool = True
    client_bits: int = BITS
    client_takeover: bool = True


def read_answer(answer: str, offer: str = OFFER) -> Agreement:
    """Read the Sec-WebSocket-Extensions header that answers an offer (RFC 7692 section 7.1).

    Raises `HandshakeError` where there is none, or one that may not answer this offer.
    """
    if not answer:
        raise HandshakeError(f"the server did not agree on {NAME}")
    name, *texts = (part.strip(SPACE) for part in answer.split(";"))
    if name != NAME:
        raise HandshakeError(f"the server answered an offer of {NAME} with {answer!r}")
    found: dict[str, str] = {}
    for text in texts:
        key, equals, value = (part.strip(SPACE) for part in text.partition("="))
        value = value[1:-1] if value[:1] == value[-1:] == '"' else value
        known = (key in _SWITCHES and not equals) or (key in _WINDOWS and value in _WIDTHS)
        if not known or key in found or (key == "client_max_window_bits" and key not in offer):
            raise HandshakeError(f"the server answered the offer {offer!r} with the parameter {text!r}")
        found[key] = value
    return Agreement(
        server_bits=int(found.get("server_max_window_bits", BITS)),
        server_takeover="server_no_context_takeover" not in found,
        client_bits=int(found.get("client_max_window_bits", BITS)),
        client_takeover="client_no_context_takeover" not in found,
    )


class Deflater:
    """Compresses the messages of one direction in their order, without `takeover` each on its own."""

    def __init__(self, bits: int = BITS, *, takeover: bool = True) -> None:
        # zlib has no window of 8 bits for compressing, and its 9 would be too much for the other side (as
        # zlib says itself of -8): without compression none is looked back on
        level, bits = (LEVEL, bits) if bits > 8 else (0, 9)
        self._stream = zlib.compressobj(level, zlib.DEFLATED, -bits, MEMORY)
        # a full flush forgets what was sent, at a fiftieth of the cost of another compressor
        self._flush = zlib.Z_SYNC_FLUSH if takeover else zlib.Z_FULL_FLUSH

    def deflate(self, payload: bytes) -> bytes:
        """Return the payload of a compressed message (RFC 7692 section 7.2.1)."""
        return (self._stream.compress(payload) + self._stream.flush(self._flush)).removesuffix(TAIL)


class Inflater:
    """Inflates the compressed messages of one direction in their order."""

    def __init__(self, bits: int = BITS, *, takeover: bool = True) -> None:
        self._bits = bits
        self._takeover = takeover
        self._stream = self._new()

    def _new(self) -> zlib._Decompress:
        return zlib.decompressobj(-self._bits)

    def inflate(self, data: bytes | bytearray, limit: int) -> bytes:
        """Return what was compressed (RFC 7692 section 7.2.2), at most `limit` bytes.

        Raises `ValueError` where there is more, and for what is no deflate.
        """
        if not self._takeover:
            self._stream = self._new()
        try:
            found = self._inflated(data, limit)
        except zlib.error as problem:
            raise ValueError(f"it can't be inflated: {str(problem).rpartition(': ')[2]}") from None
        if len(found) > limit:
            raise ValueError(f"it inflates to more than {limit:,} bytes")
        return found

    def _inflated(self, data: bytes | bytearray, limit: int) -> bytes:
        found = self._stream.decompress(data + TAIL, limit + 1)
        final = 0
        while self._stream.eof and len(found) <= limit:  # a final block, RFC 7692 section 7.2.3.4
            final += 1
            if final > MOST_FINAL:
                raise ValueError(f"it has more than {MOST_FINAL} final blocks")
            rest, self._stream = self._stream.unused_data, self._new()
            found += self._stream.decompress(rest, limit + 1 - len(found))
        return found
