"""Messages that nothing comes back for: what is counted, and what proves it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import pytest
from wsbench.demand.workload import Workload, payloads
from wsbench.targets.reply import Reply
from wsbench.websocket import frames
from wsbench.websocket.frames import server_frame
from wsbench.wire.session import WireSession

NONE = Reply("none")
SHAPES = {
    "depth 1": Workload(one_way=True, depth=1),
    "depth 9": Workload(one_way=True, depth=9),
    "3 connections": Workload(one_way=True, depth=4, connections=3),
    "of ours": Workload(3, messages=("one", "{n}"), one_way=True, depth=8),
}


class Feed:
    """A server that answers pings and the close, and counts what it reads."""

    def __init__(self, *, every: int = 1, news: bool = False, close: bool = True) -> None:
        self.messages: list[bytes] = []
        self.pings = 0
        self.every, self.news, self.close = every, news, close

    def __call__(self, link: Any) -> None:
        """Serve one connection."""
        owed = 0
        while frame := link.frame():
            opcode, payload = frame
            if opcode == frames.PING:
                self.pings += 1
                owed += 1
                if self.news:
                    link.sock.sendall(server_frame(frames.TEXT, b"it rains"))
                if owed == self.every:  # it may answer the latest of several alone
                    link.sock.sendall(server_frame(frames.PONG, payload))
                    owed = 0
            elif opcode == frames.CLOSE:
                if self.close:
                    link.sock.sendall(server_frame(frames.CLOSE, payload))
                return
            else:
                self.messages.append(payload)


@pytest.fixture
def session(scripted: Any) -> Callable[..., Any]:
    """Return what opens a session with a server."""

    @contextlib.contextmanager
    def opened(serve: Any, workload: Workload, **options: Any) -> Any:
        server = scripted(serve)
        data = payloads(workload, 1)
        one = WireSession(server.address, workload, data, plain=False, reply=NONE, timeout=5, **options)
        with contextlib.closing(one):
            one.open()
            yield one

    return opened


@pytest.mark.parametrize("polls", [False, True])
@pytest.mark.parametrize("workload", SHAPES.values(), ids=SHAPES)
def test_what_was_read_is_counted(session: Any, workload: Workload, polls: bool) -> None:
    """As many as the server got, with no time of any."""
    feed = Feed()
    with session(feed, workload, polls=polls) as one:
        found = [one.run(8, 40), one.run(8, 40)]
        one.farewell()
        assert sum(each.exchanged for each in found) == len(feed.messages)
        assert all(each.read >= 40 and each.rate > 0 and each.median == 0 for each in found)
        assert not any(len(each.latencies) + len(each.answered) + each.flown for each in found)


def test_messages_take_turns_and_are_filled_in(session: Any) -> None:
    """Over all slices."""
    feed = Feed()
    with session(feed, SHAPES["of ours"]) as one:
        one.run(2, 4)
        one.farewell()
    assert feed.messages[:6] == [b"one", b"1", b"one", b"2", b"one", b"3"]


def test_a_pong_stands_for_those_before_it(session: Any) -> None:
    """RFC 6455 section 5.5.3."""
    feed = Feed(every=2)
    with session(feed, Workload(one_way=True, depth=8)) as one:
        found = one.run(8, 40)
        one.farewell()
    assert found.exchanged == len(feed.messages) == 4 * feed.pings


def test_news_is_passed_over_and_counted(session: Any) -> None:
    """Whatever comes is no reply."""
    with session(Feed(news=True), Workload(one_way=True, depth=8)) as one:
        assert one.run(8, 40).pushed > 0


@pytest.mark.parametrize(
    ("every", "news", "why"),
    [
        (9, False, "no pong within 0.3 s"),
        (
            9,
            True,
            "no pong within 0.3 s: 2 messages came that are no replies, the latest beginning 'it rains'",
        ),
    ],
)
def test_who_never_answers_a_ping_is_given_up(session: Any, every: int, news: bool, why: str) -> None:
    """In the words of what is missing."""
    with session(Feed(every=every, news=news), Workload(one_way=True, depth=2)) as one:
        one.timeout = 0.3
        one.waiting = one._waiting()
        with pytest.raises(TimeoutError) as caught:
            one.run(2, 4)
    assert str(caught.value) == why


def test_the_closing_handshake_must_be_answered(session: Any) -> None:
    """Else nobody knows what was read last."""
    with session(Feed(close=False), Workload(one_way=True, depth=2)) as one:
        one.run(2, 4)
        with pytest.raises(ConnectionError, match=r"^the closing handshake was not answered before the"):
            one.farewell()
