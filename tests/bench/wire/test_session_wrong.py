"""The instrument against scripted servers: replies wrong in every way we know."""

import contextlib
import time
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

import pytest
from wsbench.demand.workload import Workload
from wsbench.measuring.recorder import ReplyError
from wsbench.websocket import frames
from wsbench.websocket.frames import server_frame

BAD = 20  # the index of the reply that goes wrong
SHAPES = {
    "depth 1": Workload(),
    "depth 8": Workload(depth=8),
    "3 connections, depth 2": Workload(connections=3, depth=2),
}
WORKLOADS = pytest.mark.parametrize("workload", SHAPES.values(), ids=SHAPES)
MANY_IN_FLIGHT = pytest.mark.parametrize("workload", list(SHAPES.values())[1:], ids=list(SHAPES)[1:])


def _spoilt(answers: Callable[[int, bytes], bytes], after: Callable | None = None) -> Callable:
    """Answer rightly up to BAD, then with `answers(opcode, payload)`; then do `after(link)`."""

    def behave(link: Any) -> None:
        for number, (opcode, payload) in enumerate(link.messages()):
            bad = number == BAD
            link.sock.sendall(answers(opcode, payload) if bad else server_frame(opcode, payload))
            if bad and after:
                after(link)
                return

    return behave


def _flip(payload: bytes) -> bytes:
    return payload[:7] + bytes([payload[7] ^ 1]) + payload[8:]


WRONG = {
    "flipped byte": (lambda op, x: server_frame(op, _flip(x)), r"reply 21: byte 7 of 64 came back as 0x"),
    "binary": (lambda _, x: server_frame(frames.BINARY, x), "reply 21: binary came back for text"),
    "short": (lambda op, x: server_frame(op, x[:-1]), "reply 21: 63 bytes came back for 64"),
    "empty": (lambda op, _: server_frame(op, b""), "reply 21: 0 bytes came back for 64"),
    "long": (lambda op, x: server_frame(op, x + b"!"), "reply 21: 65 bytes came back for 64"),
    "huge": (lambda op, x: server_frame(op, x * 1_000), "reply 21 is longer than the 64 bytes sent"),
    "doubled": (
        lambda op, x: server_frame(op, x) * 2,
        "reply 22(: byte 0 of 64 came back as 0x| came to no message: one was doubled)",
    ),
    "masked": (lambda op, x: frames.client_frame(op, x, b"mask"), "reply 21: no server frame: .* 81 c0"),
    "compressed": (lambda op, x: b"\xc1" + server_frame(op, x)[1:], "reply 21: no server frame: .* c1 40"),
    "no start": (lambda _, x: server_frame(0, x), "reply 21: a message went on out of turn"),
    "two starts": (
        lambda op, x: server_frame(op, x[:9], final=False) + server_frame(op, x[9:]),
        "reply 21: a message began out of turn",
    ),
    "wrong fragments": (
        lambda op, x: server_frame(op, x[:9], final=False) + server_frame(0, x[8:]),
        "reply 21: 65 bytes came back for 64",
    ),
}


@WORKLOADS
@pytest.mark.parametrize(("answers", "why"), WRONG.values(), ids=WRONG)
def test_wrong_replies(scripted: Any, exchange: Any, answers: Callable, why: str, workload: Workload):
    """The first wrong reply ends the slice, with its number and how it is wrong."""
    with pytest.raises(ReplyError, match=why):
        exchange(scripted(_spoilt(answers)), workload)


def test_a_doubled_reply_shows_where_all_are_alike(scripted: Any, exchange: Any):
    """Empty messages can't be told apart, but one reply too many can."""
    with pytest.raises(ReplyError, match="reply 22 came to no message: one was doubled"):
        exchange(scripted(_spoilt(lambda op, x: server_frame(op, x) * 2)), Workload(size=0))


@MANY_IN_FLIGHT
def test_swapped_replies(scripted: Any, exchange: Any, workload: Workload):
    """Two replies in the wrong order are told from a right pair."""

    def behave(link: Any) -> None:
        answers = (server_frame(*message) for message in link.messages())
        for answer in islice(answers, BAD):
            link.sock.sendall(answer)
        first, second = next(answers, b""), next(answers, b"")  # another connection may be first
        link.sock.sendall(second + first)
        _drain(answers)

    with pytest.raises(ReplyError, match="reply 21: byte"):
        exchange(scripted(behave), workload)


def _drain(answers: Iterable[bytes]) -> None:
    """Read on, so that the client can close in peace."""
    for _ in answers:
        pass


@MANY_IN_FLIGHT
def test_a_lost_reply_shows_in_the_next(scripted: Any, exchange: Any, workload: Workload):
    """With more in flight the next reply stands where the lost one should."""
    with pytest.raises(ReplyError, match="reply 21: byte"):
        exchange(scripted(_spoilt(lambda _op, _x: b"")), workload)


@WORKLOADS
def test_silence_is_a_timeout(scripted: Any, exchange: Any, workload: Workload):
    """A server that stops answering raises TimeoutError, naming the bound."""
    silent = _spoilt(lambda _op, _x: b"", lambda link: _drain(link.messages()))
    with pytest.raises(TimeoutError, match=r"no reply within 0.3 s"):
        exchange(scripted(silent), workload, timeout=0.3)


