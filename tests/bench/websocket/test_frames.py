"""Frames, against the parser of the `websockets` library as oracle."""

from collections.abc import Generator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame as OracleFrame
from websockets.streams import StreamReader
from wsbench.websocket import frames

DATA_OPCODES = st.sampled_from([frames.CONTINUATION, frames.TEXT, frames.BINARY])
EDGES = (0, 1, 125, 126, 127, 65_535, 65_536, 65_537)
PAYLOADS = st.binary(max_size=300) | st.sampled_from(EDGES).map(lambda size: b"\xa5" * size)
MASKS = st.binary(min_size=4, max_size=4)


def _parsed(data: bytes, *, mask: bool) -> tuple[OracleFrame, bool]:
    """Read one frame with the oracle; also whether all bytes were used."""
    reader = StreamReader()
    reader.feed_data(data)
    reader.feed_eof()
    parsing: Generator[None, None, OracleFrame] = OracleFrame.parse(reader.read_exact, mask=mask)
    try:
        next(parsing)
    except StopIteration as done:
        at_end: Generator[None, None, bool] = reader.at_eof()
        try:
            next(at_end)
        except StopIteration as end:
            return done.value, end.value
    raise AssertionError("the oracle wants more bytes")


@given(DATA_OPCODES, PAYLOADS, st.booleans(), MASKS)
def test_oracle_reads_our_client_frames(opcode: int, payload: bytes, final: bool, mask: bytes):
    """The oracle reads the opcode, payload and end of message we wrote, and no byte is left."""
    found, whole = _parsed(frames.client_frame(opcode, payload, mask, final=final), mask=True)
    assert (int(found.opcode), bytes(found.data), found.fin, whole) == (opcode, payload, final, True)


@given(DATA_OPCODES, PAYLOADS, st.booleans())
def test_server_frames_equal_the_oracles(opcode: int, payload: bytes, final: bool):
    """A server frame is byte for byte the oracle's, so the length has its shortest form."""
    ours = frames.server_frame(opcode, payload, final=final)
    assert ours == OracleFrame(opcode, payload, final).serialize(mask=False)


@given(DATA_OPCODES, PAYLOADS, st.booleans(), st.binary(max_size=9), st.binary(max_size=9))
def test_we_read_the_oracles_frames(opcode: int, payload: bytes, final: bool, before: bytes, after: bytes):
    """A frame is read from the middle of a buffer, with its size on the wire."""
    wire = OracleFrame(opcode, payload, final).serialize(mask=False)
    found = frames.read_frame(before + wire + after, len(before))
    assert found == frames.Frame(opcode, payload, final, len(wire))


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_536])
def test_no_part_of_a_frame_is_a_frame(size: int):
    """However a frame is cut short, there is no frame yet."""
    wire = frames.server_frame(frames.BINARY, bytes(size))
    cuts = {*range(min(len(wire), 20)), len(wire) - 1}
    assert [frames.read_frame(wire[:cut]) for cut in cuts] == [None] * len(cuts)


@given(PAYLOADS, MASKS)
def test_masking_twice_is_nothing(payload: bytes, mask: bytes):
    """XOR is its own inverse, and four zero bytes change nothing."""
    assert frames.masked(frames.masked(payload, mask), mask) == payload
    assert frames.masked(payload, bytes(4)) == payload


@pytest.mark.parametrize("start", [b"\xc1\x00", b"\x91\x00", b"\x81\x80", b"\x83\x00", b"\x8b\x00"])
def test_malformed_frames_are_refused(start: bytes):
    """Reserved bits, a mask and unknown opcodes raise, and the bytes are shown."""
    with pytest.raises(ValueError, match=f"no server frame: it begins with {start.hex(' ')}"):
        frames.read_frame(start + bytes(20))


@given(st.sampled_from([frames.TEXT, frames.BINARY]), PAYLOADS, st.booleans(), st.integers(0, 7))
def test_reserved_bits_that_were_agreed_on_are_read(opcode: int, payload: bytes, final: bool, rsv: int):
    """The first frame of a message shows them; a bit too many is refused."""
    wire = frames.server_frame(opcode, payload, final=final, rsv=rsv)
    assert frames.read_frame(wire, rsv=7) == frames.Frame(opcode, payload, final, len(wire), rsv)
    assert frames.read_frame(wire, rsv=rsv) == frames.Frame(opcode, payload, final, len(wire), rsv)
    if rsv:
        with pytest.raises(ValueError, match="no server frame"):
            frames.read_frame(wire, rsv=rsv & (rsv - 1))


@pytest.mark.parametrize("opcode", [frames.CONTINUATION, frames.CLOSE, frames.PING, frames.PONG])
def test_reserved_bits_belong_to_the_first_frame_of_a_message(opcode: int):
    """Nobody agrees on them anywhere else (RFC 7692 section 6.1)."""
    with pytest.raises(ValueError, match="no server frame"):
        frames.read_frame(frames.server_frame(opcode, b"", rsv=frames.RSV1), rsv=frames.RSV1)


