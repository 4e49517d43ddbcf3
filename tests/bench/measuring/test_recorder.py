"""The steady window of a slice, and what a wrong reply is called."""

import contextlib
import threading
from collections import deque
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from wsbench.demand.workload import Workload, payloads
from wsbench.measuring.recorder import (
    Recorder,
    ReplyError,
    check,
    messages_of,
    recorder_of,
    replies_of,
)
from wsbench.records.slices import numbers
from wsbench.targets.reply import Reply
from wsbench.websocket.frames import server_frame
from wsbench.wire.session import WireSession


def test_the_window_begins_after_the_lead_and_ends_at_the_count():
    """Lead-in and drain are exchanged but not timed; the clock runs from the last lead reply on."""
    recorder = Recorder(lead=2, count=3, start=1_000)
    for number in range(1, 8):
        assert recorder.done == (number > 5)
        recorder.add(latency=10 * number, now=1_000 + 100 * number)
    found = recorder.result()
    assert found.latencies == numbers([30, 40, 50])
    assert found.elapsed == 300
    assert found.exchanged == 7


def test_without_a_lead_the_clock_starts_at_once():
    """Lead 0 counts from the start that was given."""
    recorder = Recorder(lead=0, count=1, start=1_000)
    recorder.add(latency=5, now=1_250)
    assert (recorder.done, recorder.result().elapsed, recorder.result().latencies) == (
        True,
        250,
        numbers([5]),
    )


@given(st.integers(0, 20), st.integers(1, 40), st.integers(0, 20))
def test_every_reply_is_exchanged_once(lead: int, count: int, drain: int):
    """Exchanged is lead, count and drain; timed is the count; the rate is theirs over the window."""
    recorder = Recorder(lead, count, 0)
    for number in range(1, lead + count + drain + 1):
        recorder.add(1, number * 1_000)
    found = recorder.result()
    assert (found.exchanged, len(found.latencies)) == (lead + count + drain, count)
    assert found.rate == pytest.approx(1e6)


@given(st.integers(0, 8), st.integers(1, 30), st.integers(10, 30))
def test_a_batch_of_one_is_a_single_reply(lead: int, count: int, total: int):
    """Whichever way single replies are counted, the slice is the same."""
    together, single = Recorder(lead, count, 0), Recorder(lead, count, 0)
    stamps = deque(range(total))
    for sent in range(total):
        now = 1_000 * (sent + 1)
        together.batch(stamps, 1, now)
        single.add(now - sent, now)
    both = (replace(one.result(), reckoned=0) for one in (together, single))
    assert next(both) == next(both)
    assert not stamps


@given(st.integers(1, 40), st.integers(1, 60), st.integers(1, 16))
def test_batches_are_counted_whole_so_the_rate_is_theirs(lead: int, count: int, size: int):
    """At `size` replies a microsecond the rate is that, wherever in a batch lead and count end."""
    recorder, now = Recorder(lead, count, 0), 0
    while not recorder.done:
        now += 1_000
        recorder.batch(deque([now - 500] * size), size, now)
    found = recorder.result()
    assert found.rate == pytest.approx(size * 1e6)
    assert count <= len(found.latencies) < count + size
    assert set(found.latencies) == {500}


def overlap(sent: int, came: int, start: int, stop: int) -> int:
    """Return for how long a message was in flight between two moments."""
    return max(0, min(came, stop) - max(sent, start))


@pytest.mark.parametrize("together", [False, True])
def test_a_starved_connection_was_in_flight_all_the_time(together: bool):
    """Rate times mean latency misses it, the time flown does not: of two messages both are seen."""
    recorder = Recorder(lead=1, count=5, start=0)
    for now in range(100, 800, 100):  # one connection answers every 100 ns, the other one once, at the end
        recorder.batch(deque([now - 100]), 1, now) if together else recorder.add(100, now)
    recorder.batch(deque([0]), 1, 900) if together else recorder.add(900, 900)
    found = recorder.result()
    assert (found.elapsed, found.latencies) == (500, numbers([100] * 5))
    assert sum(found.latencies) / found.elapsed == 1
    assert found.flown / found.elapsed == 2


@pytest.mark.parametrize("together", [False, True])
def test_what_was_in_flight_before_the_clock_is_not_flown(together: bool):
    """A timed message that was sent before the clock started counts from its start on, its latency whole."""
    recorder = Recorder(lead=1, count=1, start=0)
    for sent, now in ((0, 400), (100, 500)):
        recorder.batch(deque([sent]), 1, now) if together else recorder.add(now - sent, now)
    found = recorder.result()
    assert (found.latencies, found.elapsed, found.flown) == (numbers([400]), 100, 100)


@given(
    st.integers(0, 6),
    st.integers(1, 12),
    st.lists(st.tuples(st.integers(0, 40), st.integers(1, 200)), min_size=20, max_size=40),
)
def test_flown_is_the_overlap_of_every_message_with_the_window(
    lead: int, count: int, replies: list[tuple[int, int]]
):
    """Whenever messages were sent and answered, what was in flight on the clock is counted, and only that."""
    recorder, now, flights = Recorder(lead, count, 0), 0, []
    for gap, latency in replies:
        now += gap
        flights.append((max(0, now - latency), now))
        recorder.add(now - flights[-1][0], now)
    start = flights[lead - 1][1] if lead else 0
    stop = flights[lead + count - 1][1]
    found = recorder.result()
    assert found.elapsed == stop - start
    assert found.flown == sum(overlap(sent, came, start, stop) for sent, came in flights)


