"""Messages of the user's: what is prebuilt, and what is made as it leaves."""

from __future__ import annotations

import itertools
import zlib

import pytest
from wsbench.demand.workload import Workload, payloads
from wsbench.targets.reply import Reply
from wsbench.websocket import frames
from wsbench.websocket.permessage_deflate import BITS, TAIL
from wsbench.wire.services.script import ASKED_BYTES, ServiceScript, asked_of, is_service

ECHO = Reply()


@pytest.mark.parametrize(
    ("messages", "reply", "first", "skip", "service"),
    [
        ((), ECHO, "", 0, False),
        (("same", "size"), ECHO, "", 0, False),
        (("of", "other size"), ECHO, "", 0, True),
        (("{n}",), ECHO, "", 0, True),
        ((), Reply("same-bytes"), "", 0, True),
        ((), Reply("contains", "x"), "", 0, True),
        ((), ECHO, "login", 0, True),
        ((), ECHO, "", 1, True),
        ((), Reply("any"), "", 0, False),
    ],
)
def test_what_needs_looking_at(
    messages: tuple[str, ...], reply: Reply, first: str, skip: int, service: bool
) -> None:
    """All else is known byte for byte."""
    assert is_service(Workload(messages=messages), reply, first, skip) == service


def script_of(deflate: bool = False, **changes: object) -> ServiceScript:
    """Return a script of two messages, one of them filled in."""
    workload = Workload(**{"messages": ("hello", '{"n": {n}}'), **changes})
    return ServiceScript(workload, payloads(workload, 1), plain=False, bits=BITS if deflate else None)


def unframed(data: bytes) -> bytes:
    """Return the payload of a short frame of a client's."""
    return frames.masked(data[6:], data[2:6])


def test_placeholders_are_filled_at_sending() -> None:
    """What is constant is prebuilt, under one mask."""
    script = script_of()
    made = [script.next_message(number) for number in range(4)]
    assert [payload for _, payload in made] == [b"hello", b'{"n": 1}', b"hello", b'{"n": 2}']
    assert [unframed(frame) for frame, _ in made] == [payload for _, payload in made]
    assert made[0] is not made[2]
    assert made[0][0] == made[2][0]


def test_they_are_compressed_each_on_its_own() -> None:
    """With the bit that says so (RFC 7692 section 6)."""
    for frame, payload in (script_of(deflate=True).next_message(number) for number in range(4)):
        assert frame[0] == 0x80 | frames.RSV1 << 4 | frames.TEXT
        assert zlib.decompressobj(-15).decompress(unframed(frame) + TAIL) == payload


def test_bytes_that_are_no_text() -> None:
    """Each character stands for one, also in a message that is filled in."""
    script = script_of(messages=("\xff\x00", "\xfe{n}"), encoding="latin-1", text=False)
    assert [script.next_message(number)[1] for number in range(2)] == [b"\xff\x00", b"\xfe1"]


def test_what_slow_readers_ask() -> None:
    """One large message of ours, many of the user's."""
    ours = list(itertools.islice(asked_of(Workload()), 2))
    assert {len(one) for one in ours} == {ASKED_BYTES + 8}
    theirs = next(asked_of(Workload(5, messages=("hello",))))
    assert ASKED_BYTES - 11 < len(theirs) <= ASKED_BYTES
    assert unframed(theirs[:11]) == b"hello"
