"""RFC 6455 frames as pure functions: building them, reading them, telling two apart."""

from __future__ import annotations

import struct

import msgspec

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
RSV1 = 4
"""The reserved bit that permessage-deflate sets on a compressed message (RFC 7692 section 6)."""
LONGEST = 64 * 1024 * 1024
"""Bytes of the longest frame that is read: four times what any server of ours must echo."""
OPCODES = {0: "continuation", 1: "text", 2: "binary", 8: "close", 9: "ping", 10: "pong"}


class Frame(msgspec.Struct, frozen=True):
    """One frame as received; `size` counts its bytes on the wire, `rsv` are its reserved bits."""

    opcode: int
    payload: bytes
    final: bool
    size: int
    rsv: int = 0


def header(opcode: int, size: int, *, final: bool = True, masked: bool = False, rsv: int = 0) -> bytes:
    """Return the frame header of a payload of `size` bytes, shortest form (RFC 6455 section 5.2)."""
    first, bit = (0x80 if final else 0) | rsv << 4 | opcode, 0x80 if masked else 0
    if size < 126:
        return struct.pack("!BB", first, bit | size)
    if size < 65_536:
        return struct.pack("!BBH", first, bit | 126, size)
    return struct.pack("!BBQ", first, bit | 127, size)


def masked(payload: bytes, mask: bytes) -> bytes:
    """XOR a payload with the repeated 4-byte mask (RFC 6455 section 5.3)."""
    size = len(payload)
    key = (mask * (size // 4 + 1))[:size]
    return (int.from_bytes(payload, "little") ^ int.from_bytes(key, "little")).to_bytes(size, "little")


def client_frame(opcode: int, payload: bytes, mask: bytes, *, final: bool = True, rsv: int = 0) -> bytes:
    """Return a whole frame as a client sends it."""
    start = header(opcode, len(payload), final=final, masked=True, rsv=rsv)
    return start + mask + masked(payload, mask)


def server_frame(opcode: int, payload: bytes, *, final: bool = True, rsv: int = 0) -> bytes:
    """Return a whole frame as a server sends it."""
    return header(opcode, len(payload), final=final, rsv=rsv) + payload


def read_frame(
    data: bytes | bytearray | memoryview, start: int = 0, end: int | None = None, *, rsv: int = 0
) -> Frame | None:
    """Return the server's frame that begins at `start`, or None while it is not all there.

    `data` is looked at up to `end`; `rsv` are the reserved bits that were agreed on, and only the first frame
    of a message may bear them. Raises `ValueError` for what a server must not send: other reserved bits, a
    mask, an unknown opcode, a control frame that is long or in fragments (section 5.5), a frame of more than
    `LONGEST` bytes.
    """
    end = len(data) if end is None else end
    if end - start < 2:
        return None
    first, second = data[start], data[start + 1]
    opcode, bits = first & 0x0F, first >> 4 & 7
    if opcode not in OPCODES or second & 0x80 or (bits and (bits & ~rsv or opcode not in {TEXT, BINARY})):
        raise ValueError(f"no server frame: it begins with {bytes(data[start : start + 2]).hex(' ')}")
    size, at = second & 0x7F, start + 2
    if opcode >= CLOSE and (size > 125 or not first & 0x80):
        raise ValueError(f"a {OPCODES[opcode]} frame that is {'long' if size > 125 else 'in fragments'}")
    if size > 125:
        width = 2 if size == 126 else 8
        if end < at + width:
            return None
        size, at = int.from_bytes(data[at : at + width], "big"), at + width
    if size > LONGEST:
        raise ValueError(f"a frame of {size:,} bytes, where {LONGEST:,} are the most that is read")
    if end < at + size:
        return None
    return Frame(opcode, bytes(data[at : at + size]), bool(first & 0x80), at + size - start, bits)


def close_code(payload: bytes) -> int:
    """Return the code in a close frame's payload; 1005 where there is none (RFC 6455 section 7.1.5)."""
    return int.from_bytes(payload[:2], "big") if len(payload) >= 2 else 1005


def close_said(payload: bytes) -> str:
    """Return what a close frame says, read like `code 1009 (too many fragments)` or `no code`."""
    if len(payload) < 2:
        return "no code"
    reason = " ".join(payload[2:].decode(errors="replace").split())
    return f"code {close_code(payload)}{reason and f' ({reason})'}"


def difference(opcode: int, payload: bytes | bytearray, wanted_opcode: int, wanted: bytes) -> str:
    """Say in a few words how a reply differs from what was sent; "" when it does not."""
    if opcode != wanted_opcode:
        return f"{OPCODES.get(opcode, opcode)} came back for {OPCODES[wanted_opcode]}"
    if len(payload) != len(wanted):
        return f"{len(payload):,} bytes came back for {len(wanted):,}"
    if payload == wanted:
        return ""
    at = next(index for index, (one, other) in enumerate(zip(payload, wanted, strict=True)) if one != other)
    return f"byte {at:,} of {len(wanted):,} came back as 0x{payload[at]:02x}, sent was 0x{wanted[at]:02x}"


BEFORE, SHOWN = 8, 32
"""So many bytes before a difference are shown, and so many in all."""


def contrast(payload: bytes | bytearray, wanted: bytes) -> str:
    """Return a piece of what was wanted and of what came, from shortly before the first difference on."""
    shorter = min(len(payload), len(wanted))
    at = next((index for index in range(shorter) if payload[index] != wanted[index]), shorter)
    begin = max(0, at - BEFORE)
    expected, came = (_piece(bytes(one), begin) for one in (wanted, payload))
    return f"expected {expected}, got {came}"


def _piece(data: bytes, begin: int) -> str:
    piece = data[begin : begin + SHOWN].decode(errors="replace")
    return f"{'…' * (begin > 0)}{piece!r}{'…' * (begin + SHOWN < len(data))}"