@given(PAYLOADS, st.binary(max_size=9))
def test_a_buffer_is_read_up_to_its_end(payload: bytes, after: bytes):
    """What stands behind `end` is not looked at: a frame that goes beyond it is not there yet."""
    wire = frames.server_frame(frames.BINARY, payload)
    view = memoryview(bytearray(wire + after))
    assert frames.read_frame(view, 0, len(wire)) == frames.Frame(frames.BINARY, payload, True, len(wire))
    assert frames.read_frame(view, 0, len(wire) - 1) is None


def test_rsv_bits_stand_where_the_rfc_has_them():
    """RSV1 is the fourth bit below FIN: 0x40 of the first byte."""
    assert frames.header(frames.TEXT, 0, rsv=frames.RSV1) == b"\xc1\x00"


@pytest.mark.parametrize("opcode", [frames.CLOSE, frames.PING, frames.PONG])
def test_a_control_frame_may_have_125_bytes(opcode: int):
    """And no more (RFC 6455 section 5.5)."""
    wire = frames.server_frame(opcode, b"x" * 125)
    assert frames.read_frame(wire) == frames.Frame(opcode, b"x" * 125, True, 127)


@pytest.mark.parametrize(
    ("payload", "code"), [(b"", 1005), (b"\x03", 1005), (b"\x03\xe8", 1000), (b"\x03\xf1bye", 1009)]
)
def test_close_code(payload: bytes, code: int):
    """The first two bytes are the code; without them it is 1005."""
    assert frames.close_code(payload) == code


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        (b"", "no code"),
        (b"\x03\xe8", "code 1000"),
        (b"\x03\xf1too many fragments", "code 1009 (too many fragments)"),
        ("\u03f1".encode("utf-16-be") + b" two\r\nlines ", "code 1009 (two lines)"),
        (b"\x03\xf1\xff", "code 1009 (\ufffd)"),
    ],
)
def test_a_close_frame_is_told_with_its_reason(payload: bytes, said: str):
    """On one line, whatever the peer has written there."""
    assert frames.close_said(payload) == said


@pytest.mark.parametrize(
    ("opcode", "payload", "wanted", "why"),
    [
        (1, b"same", b"same", ""),
        (1, b"", b"", ""),
        (2, b"same", b"same", "binary came back for text"),
        (0, b"same", b"same", "continuation came back for text"),
        (7, b"same", b"same", "7 came back for text"),
        (1, b"sam", b"same", "3 bytes came back for 4"),
        (1, b"x" * 65_535, b"x" * 65_536, "65,535 bytes came back for 65,536"),
        (1, b"sbme", b"same", "byte 1 of 4 came back as 0x62, sent was 0x61"),
        (1, b"samf", b"same", "byte 3 of 4 came back as 0x66, sent was 0x65"),
    ],
)
def test_difference(opcode: int, payload: bytes, wanted: bytes, why: str):
    """Type, length, first differing byte: the first of them that is off is named."""
    assert frames.difference(opcode, payload, frames.TEXT, wanted) == why


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_difference_is_empty_only_for_equals(one: bytes, other: bytes):
    """There is nothing to say about a reply exactly when it equals what was sent."""
    assert (not frames.difference(frames.BINARY, one, frames.BINARY, other)) == (one == other)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (frames.server_frame(frames.PING, b"x" * 126), "a ping frame that is long"),
        (frames.server_frame(frames.CLOSE, b"x" * 70_000)[:14], "a close frame that is long"),
        (frames.server_frame(frames.PONG, b"x", final=False), "a pong frame that is in fragments"),
        (b"\x82\x7f" + (2**62).to_bytes(8, "big"), "a frame of 4,611,686,018,427,387,904 bytes"),
        (b"\x82\x7f" + (2**26 + 1).to_bytes(8, "big"), "where 67,108,864 are the most that is read"),
    ],
)
def test_what_would_fill_the_memory_is_refused_by_its_header(data: bytes, why: str):
    """RFC 6455 section 5.5 bounds control frames; and no message here needs a frame of more than 64 MiB."""
    with pytest.raises(ValueError, match=why):
        frames.read_frame(data)


def test_a_difference_is_shown_with_what_stands_around_it():
    """Cut at either end where there is more, and on one line whatever the bytes are."""
    sent = bytes(range(97, 123)) * 3
    came = sent[:40] + b"\n" + sent[41:]
    said = frames.contrast(came, sent)
    assert said == r"expected …'ghijklmnopqrstuvwxyzabcdefghijkl'…, got …'ghijklmn\npqrstuvwxyzabcdefghijkl'…"
    assert frames.contrast(b"ab", b"abc") == "expected 'abc', got 'ab'"
    assert frames.contrast(b"\x1b[2J\xff", b"") == r"expected '', got '\x1b[2J�'"
