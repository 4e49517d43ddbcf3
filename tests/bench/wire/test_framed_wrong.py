"""Compressed replies wrong in every way we know, and handshakes that agree on something else."""

import contextlib
from collections.abc import Callable
from typing import Any

import pytest
from wsbench.demand.workload import Workload
from wsbench.measuring.recorder import ReplyError
from wsbench.records.common import Handshake
from wsbench.websocket import frames
from wsbench.websocket.frames import server_frame
from wsbench.websocket.http_messages import HandshakeError
from wsbench.wire.session import WireSession

BAD = 20  # the index of the reply that goes wrong
SHAPES = {
    "depth 1": Workload(words=True),
    "depth 8": Workload(depth=8),
    "3 connections, depth 2": Workload(connections=3, depth=2, words=True),
    "3 fragments, depth 2": Workload(size=300, fragments=3, depth=2),
}
WORKLOADS = pytest.mark.parametrize("workload", SHAPES.values(), ids=SHAPES)


def _whole(_n: int, opcode: int, payload: bytes, compress: Callable) -> bytes:
    return server_frame(opcode, compress(payload), rsv=frames.RSV1)


def _spoilt(deflating: Callable, spoil: Callable) -> Callable:
    def answers(number: int, opcode: int, payload: bytes, compress: Callable) -> bytes:
        return (spoil if number == BAD else _whole)(number, opcode, payload, compress)

    return deflating(answers)


def _flipped(payload: bytes) -> bytes:
    return payload[:7] + bytes([payload[7] ^ 1]) + payload[8:]


def _rsv(opcode: int, small: bytes) -> bytes:
    return server_frame(opcode, small, rsv=frames.RSV1)


WRONG = {
    "flipped byte": (
        lambda _, op, x, c: _rsv(op, c(_flipped(x))),
        r"reply 21: byte 7 of \d+ came back as 0x",
    ),
    "binary": (lambda _, op, x, c: _rsv(frames.BINARY, c(x)), "reply 21: binary came back for text"),
    "short": (lambda _, op, x, c: _rsv(op, c(x[:-1])), r"reply 21: \d+ bytes came back for \d+"),
    "long": (lambda _, op, x, c: _rsv(op, c(x + b"!")), r"reply 21: it inflates to more than \d+ bytes"),
    "bomb": (lambda _, op, x, c: _rsv(op, c(bytes(2**22))), r"reply 21: it inflates to more than \d+ bytes"),
    "garbage": (
        lambda _, op, x, c: _rsv(op, b"\xff" * 9),
        "reply 21: it can't be inflated: invalid block type",
    ),
    "cut": (lambda _, op, x, c: _rsv(op, c(x)[:-9]), r"reply 21: (\d+ bytes came back|it can't be inflated)"),
    "not compressed": (lambda _, op, x, c: _rsv(op, b"\x07" + x), "reply 21: it can't be inflated"),
    "compressed unsaid": (lambda _, op, x, c: server_frame(op, c(x)), r"reply 21: .* came back"),
    "uncompressed wrong": (
        lambda _, op, x, c: server_frame(op, _flipped(x)),
        r"reply 21: byte 7 of \d+ came",
    ),
    "RSV1 in a fragment": (
        lambda _, op, x, c: server_frame(op, c(x)[:5], final=False, rsv=4) + server_frame(0, c(x)[5:], rsv=4),
        "reply 21: no server frame: it begins with c0",
    ),
    "RSV2": (lambda _, op, x, c: server_frame(op, x, rsv=2), "reply 21: no server frame: it begins with a1"),
    "endless": (lambda _, op, x, c: _rsv(op, bytes(100_000)), r"reply 21 is longer than the \d+ bytes sent"),
}


@WORKLOADS
@pytest.mark.parametrize(("spoil", "why"), WRONG.values(), ids=WRONG)
def test_wrong_replies(
    scripted: Any, exchange: Any, spoil: Callable, why: str, workload: Workload, deflating: Callable
):
    """The first wrong reply ends the slice, with its number and how it is wrong."""
    with pytest.raises(ReplyError, match=why):
        exchange(scripted(_spoilt(deflating, spoil), raw=True), workload, deflate=True)


@WORKLOADS
def test_a_doubled_reply(scripted: Any, exchange: Any, workload: Workload, deflating: Callable):
    """One reply too many is no reply to the next message."""
    twice = _spoilt(deflating, lambda _, op, x, c: _rsv(op, c(x)) + _rsv(op, c(x)))
    with pytest.raises(ReplyError, match="reply 22"):
        exchange(scripted(twice, raw=True), workload, deflate=True)


def test_a_server_that_keeps_a_context_it_gave_up(scripted: Any, exchange: Any, deflating: Callable):
    """What was agreed on is what replies are inflated with."""
    liar = deflating(_whole, "permessage-deflate; server_no_context_takeover")
    with pytest.raises(ReplyError, match="reply 9: it can't be inflated: invalid distance too far back"):
        exchange(scripted(liar, raw=True), Workload(), deflate=True)  # the ninth is the first again


def test_a_server_that_looks_back_further_than_it_said(scripted: Any, exchange: Any, deflating: Callable):
    """Eight messages of 2,000 bytes fit into a window of 15 bits, not into one of 9."""
    workload = Workload(2_000)
    assert exchange(scripted(deflating(_whole), raw=True), workload, deflate=True).latencies
    liar = deflating(_whole, "permessage-deflate; server_max_window_bits=9")
    with pytest.raises(ReplyError, match=r"reply \d: it can't be inflated: invalid distance too far back"):
        exchange(scripted(liar, raw=True), workload, deflate=True)


@pytest.mark.parametrize(
    ("agreement", "why"),
    [
        ("", "the server did not agree on permessage-deflate"),
        ("permessage-deflate; client_max_window_bits", "with the parameter 'client_max_window_bits'"),
    ],
)
def test_a_handshake_without_agreement(scripted: Any, agreement: str, why: str, deflating: Callable):
    """The session does not open, and the connection is closed."""
    server = scripted(deflating(_whole, agreement), raw=True)
    session = WireSession(server.address, Workload(), [b"x"], plain=False, timeout=5, deflate=True)
    with contextlib.closing(session):
        with pytest.raises(HandshakeError, match=why) as caught:
            session.open()
        server.threads[-1].join(5)
        assert not server.threads[-1].is_alive()
        assert caught.value


def test_what_was_agreed_on_is_told(scripted: Any):
    """The answer is handed on as it came, with the subprotocol that was chosen."""
    offers = []

    def behave(link: Any) -> None:
        link.accept(headers=f"Sec-WebSocket-Extensions: {answer}\r\nSec-WebSocket-Protocol: chat\r\n")
        offers.append(link.request.split("\r\n"))

    answer = "permessage-deflate; server_max_window_bits=12"
    server = scripted(behave, raw=True)
    session = WireSession(
        server.address,
        Workload(),
        [b"x"],
        plain=False,
        timeout=5,
        deflate=True,
        subprotocols=("http-only", "chat"),
        headers=[("Origin", "https://a")],
    )
    with contextlib.closing(session):
        assert session.open() == Handshake(answer, "chat")
    assert {
        "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits",
        "Sec-WebSocket-Protocol: http-only, chat",
        "Origin: https://a",
    } <= set(offers[0])
