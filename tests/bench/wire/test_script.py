"""The rings of prebuilt frames, against naive concatenation."""

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wsbench.demand.workload import Workload, payloads
from wsbench.targets.reply import Reply
from wsbench.websocket import frames
from wsbench.websocket.permessage_deflate import TAIL
from wsbench.wire.script import DeflateScript, Script, message

WORKLOADS = st.builds(
    Workload,
    size=st.sampled_from([0, 1, 5, 125, 126, 300]),
    text=st.booleans(),
    connections=st.integers(1, 3),
    depth=st.integers(1, 40),
    words=st.booleans(),
)


def _unmasked(data: bytes) -> list[tuple[int, bytes]]:
    """Take client frames apart by hand."""
    found, at = [], 0
    while at < len(data):
        size, start = data[at + 1] & 0x7F, at + 2
        if size == 126:
            size, start = int.from_bytes(data[start : start + 2], "big"), start + 2
        mask, start = data[start : start + 4], start + 4
        payload = bytes(byte ^ mask[index % 4] for index, byte in enumerate(data[start : start + size]))
        found.append((data[at], payload))
        at = start + size
    return found


@given(WORKLOADS, st.integers(0, 1_000), st.data())
def test_messages_are_the_payloads_in_turn(workload: Workload, first: int, data: st.DataObject):
    """Any run of up to `depth` messages is the payloads in turn, masked and final."""
    count = data.draw(st.integers(1, workload.depth))
    variants = payloads(workload, 1)
    script = Script(workload, variants, plain=False)
    opcode = 0x80 | (frames.TEXT if workload.text else frames.BINARY)
    wanted = [(opcode, variants[(first + number) % len(variants)]) for number in range(count)]
    assert _unmasked(script.messages(first, count)) == wanted
    assert len(script.messages(first, count)) == count * script.message_size


@given(WORKLOADS, st.integers(0, 1_000), st.data())
def test_replies_are_the_payloads_in_turn(workload: Workload, first: int, data: st.DataObject):
    """The replies to a window, and any first part of them, are the server's frames in turn."""
    variants = payloads(workload, 1)
    script = Script(workload, variants, plain=False)
    naive = b"".join(
        frames.server_frame(script.opcode, variants[(first + number) % len(variants)])
        for number in range(workload.depth)
    )
    size = data.draw(st.integers(0, len(naive)))
    assert script.replies(first, size) == naive[:size]


@given(WORKLOADS, st.integers(0, 1_000))
def test_the_floor_sends_back_what_was_sent(workload: Workload, first: int):
    """Against plain TCP the replies are the very bytes of the messages."""
    script = Script(workload, payloads(workload, 1), plain=True)
    sent = script.messages(first, workload.depth)
    assert script.replies(first, len(sent)) == sent


def test_masks_are_random():
    """Two scripts of one workload are masked differently, the payloads stay the same."""
    variants = payloads(Workload(), 1)
    one, other = (Script(Workload(), variants, plain=False) for _ in range(2))
    assert one.messages(0, 1) != other.messages(0, 1)
    assert one.expected(9) == other.expected(9) == variants[1]


@given(st.binary(max_size=300), st.integers(1, 12), st.sampled_from([0, 4]))
def test_fragments_are_nearly_equal_and_marked(payload: bytes, pieces: int, rsv: int):
    """The first bears type and reserved bits, the last FIN; some may be empty."""
    found = _unmasked(message(frames.TEXT, payload, pieces=pieces, rsv=rsv))
    starts = [rsv << 4 | frames.TEXT] + [frames.CONTINUATION] * (pieces - 1)
    starts[-1] |= 0x80
    assert [start for start, _ in found] == starts
    assert b"".join(part for _, part in found) == payload
    sizes = [len(part) for _, part in found]
    assert max(sizes) - min(sizes) <= 1


