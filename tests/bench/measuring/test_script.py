"""The rings of prebuilt frames, against naive concatenation."""

from hypothesis import given
from hypothesis import strategies as st
from wsbench.measuring.script import Script
from wsbench.values import frames
from wsbench.values.workload import Workload, payloads

WORKLOADS = st.builds(
    Workload,
    size=st.sampled_from([0, 1, 5, 125, 126, 300]),
    text=st.booleans(),
    connections=st.integers(1, 3),
    depth=st.integers(1, 40),
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


@given(WORKLOADS)
def test_window_bytes_cover_all_connections(workload: Workload):
    """The bytes in flight are those of one window over all connections."""
    script = Script(workload, payloads(workload, 1), plain=False)
    assert script.window_bytes == workload.connections * len(script.messages(0, workload.depth))


def test_masks_are_random():
    """Two scripts of one workload are masked differently, the payloads stay the same."""
    variants = payloads(Workload(), 1)
    one, other = (Script(Workload(), variants, plain=False) for _ in range(2))
    assert one.messages(0, 1) != other.messages(0, 1)
    assert one.payload(9) == other.payload(9) == variants[1]