def test_a_server_that_serves_one_of_two_connections_is_seen_by_wire(scripted: Any):
    """The one it leaves waiting until the slice is over was in flight all through it."""
    lead, count, over = 2, 20, threading.Event()

    def behave(link: Any) -> None:
        for number, message in enumerate(link.messages(), 1):
            if link is server.links[0]:
                assert over.wait(5)
            link.sock.sendall(server_frame(*message))
            if link is not server.links[0] and number == lead + count + 1:
                over.set()

    server, workload = scripted(behave), Workload(connections=2)
    session = WireSession(server.address, workload, payloads(workload, 1), plain=False, timeout=5)
    with contextlib.closing(session):
        session.open()
        found = session.run(lead, count)
    assert (len(found.latencies), found.exchanged) == (count, lead + count + workload.window)
    assert sum(found.latencies) <= found.elapsed < found.flown <= 2 * found.elapsed


@given(
    st.integers(0, 8),
    st.integers(1, 30),
    st.lists(st.lists(st.integers(1, 50), max_size=4), min_size=1, max_size=30),
)
def test_moments_are_kept_where_asked_for(lead: int, count: int, batches: list[list[int]]):
    """Each timed reply has its own; less its latency, that is when it was sent. All else is as without."""
    plain, keeping = recorder_of(lead, count, 0, keep=False), recorder_of(lead, count, 0, keep=True)
    assert type(plain) is Recorder
    for number, latencies in enumerate(batches, 1):
        now = 1_000 * number
        for recorder in (plain, keeping):
            recorder.batch(deque(sorted(now - one for one in latencies)), len(latencies), now)
            before = len(recorder.latencies)
            assert recorder.add(7, now + 500) == (len(recorder.latencies) > before)
    found = keeping.result([3, 4])
    wanted = replace(plain.result([3, 4]), reckoned=found.reckoned)
    assert replace(found, received=numbers()) == wanted
    assert found.answered == numbers([3, 4])
    assert len(found.received) == len(found.latencies)
    for received, latency in zip(found.received, found.latencies, strict=True):
        late = received % 1_000 == 500
        assert latency == 7 if late else latency in batches[received // 1_000 - 1]


def test_the_latest_reply_is_remembered_for_the_think_time():
    """Timed or not, the next message is due after it."""
    recorder = Recorder(1, 1, 10)
    assert recorder.last == 10
    recorder.add(5, 20)
    assert recorder.last == 20
    recorder.batch(deque([1, 2]), 2, 30)
    assert recorder.last == 30


def test_messages_have_the_type_of_the_workload():
    """Text goes out as str, binary as bytes."""
    assert messages_of(Workload(), [b"a", b"b"]) == ("a", "b")
    assert messages_of(Workload(text=False), [b"a", b"b"]) == (b"a", b"b")


@pytest.mark.parametrize(
    ("reply", "wanted", "why"),
    [
        ("abd", "abc", "reply 1,000: byte 2 of 3 came back as 0x64, sent was 0x63"),
        (b"abc", "abc", "reply 1,000: binary came back for text"),
        ("abc", b"abc", "reply 1,000: text came back for binary"),
        ("ab", "abc", "reply 1,000: 2 bytes came back for 3"),
        (bytearray(b"abx"), b"abc", "reply 1,000: byte 2 of 3 came back as 0x78, sent was 0x63"),
    ],
)
def test_a_wrong_reply_says_how(reply: object, wanted: str | bytes, why: str):
    """The message counts replies from 1 and names the difference."""
    with pytest.raises(ReplyError) as caught:
        check(reply, wanted, 999)
    assert str(caught.value) == why


@pytest.mark.parametrize("message", ["", "abc", b"", b"abc"])
def test_the_same_message_is_right(message: str | bytes):
    """What equals in type and content passes."""
    check(message, message, 0)


def test_replies_have_the_type_of_the_workload():
    """What must come back is the message, with its prefix; nothing is known where any will do."""
    data, text, binary = [b"a", b"b"], Workload(), Workload(text=False)
    assert replies_of(text, data) == ("a", "b")
    assert replies_of(binary, data) == (b"a", b"b")
    prefix = Reply("prefix", "Msg is ä ")
    assert replies_of(text, data, prefix) == ("Msg is ä a", "Msg is ä b")
    assert replies_of(binary, data, prefix) == ("Msg is ä a".encode(), "Msg is ä b".encode())
    assert replies_of(text, data, Reply("any")) == (None, None)


@pytest.mark.parametrize("reply", ["", "abc", b"\xff"])
def test_any_reply_is_right_where_none_is_known(reply: object):
    """Neither its type nor its content is looked at."""
    check(reply, None, 0)


def test_bytes_of_any_type_may_come_back_where_that_is_said():
    """But not other bytes."""
    rule = Reply("same-bytes")
    (wanted,) = replies_of(Workload(), [b"hello"], rule)
    check("hello", wanted, 0)
    check(b"hello", wanted, 0)
    with pytest.raises(ReplyError, match=r"^reply 1: byte 0 of 5 came back as 0x48, sent was 0x68$"):
        check(b"Hello", wanted, 0)