@WORKLOADS
@pytest.mark.parametrize("half", [1, 40])
def test_half_a_reply_is_a_timeout(scripted: Any, exchange: Any, half: int, workload: Workload):
    """A reply that never ends is no reply."""
    silent = _spoilt(lambda op, x: server_frame(op, x)[:half], lambda link: _drain(link.messages()))
    with pytest.raises(TimeoutError, match=r"no reply within 0.3 s"):
        exchange(scripted(silent), workload, timeout=0.3)


@WORKLOADS
@pytest.mark.parametrize(
    ("payload", "said"),
    [(b"\x03\xe9", "code 1001"), (b"", "no code"), (b"\x03\xf3oops", r"code 1011 \(oops\)")],
)
def test_a_close_frame_is_told(scripted: Any, exchange: Any, payload: bytes, said: str, workload: Workload):
    """A close instead of a reply raises ConnectionError with its code and reason."""
    with pytest.raises(ConnectionError, match=f"the server closed with {said}$"):
        exchange(scripted(_spoilt(lambda _op, _x: server_frame(frames.CLOSE, payload))), workload)


def test_what_was_said_before_a_reset_is_told(scripted: Any, exchange: Any):
    """Who still writes does not read: the close frame waits behind the error of the write."""

    def refuse(link: Any) -> None:
        link.sock.recv(1)
        link.sock.sendall(server_frame(frames.CLOSE, b"\x03\xf1message too big"))
        link.reset()

    with pytest.raises(ConnectionError, match=r"^the server closed with code 1009 \(message too big\)$"):
        exchange(scripted(refuse), Workload(size=8 * 1024 * 1024))


@WORKLOADS
@pytest.mark.parametrize("reset", [True, False])
def test_a_lost_connection_is_told(scripted: Any, exchange: Any, reset: bool, workload: Workload):
    """The end of the stream and a reset raise ConnectionError, whatever was half sent."""
    # unread data turns a close into a reset too, so both are allowed where more is in flight
    gone = _spoilt(lambda op, x: server_frame(op, x)[:5], lambda link: link.reset() if reset else None)
    wanted = "reset by peer" if reset else "closed the connection after 20 replies|reset by peer|Broken pipe"
    with pytest.raises(ConnectionError, match=wanted):
        exchange(scripted(gone), workload)


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (_flip, "reply 1: byte 7 of 70 came back as"),
        (lambda data: data + data[:1], "reply 2: byte 1 of"),
        (lambda data: b"", "no reply within"),
    ],
)
def test_the_floor_is_compared_too(scripted: Any, exchange: Any, spoil: Callable, why: str):
    """Altered, extra and missing bytes over plain TCP are found."""

    def behave(link: Any) -> None:
        while data := link.sock.recv(30_000):
            link.sock.sendall(spoil(data))

    with pytest.raises((ReplyError, TimeoutError), match=why):
        exchange(scripted(behave, raw=True), Workload(), plain=True, timeout=0.3)


LITTLE = {
    "pings": lambda _op, _payload: server_frame(frames.PING, b""),
    "pongs": lambda _op, _payload: server_frame(frames.PONG, b"x" * 125),
    "empty fragments": lambda op, _payload: server_frame(op, b"", final=False),
    "a byte": server_frame,
}


@WORKLOADS
@pytest.mark.parametrize("kind", LITTLE)
def test_a_little_now_and_then_is_no_reply(scripted: Any, exchange: Any, kind: str, workload: Workload):
    """Whatever comes, a reply that never becomes whole is as late as one that never comes."""

    def behave(link: Any) -> None:
        opcode, payload = next(link.messages())
        piece = LITTLE[kind](opcode, payload)
        with contextlib.suppress(OSError):
            for number in range(200):
                if kind == "empty fragments" and number:
                    piece = server_frame(0, b"", final=False)
                link.sock.sendall(piece[number : number + 1] if kind == "a byte" else piece)
                time.sleep(0.01 if kind != "a byte" else 0.1)

    with pytest.raises(TimeoutError, match=r"no reply within 0\.2 s"):
        exchange(scripted(behave), workload, timeout=0.2)


@WORKLOADS
def test_fragments_past_the_reply_fail_at_once(scripted: Any, exchange: Any, workload: Workload):
    """They would fill the memory: no fragment more than was sent is read."""

    def behave(link: Any) -> None:
        opcode, payload = next(link.messages())
        link.sock.sendall(server_frame(opcode, payload, final=False))
        with contextlib.suppress(OSError):
            while True:
                link.sock.sendall(server_frame(0, b"x" * 1_000, final=False))

    with pytest.raises(ReplyError, match="reply 1 is longer than the 64 bytes sent"):
        exchange(scripted(behave), workload, timeout=5.0)


def test_a_peer_that_pings_and_does_not_read_is_owed_little(scripted: Any, exchange: Any):
    """Of many pings some get no pong (RFC 6455 section 5.5.3): what waits to be sent stays small."""

    def behave(link: Any) -> None:
        next(link.messages())
        with contextlib.suppress(OSError):
            for _ in range(20_000):
                link.sock.sendall(server_frame(frames.PING, b"x" * 125) * 20)

    with pytest.raises((TimeoutError, ConnectionError)):
        exchange(scripted(behave), Workload(connections=2), timeout=0.3)
