"""The instrument against scripted servers: right in every shape TCP allows, wrong in every way we know."""

import contextlib
from collections.abc import Callable, Iterable
from itertools import islice

import pytest
from wsbench.measuring.tally import ReplyError
from wsbench.measuring.wire import WireSession
from wsbench.values import frames
from wsbench.values.frames import server_frame
from wsbench.values.slices import Slice
from wsbench.values.workload import Workload, payloads

BAD = 20  # the index of the reply that goes wrong
SHAPES = {
    "depth 1": Workload(),
    "depth 8": Workload(depth=8),
    "3 connections, depth 2": Workload(connections=3, depth=2),
}
WORKLOADS = pytest.mark.parametrize("workload", SHAPES.values(), ids=SHAPES)
MANY_IN_FLIGHT = pytest.mark.parametrize("workload", list(SHAPES.values())[1:], ids=list(SHAPES)[1:])


def exchange(
    server, workload: Workload, count: int = 60, *, plain: bool = False, timeout: float = 10
) -> Slice:
    """Run one slice with wire."""
    session = WireSession(server.address, workload, payloads(workload, 1), plain=plain, timeout=timeout)
    with contextlib.closing(session):
        session.open()
        return session.run(workload.window, count)


def _by_byte(link) -> None:
    for message in link.messages():
        for byte in server_frame(*message):
            link.sock.sendall(bytes([byte]))


def _across(link) -> None:
    """Each segment ends in the middle of a frame: two halves of neighbours go together."""
    kept = b""
    for message in link.messages():
        wire = server_frame(*message)
        link.sock.sendall(kept + wire[:40])
        kept = wire[40:]
        if not link.data:  # the client waits for all it has sent
            link.sock.sendall(kept)
            kept = b""


def _together(link) -> None:
    """All replies to what has come in leave in one segment."""
    kept = b""
    for message in link.messages():
        kept += server_frame(*message)
        if not link.data:
            link.sock.sendall(kept)
            kept = b""


def _fragmented(link) -> None:
    for opcode, payload in link.messages():
        link.sock.sendall(server_frame(opcode, payload[:10], final=False))
        link.sock.sendall(server_frame(frames.CONTINUATION, b"", final=False))
        link.sock.sendall(server_frame(frames.CONTINUATION, payload[10:]))


def _pinging(link) -> None:
    """A ping before each reply, one inside a fragmented reply, and an unasked pong."""
    sent = []
    for number, (opcode, payload) in enumerate(link.messages()):
        sent += [b"before %d" % number, b"inside %d" % number]
        link.sock.sendall(
            server_frame(frames.PING, sent[-2])
            + server_frame(opcode, payload[:3], final=False)
            + server_frame(frames.PING, sent[-1])
            + server_frame(frames.PONG, b"nobody asked")
            + server_frame(frames.CONTINUATION, payload[3:])
        )
    assert link.pongs == sent


RIGHT = [_by_byte, _across, _together, _fragmented, _pinging]


@WORKLOADS
@pytest.mark.parametrize("behave", RIGHT, ids=lambda behave: behave.__name__)
def test_right_replies_in_any_shape(scripted, behave: Callable, workload: Workload):
    """However replies are cut, joined, fragmented or mixed with pings, each counts once; pings are answered."""
    found = exchange(scripted(behave), workload)
    assert len(found.latencies) == 60
    assert workload.window + 60 <= found.exchanged < 60 + 3 * workload.window
    assert all(latency > 0 for latency in found.latencies)


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535, 65_536])
@pytest.mark.parametrize("text", [True, False])
def test_every_size(scripted, size: int, text: bool):
    """Text and binary of every length encoding come back at depth 4."""
    assert len(exchange(scripted(_together), Workload(size, text, 2, 4), 20).latencies) == 20


def test_a_ping_with_the_handshake(scripted):
    """What the server sends in one segment with its 101 is not lost."""

    def behave(link):
        link.accept(server_frame(frames.PING, b"early"))
        _together(link)
        assert link.pongs == [b"early"]

    assert len(exchange(scripted(behave, raw=True), Workload()).latencies) == 60


def test_many_pings_do_not_fill_the_buffer(scripted):
    """A buffer full of whole frames is no overlong reply."""

    def behave(link):
        for message in link.messages():
            link.sock.sendall(server_frame(frames.PONG, bytes(100)) * 700 + server_frame(*message))

    assert len(exchange(scripted(behave), Workload(), 5).latencies) == 5


def _spoilt(answers: Callable[[int, bytes], bytes], after: Callable | None = None) -> Callable:
    """Answer rightly up to BAD, then with `answers(opcode, payload)`; then do `after(link)`."""

    def behave(link):
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
    "doubled": (lambda op, x: server_frame(op, x) * 2, "reply 22: byte 0 of 64 came back as 0x"),
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
def test_wrong_replies(scripted, answers: Callable, why: str, workload: Workload):
    """The first wrong reply ends the slice, with its number and how it is wrong."""
    with pytest.raises(ReplyError, match=why):
        exchange(scripted(_spoilt(answers)), workload)


def test_a_doubled_reply_shows_where_all_are_alike(scripted):
    """Empty messages can't be told apart, but one reply too many can."""
    with pytest.raises(ReplyError, match="reply 22 came to no message: one was doubled"):
        exchange(scripted(_spoilt(lambda op, x: server_frame(op, x) * 2)), Workload(size=0))


