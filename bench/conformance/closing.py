"""The contract's requirements about the end: the closing handshake, and errors that end a connection."""

from __future__ import annotations

from ..machine.launcher import Server
from ..targets.contract import LIMIT
from ..websocket import frames
from ..websocket.raw_client import Peer
from .check import Broken, Requirement, connect, need

BROKEN_UTF8 = b"\xce\xba\xe1\xbd\xb9\xcf\x83\xed\xa0\x80"  # a lone surrogate at the end
CODES = (1000, 1001, 3000, 4999)
NORMAL, PROTOCOL_ERROR, NONE, NOT_UTF8, TOO_BIG = 1000, 1002, 1005, 1007, 1009
"""Codes of section 7.4.1; "none" is never sent, a close frame without a code stands for it."""

MASK = b"\x1b\x2d\x3c\x4f"


def _close_frame(code: int, reason: bytes = b"") -> bytes:
    return frames.client_frame(frames.CLOSE, code.to_bytes(2, "big") + reason, MASK)


INVALID_CLOSES: tuple[tuple[str, bytes], ...] = (
    ("a close of 1 byte", frames.client_frame(frames.CLOSE, b"\x03", MASK)),
    *((f"a close with code {code}", _close_frame(code)) for code in (999, 1005, 1006, 1015)),
    ("a close with a reason that is not UTF-8", _close_frame(NORMAL, BROKEN_UTF8)),
)
"""What no close frame may be: sections 5.5.1, 7.4.1 and 7.4.2, of RFC 6455 like all of them here."""

ERRORS: tuple[tuple[str, bytes], ...] = (
    *((f"opcode {code}", frames.client_frame(code, b"x", MASK)) for code in (3, 11)),  # section 5.2
    *(  # section 5.2
        (f"reserved bit {number}", frames.client_frame(frames.TEXT, b"x", MASK, rsv=8 >> number))
        for number in (1, 2, 3)
    ),
    ("a fragmented ping", frames.client_frame(frames.PING, b"x", MASK, final=False)),  # section 5.5
    ("a ping of 126 bytes", frames.client_frame(frames.PING, bytes(126), MASK)),  # section 5.5
    ("a continuation of nothing", frames.client_frame(frames.CONTINUATION, b"x", MASK)),  # section 5.4
)
"""Frames that fail the connection."""

UNMASKED = (("an unmasked frame", frames.server_frame(frames.TEXT, b"with no mask on")),)
"""Section 5.1: upon it the server must close the connection, and may send code 1002."""


def closes(peer: Peer, codes: tuple[int, ...], what: str = "") -> None:
    """Raise `Broken` unless a close frame with one of the codes comes; `what` is what it answers."""
    behind = f" for {what}" if what else ""
    wanted = " or ".join("without a code" if code == NONE else f"{code}" for code in codes)
    frame = peer.receive()
    kind = frames.OPCODES[frame.opcode]
    need(frame.opcode == frames.CLOSE, f"answered with {kind}, not with close {wanted}{behind}")
    code, size = frames.close_code(frame.payload), len(frame.payload)
    said = {0: "without a code", 1: "with 1 byte of a code"}.get(size, f"with code {code}")
    need(code in codes and (code == NONE) == (size == 0), f"closed {said}, not {wanted}{behind}")


def _close(server: Server) -> None:
    with connect(server) as peer:
        peer.sock.sendall(_close_frame(NORMAL, b"bye"))
        closes(peer, (NORMAL,))


def _codes(server: Server) -> None:
    """Section 5.5.1: the answer "typically" repeats the code; some servers answer each with 1000."""
    for code in CODES:
        with connect(server) as peer:
            peer.sock.sendall(_close_frame(code, b"so it ends"))
            closes(peer, (code, NORMAL) if code != NORMAL else (code,), f"code {code}")


def _empty(server: Server) -> None:
    """Section 5.5.1: a close is answered with a close; without a code there is none to repeat."""
    with connect(server) as peer:
        peer.send(frames.CLOSE, b"")
        closes(peer, (NORMAL, NONE))


def _fails(server: Server, cases: tuple[tuple[str, bytes], ...], *others: int) -> None:
    """Raise `Broken` unless each of the cases fails a connection.

    Section 7.1.7: that is ending it, and before that a close frame should be sent.
    """
    for what, data in cases:
        with connect(server) as peer:
            peer.sock.sendall(data)
            try:
                closes(peer, (PROTOCOL_ERROR, *others, NONE), what)
            except TimeoutError:
                raise Broken(f"no answer within {server.patience:g} s for {what}") from None
            except ConnectionError:  # it ended without one
                continue


def _invalid(server: Server) -> None:
    """Send invalid close frames: they are errors of the peer, and must not be answered as a normal close."""
    _fails(server, INVALID_CLOSES[:-1])
    _fails(server, INVALID_CLOSES[-1:], NOT_UTF8)


def _error(server: Server) -> None:
    _fails(server, ERRORS)


def _unmasked(server: Server) -> None:
    _fails(server, UNMASKED)


def _bad_utf8(server: Server) -> None:
    with connect(server) as peer:
        peer.send(frames.TEXT, BROKEN_UTF8)
        closes(peer, (NOT_UTF8,))


def _too_large(server: Server) -> None:
    """Send the header alone: the rest, sent into a closed connection, would hide the answer."""
    with connect(server) as peer:
        peer.sock.sendall(frames.header(frames.BINARY, LIMIT + 1, masked=True) + bytes(4 + 1000))
        closes(peer, (TOO_BIG,))


CLOSE = Requirement("close", "a close is echoed", _close, "close")
CLOSING_REQUIREMENTS = (
    CLOSE,
    Requirement(
        "close-codes",
        "a close with 1000, 1001, 3000 or 4999 is answered with the same code or 1000",
        _codes,
        "close",
    ),
    Requirement(
        "close-empty", "a close without a code is answered with one without, or with 1000", _empty, "close"
    ),
    Requirement(
        "close-invalid",
        "an invalid close is refused with close 1002, or the connection ends",
        _invalid,
        "close",
    ),
    Requirement(
        "protocol-error",
        "an invalid frame is refused with close 1002, or the connection ends",
        _error,
        "close",
    ),
    Requirement(
        "unmasked", "an unmasked frame is refused with close 1002, or the connection ends", _unmasked, "close"
    ),
    Requirement("bad-utf8", "invalid UTF-8 is refused with close 1007", _bad_utf8, "bad UTF-8"),
    Requirement("too-large", "a message over 16 MiB is refused with close 1009", _too_large, "limit"),
)
