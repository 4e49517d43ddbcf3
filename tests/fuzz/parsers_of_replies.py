"""What wire makes of replies, however their bytes come: at once, or in pieces."""

from __future__ import annotations

import functools
from typing import NamedTuple

from parser import Parser
from parsers_of_servers import FRAMES
from wsbench.demand.workload import Workload
from wsbench.measuring.recorder import ReplyError
from wsbench.targets.reply import read_reply
from wsbench.websocket import frames
from wsbench.websocket.failures import ClosedError
from wsbench.websocket.permessage_deflate import Agreement, Deflater
from wsbench.wire.connection import WireConnection
from wsbench.wire.script import Script
from wsbench.wire.services.choosing import connection_of, script_of
from wsbench.wire.services.connection import besides_on
from wsproto.frame_protocol import FrameProtocol, Opcode, ParseFailed

SENT = 3
"""Messages that wait for replies."""

TEXTS = ('{"id": 1}', '{"id": 2}', '{"id": 3}')
DOUBLED = "came to no message"


class Taking:
    """A socket that takes all that is sent."""

    def send(self, data: bytes) -> int:
        """Take it."""
        return len(data)


def _workload(rule: str) -> Workload:
    return Workload(size=len(TEXTS[0]), depth=4, messages=TEXTS, one_way=rule == "none")


@functools.cache
def _script(rule: str, *, deflate: bool) -> Script:
    workload, reply = _workload(rule), read_reply(rule)
    return script_of(workload, workload.encoded, plain=False, reply=reply, deflate=deflate, first="", skip=0)


def waiting(rule: str, *, deflate: bool) -> WireConnection:
    """Return a connection whose messages wait for their replies, which are known by a rule."""
    one = connection_of(
        Taking(),  # type: ignore[arg-type]
        _script(rule, deflate=deflate),
        _workload(rule),
        Agreement() if deflate else None,
        skip=0,
        timeout=600.0,
        fast=False,
    )
    one.send(SENT)
    return one


class Outcome(NamedTuple):
    """How many replies were counted and how many messages besides, or what was raised."""

    done: int = 0
    pushed: int = 0
    problem: Exception | None = None

    @property
    def told(self) -> tuple[int, int, str]:
        """All of it, to be compared."""
        return self.done, self.pushed, repr(self.problem)


def outcome(one: WireConnection, data: bytes, piece: int) -> Outcome:
    """Return what comes of bytes, so many at a time."""
    try:
        for at in range(0, len(data), piece):
            one.feed(data[at : at + piece])
    except (ReplyError, ConnectionError) as problem:
        return Outcome(problem=problem)
    return Outcome(one.done, besides_on([one]).pushed)


class Counted(NamedTuple):
    """How many messages wsproto reads, and whether no part of a frame is left."""

    messages: int
    whole: bool


def counted(data: bytes) -> Counted | None:
    """Return what wsproto reads, None where it refuses something."""
    client, count = FrameProtocol(client=True, extensions=[]), 0
    client.receive_bytes(data)
    try:
        for frame in client.received_frames():
            count += frame.message_finished and frame.opcode in {Opcode.TEXT, Opcode.BINARY}
    except ParseFailed:
        return None
    decoder = client._frame_decoder
    return Counted(count, decoder.header is None and not decoder.buffer)


def replies(data: bytes, rule: str, *, deflate: bool = False) -> None:
    """Read replies: the pieces in which they come make no difference, and wsproto counts as many messages."""
    found = outcome(waiting(rule, deflate=deflate), data, len(data) or 1)
    for piece in (1 + data[-1] % 16 if data else 1, 100):
        assert outcome(waiting(rule, deflate=deflate), data, piece).told == found.told
    oracle = None if deflate else counted(data)
    if oracle and not found.problem:
        assert found.pushed + (0 if rule == "none" else found.done) == oracle.messages
    if oracle and oracle.whole and rule == "any" and isinstance(found.problem, ReplyError):
        assert DOUBLED in str(found.problem)
    if found.problem:
        raise found.problem


ECHOES = tuple(frames.server_frame(frames.TEXT, text.encode()) for text in TEXTS)
PONGS = tuple(frames.server_frame(frames.PONG, b"wsb" + number.to_bytes(8, "big")) for number in (1, 3))
SMALL = Deflater()
DEFLATED = tuple(
    frames.server_frame(frames.TEXT, SMALL.deflate(text.encode()), rsv=frames.RSV1) for text in TEXTS
)
WORDS = (*FRAMES, *ECHOES, *PONGS, *DEFLATED)


def _parser(rule: str, *, deflate: bool = False) -> Parser:
    seeds = (b"".join(DEFLATED if deflate else ECHOES), FRAMES[0] + b"".join(PONGS), ECHOES[0] + FRAMES[5])
    return Parser(
        functools.partial(replies, rule=rule, deflate=deflate),
        (ReplyError, ConnectionError, ClosedError),
        seeds,
        WORDS,
    )


PARSERS = {
    "replies": _parser("echo"),
    "replies of any": _parser("any"),
    "replies deflated": _parser("echo", deflate=True),
    "replies by a rule": _parser("json:id=id"),
    "replies by a rule deflated": _parser("json:id=id", deflate=True),
    "pongs": _parser("none"),
}