@MANY_IN_FLIGHT
def test_swapped_replies(scripted, workload: Workload):
    """Two replies in the wrong order are told from a right pair."""

    def behave(link):
        answers = (server_frame(*message) for message in link.messages())
        for answer in islice(answers, BAD):
            link.sock.sendall(answer)
        first, second = next(answers), next(answers)
        link.sock.sendall(second + first)
        _drain(answers)

    with pytest.raises(ReplyError, match="reply 21: byte"):
        exchange(scripted(behave), workload)


def _drain(answers: Iterable[bytes]) -> None:
    """Read on, so that the client can close in peace."""
    for _ in answers:
        pass


@MANY_IN_FLIGHT
def test_a_lost_reply_shows_in_the_next(scripted, workload: Workload):
    """With more in flight the next reply stands where the lost one should."""
    with pytest.raises(ReplyError, match="reply 21: byte"):
        exchange(scripted(_spoilt(lambda _op, _x: b"")), workload)


@WORKLOADS
def test_silence_is_a_timeout(scripted, workload: Workload):
    """A server that stops answering raises TimeoutError, naming the bound."""
    silent = _spoilt(lambda _op, _x: b"", lambda link: _drain(link.messages()))
    with pytest.raises(TimeoutError, match=r"no reply within 0.3 s"):
        exchange(scripted(silent), workload, timeout=0.3)


@WORKLOADS
@pytest.mark.parametrize("half", [1, 40])
def test_half_a_reply_is_a_timeout(scripted, half: int, workload: Workload):
    """A reply that never ends is no reply."""
    silent = _spoilt(lambda op, x: server_frame(op, x)[:half], lambda link: _drain(link.messages()))
    with pytest.raises(TimeoutError, match=r"no reply within 0.3 s"):
        exchange(scripted(silent), workload, timeout=0.3)


@WORKLOADS
@pytest.mark.parametrize(("payload", "code"), [(b"\x03\xe9", 1001), (b"", 1005), (b"\x03\xf3oops", 1011)])
def test_a_close_frame_is_told(scripted, payload: bytes, code: int, workload: Workload):
    """A close instead of a reply raises ConnectionError with its code."""
    with pytest.raises(ConnectionError, match=f"the server closed with code {code}"):
        exchange(scripted(_spoilt(lambda _op, _x: server_frame(frames.CLOSE, payload))), workload)


@WORKLOADS
@pytest.mark.parametrize("reset", [True, False])
def test_a_lost_connection_is_told(scripted, reset: bool, workload: Workload):
    """The end of the stream and a reset raise ConnectionError, whatever was half sent."""
    # unread data turns a close into a reset too, so both are allowed where more is in flight
    gone = _spoilt(lambda op, x: server_frame(op, x)[:5], lambda link: link.reset() if reset else None)
    wanted = "reset by peer" if reset else "closed the connection after 20 replies|reset by peer|Broken pipe"
    with pytest.raises(ConnectionError, match=wanted):
        exchange(scripted(gone), workload)


def _mirror(link) -> None:
    """Plain TCP echo that reads no more than it has sent back: its buffers fill up."""
    while data := link.sock.recv(30_000):
        link.sock.sendall(data)


@pytest.mark.parametrize(
    "workload", [*SHAPES.values(), Workload(2**20), Workload(2**20, False, 2, 3)], ids=str
)
def test_the_floor(scripted, workload: Workload):
    """Over plain TCP the frames come back as they are; 1 MiB both ways at once does not deadlock."""
    assert len(exchange(scripted(_mirror, raw=True), workload, 12, plain=True).latencies) == 12


@pytest.mark.parametrize("workload", [Workload(2**20), Workload(2**20, False, 2, 3)], ids=str)
def test_large_frames(scripted, workload: Workload):
    """1 MiB messages come back over WebSocket too, in many reads."""
    assert len(exchange(scripted(_together), workload, 8).latencies) == 8


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (_flip, "reply 1: byte 7 of 70 came back as"),
        (lambda data: data + data[:1], "reply 2: byte 1 of"),
        (lambda data: b"", "no reply within"),
    ],
)
def test_the_floor_is_compared_too(scripted, spoil: Callable, why: str):
    """Altered, extra and missing bytes over plain TCP are found."""

    def behave(link):
        while data := link.sock.recv(30_000):
            link.sock.sendall(spoil(data))

    with pytest.raises((ReplyError, TimeoutError), match=why):
        exchange(scripted(behave, raw=True), Workload(), plain=True, timeout=0.3)


def test_slices_follow_each_other(scripted):
    """A session runs slice after slice; numbers of replies go on counting."""
    workload = Workload(depth=3)
    session = WireSession(
        scripted(_together).address, workload, payloads(workload, 1), plain=False, timeout=5
    )
    with contextlib.closing(session):
        ports = session.open()["ports"]
        assert ports == [session.pipes[0].sock.getsockname()[1]]
        assert [len(session.run(3, count).latencies) for count in (1, 2, 50)] == [1, 2, 50]
        assert session.pipes[0].sent == session.pipes[0].done >= 53 + 9
        assert not session.pipes[0].stamps


def test_closing_says_goodbye(scripted):
    """Every connection ends with a closing handshake."""
    closed = []

    def behave(link):
        _together(link)
        closed.append(link)

    server = scripted(behave)
    exchange(server, Workload(connections=3))
    server.stop()
    assert len(closed) == 3
