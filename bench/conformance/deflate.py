"""The contract's requirements about permessage-deflate (RFC 7692)."""

from __future__ import annotations

import random

from ..machine.launcher import Server
from ..websocket import frames
from ..websocket.permessage_deflate import NAME, OFFER, Agreement, Deflater, read_answer
from ..websocket.raw_client import Peer
from .check import Requirement, comes_back, connect, need

SIZES = (0, 1, 125, 65_536)
MESSAGE = 5_000
NARROW = 10
"""Window bits that a client may name as its most: 1 KiB, less than `MESSAGE`."""

OFFERS = (f"{NAME}; server_no_context_takeover", f"{NAME}; client_max_window_bits={NARROW}")
INVALID = (f"{NAME}; unheard_of=42", f"{NAME}; server_max_window_bits=16")
"""Offers that must be declined: an unknown parameter, and a value out of range (section 7.1)."""


def words(size: int) -> bytes:
    """Return ASCII text of a size in bytes that compresses well."""
    return (b"the same words over and over again, " * (size // 36 + 1))[:size]


def _answer(peer: Peer) -> str:
    return peer.response.headers.get("sec-websocket-extensions", "")


def _declined(server: Server) -> None:
    with connect(server, extensions=OFFER) as peer:
        need(not _answer(peer), f"agreed on {_answer(peer)!r} where the class is equal")


def _agreed(server: Server) -> None:
    with connect(server, extensions=OFFER) as peer:
        read_answer(_answer(peer))


def _agreed_equally(server: Server) -> None:
    with connect(server, extensions=OFFER) as peer:
        agreed = read_answer(_answer(peer))
        need(agreed == Agreement(), f"agreed on {_answer(peer)!r}: not 15 window bits and context takeover")


def _echo(server: Server) -> None:
    """Sections 6.1 (fragments), 6.2 (compressed or not, message by message) and 7.2.3.2 (the context)."""
    noise = random.Random(0)
    with connect(server, extensions=OFFER) as peer:
        agreed = read_answer(_answer(peer))
        deflater = Deflater(agreed.client_bits, takeover=agreed.client_takeover)
        for size in SIZES:
            for opcode, payload in ((frames.BINARY, noise.randbytes(size)), (frames.TEXT, words(size))):
                peer.send(opcode, deflater.deflate(payload), rsv=frames.RSV1)
                comes_back(server, peer, opcode, payload)
        _exchange(server, peer)
        payload = words(MESSAGE)
        deflated = deflater.deflate(payload)
        peer.send(frames.TEXT, deflated[:7], final=False, rsv=frames.RSV1)
        peer.send(frames.CONTINUATION, deflated[7:9], final=False)
        peer.send(frames.CONTINUATION, deflated[9:])
        comes_back(server, peer, frames.TEXT, payload)


def _exchange(server: Server, peer: Peer, deflater: Deflater | None = None) -> None:
    """Have a message come back, compressed where there is a deflater."""
    payload = words(MESSAGE)
    deflated = deflater.deflate(payload) if deflater else payload
    peer.send(frames.TEXT, deflated, rsv=frames.RSV1 if deflater else 0)
    comes_back(server, peer, frames.TEXT, payload)


def _parameters(server: Server) -> None:
    """Sections 7.1.1.1 and 7.1.2.2: a server may decline, but what it agrees on, it says and keeps."""
    for offer in OFFERS:
        with connect(server, extensions=offer) as peer:
            answer, deflater = _answer(peer), None
            if answer:
                agreed = read_answer(answer, offer)
                asked = "server_no_context_takeover" in offer
                need(not (asked and agreed.server_takeover), f"answered the offer {offer!r} with {answer!r}")
                bits = min(NARROW, agreed.client_bits) if "client_max" in offer else agreed.client_bits
                deflater = Deflater(bits, takeover=agreed.client_takeover)
            for _ in range(2):  # the second may refer back to the first, with context takeover
                _exchange(server, peer, deflater)


def _invalid(server: Server) -> None:
    for offer in INVALID:
        with connect(server, extensions=offer) as peer:
            need(not _answer(peer), f"answered the offer {offer!r} with {_answer(peer)!r}")
            _exchange(server, peer)


NO_DEFLATE = Requirement(
    "no-deflate", "an offer of permessage-deflate is not accepted (equal)", _declined, "settings"
)
AGREED = Requirement("deflate", "an offer of permessage-deflate is agreed on", _agreed, "deflate")
AGREED_EQUALLY = Requirement(
    "deflate",
    "permessage-deflate is agreed on with 15 window bits and context takeover (equal)",
    _agreed_equally,
    "deflate",
)
DEFLATE_ECHO = Requirement(
    "deflate-echo", "compressed messages come back intact, 0 to 65,536 bytes", _echo, "deflate"
)
PARAMETER_REQUIREMENTS = (
    Requirement(
        "deflate-params",
        "parameters of permessage-deflate are agreed on by its rules, or not",
        _parameters,
        "negotiation",
    ),
    Requirement(
        "deflate-invalid",
        "an offer of permessage-deflate with invalid parameters is declined",
        _invalid,
        "negotiation",
    ),
)