@given(WORKLOADS, st.integers(2, 9), st.integers(0, 1_000), st.data())
def test_fragmented_messages_stand_in_the_ring_as_whole_ones(
    workload: Workload, pieces: int, first: int, data: st.DataObject
):
    """Any run of messages has all the frames of each; the replies stay single frames."""
    count = data.draw(st.integers(1, workload.depth))
    workload = Workload(workload.size, workload.text, depth=workload.depth, fragments=pieces)
    variants = payloads(workload, 1)
    script = Script(workload, variants, plain=False)
    found = _unmasked(script.messages(first, count))
    assert len(found) == count * pieces
    whole = [b"".join(part for _, part in found[at : at + pieces]) for at in range(0, len(found), pieces)]
    assert whole == [variants[(first + number) % len(variants)] for number in range(count)]
    reply = frames.server_frame(script.opcode, variants[first % len(variants)])
    assert script.replies(first, script.reply_size) == reply


@given(WORKLOADS, st.integers(1, 3), st.integers(0, 1_000), st.data())
def test_compressed_messages_are_the_payloads_in_turn(
    workload: Workload, pieces: int, first: int, data: st.DataObject
):
    """Each can be inflated on its own; RSV1 stands in the first frame alone (RFC 7692 section 6.1)."""
    count = data.draw(st.integers(1, workload.depth))
    workload = Workload(
        workload.size, workload.text, depth=workload.depth, fragments=pieces, words=workload.words
    )
    variants = payloads(workload, 1)
    found = _unmasked(DeflateScript(workload, variants, plain=False).messages(first, count))
    assert [start & 0x40 for start, _ in found] == ([0x40] + [0] * (pieces - 1)) * count
    whole = [b"".join(part for _, part in found[at : at + pieces]) for at in range(0, len(found), pieces)]
    assert [zlib.decompress(one + TAIL + b"\x03\x00", -15) for one in whole] == [
        variants[(first + number) % len(variants)] for number in range(count)
    ]


@given(WORKLOADS, st.integers(0, 1_000))
def test_the_floor_of_compressed_messages_is_what_was_sent(workload: Workload, first: int):
    """Of different sizes as they are, the floor knows their bytes and where each ends."""
    script = DeflateScript(workload, payloads(workload, 1), plain=True)
    sent = script.messages(first, workload.depth)
    assert script.replies(first, len(sent)) == sent
    ends = [len(script.messages(first, count)) for count in range(workload.depth + 1)]
    for size in range(len(sent) + 1):
        whole = sum(end <= size for end in ends) - 1
        assert script.whole(first, size) == (whole, ends[whole])


@pytest.mark.parametrize("kind", [Script, DeflateScript])
@pytest.mark.parametrize("count", [0, 1, 7, 200])
def test_how_long_messages_are_is_known_before_they_are_sent(kind: type[Script], count: int):
    """As long as if each was made, however often the ring goes round."""
    workload = Workload(depth=4)
    script = kind(workload, payloads(workload, 1), plain=False)
    assert script.size_of(count) == sum(len(script.messages(number, 1)) for number in range(count))


@pytest.mark.parametrize("kind", [Script, DeflateScript])
def test_as_many_payloads_as_deflate_looks_back_on(kind: type[Script]):
    """A ring of 32,769 messages of a byte is a few bytes for each, whatever the depth."""
    workload = Workload(1, depth=64)
    variants = payloads(workload, 1, 32_768)
    script = kind(workload, variants, plain=False)
    assert script.period == len(variants) == 32_769
    assert len(_unmasked(script.messages(32_760, 64))) == 64
    assert len(script._messages) <= 2 * 32_769 * script.message_size


@pytest.mark.parametrize("text", [True, False])
def test_replies_have_the_prefix(text: bool):
    """Behind a prefix the reply is longer than the message, of the same type."""
    workload = Workload(3, text, depth=2)
    script = Script(workload, [b"abc", b"def"], plain=False, reply=Reply("prefix", "ä: "))
    wanted = ["ä: abc".encode(), "ä: def".encode()]
    assert [script.expected(number) for number in (0, 1, 2)] == [*wanted, wanted[0]]
    assert script.replies(1, 18) == frames.server_frame(2 - text, wanted[1]) + frames.server_frame(
        2 - text, wanted[0]
    )


def test_any_reply_is_not_known():
    """Where any reply will do there is nothing to compare with, except over plain TCP."""
    assert Script(Workload(), [b"x"], plain=False, reply=Reply("any")).expected(0) is None
    floor = Script(Workload(), [b"x"], plain=True, reply=Reply("any"))
    assert floor.replies(0, 7) == floor.messages(0, 1)
