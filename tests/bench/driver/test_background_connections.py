"""Connections beside those that are measured."""

import contextlib
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from wsbench.demand.workload import Workload
from wsbench.driver import background_connections as module
from wsbench.driver.background_connections import (
    MOST_OWED,
    TAKEN_BYTES,
    BackgroundConnections,
    IdleConnections,
    SlowReaders,
)
from wsbench.machine.launcher import Server
from wsbench.machine.orders import Settings
from wsbench.targets.spec_parser import read_spec
from wsbench.websocket import frames
from wsbench.websocket.frames import server_frame
from wsbench.websocket.target import Target
from wsbench.wire.services.script import ASKED_BYTES, asked_of

CODE = (1001).to_bytes(2, "big")


def target_of(server: Any, **changes: Any) -> Target:
    """Return how to connect to a server."""
    return Target("127.0.0.1", server.port, "/echo", **{"timeout": 5, **changes})


def until(done: Callable[[], bool]) -> None:
    """Wait until something has come true."""
    deadline = time.monotonic() + 10
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_idle_ones_are_silent_and_answer_pings(scripted: Any):
    """Also a ping that comes with the handshake, in pieces, or after a message that nobody asked for."""
    ping = server_frame(frames.PING, b"there?")
    pongs: list[bytes] = []
    go_on = threading.Event()

    def behave(link: Any) -> None:
        link.accept(ping)
        assert go_on.wait(10)
        link.sock.sendall(server_frame(frames.TEXT, b"news") + ping[:3])
        assert link.frame() == (frames.PONG, b"there?")
        link.sock.sendall(ping[3:])
        assert link.frame() == (frames.PONG, b"there?")
        pongs.append(b"")
        assert list(link.messages()) == []

    with contextlib.closing(IdleConnections(target_of(scripted(behave, raw=True)))) as idle:
        idle.open(3)
        idle.tend()
        go_on.set()
        until(lambda: idle.tend() or len(pongs) == 3)


def tended(one: IdleConnections | SlowReaders, count: int) -> None:
    """Open so many, and tend to them until something is wrong."""
    with contextlib.closing(one):
        one.open(count)
        until(lambda: one.tend() is not None)


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (server_frame(frames.CLOSE, CODE), "the server closed an idle connection with code 1001"),
        (b"", "the server ended an idle connection"),
        (b"\xff\xff", "on an idle connection came no server frame: it begins with ff ff"),
    ],
)
def test_an_idle_one_that_is_closed_is_told_of(scripted: Any, data: bytes, line: str):
    """What was to be measured beside so many is not, then."""
    idle = IdleConnections(target_of(scripted(lambda link: link.sock.sendall(data))))
    with pytest.raises(ConnectionError, match=f"^{line}$"):
        tended(idle, 2)


def test_idle_ones_say_goodbye(scripted: Any):
    """Close 1000, each of them."""
    ends: list[tuple[int, bytes]] = []

    def behave(link: Any) -> None:
        ends.append(link.frame())
        link.sock.sendall(server_frame(*ends[-1]))

    idle = IdleConnections(target_of(scripted(behave)))
    idle.open(5)
    idle.close()
    assert ends == [(frames.CLOSE, b"\x03\xe8")] * 5
    assert idle.socks == {}


def test_plain_idle_connections_have_no_frames(scripted: Any):
    """Nothing is said in the end, and an end is an end."""
    seen: list[bytes] = []
    server = scripted(lambda link: seen.append(link.sock.recv(10)), raw=True)
    idle = IdleConnections(target_of(server, plain=True))
    idle.open(2)
    idle.tend()
    idle.close()
    until(lambda: seen == [b"", b""])


def test_under_tls(scripted: Any, tls: Any):
    """Pings are answered, and records that are no message's end nothing."""
    pongs: list[int] = []

    def behave(link: Any) -> None:
        link.sock.sendall(server_frame(frames.PING, b"x"))
        pongs.append(link.frame()[0])
        list(link.messages())

    server = scripted(behave, tls=tls.server)
    with contextlib.closing(IdleConnections(target_of(server, tls=tls.client))) as idle:
        idle.open(2)
        until(lambda: idle.tend() or pongs == [frames.PONG, frames.PONG])


def test_a_slow_reader_sends_until_the_server_stops(scripted: Any):
    """A server that stops reading gets no more than fits in between; what it then reads is made up for."""
    reads, taken = threading.Event(), [0]

    def behave(link: Any) -> None:
        assert reads.wait(10)
        assert link.frame()[0] == frames.BINARY
        while link.sock.recv(1 << 20):
            taken[0] += 1

    slow = SlowReaders(target_of(scripted(behave)), asked_of(Workload()))
    with contextlib.closing(slow):
        slow.open(2)
        owed = [one.owed for one in slow.readers]
        assert all(16_384 < one < MOST_OWED for one in owed)
        slow.tend()
        assert [one.owed for one in slow.readers] == owed
        reads.set()
        until(lambda: slow.tend() or all(one.owed >= MOST_OWED for one in slow.readers))


def test_a_slow_reader_reads_a_little():
    """A real server echoes what it can; each turn 4 KiB of it are read, and nothing is compared."""
    with Server(read_spec("stdlib")[0], Settings()) as server:
        slow = SlowReaders(target_of(server), asked_of(Workload()))
        with contextlib.closing(slow):
            slow.open(1)
            (one,) = slow.readers
            before = one.owed
            until(lambda: one.take() or one.owed <= before - 20 * TAKEN_BYTES)


def test_many_slow_readers_owe_less_each(scripted: Any, monkeypatch: pytest.MonkeyPatch):
    """All together have a bound: a server may keep in memory whatever it is sent."""
    monkeypatch.setattr(module, "ALL_OWED", 100_000)

    def behave(link: Any) -> None:
        while link.sock.recv(1 << 20):
            pass

    slow = SlowReaders(target_of(scripted(behave)), asked_of(Workload()))
    with contextlib.closing(slow):
        slow.open(4)
        assert all(25_000 <= one.owed <= 25_000 + ASKED_BYTES + 14 for one in slow.readers)


def test_a_slow_reader_that_is_dropped_is_told_of(scripted: Any):
    """A server may do that; then there is nothing to measure beside it."""
    slow = SlowReaders(target_of(scripted(lambda link: link.read(6))), asked_of(Workload()))
    with pytest.raises(ConnectionError, match="the server ended a slow reader's connection"):
        tended(slow, 1)


def test_both_kinds_together():
    """As many as the workload says; the counter counts the idle ones alone."""
    counted = []

    class Counting:
        room = 100

        def opened(self) -> None:
            counted.append(1)

        def connecting(self) -> Any:
            return contextlib.nullcontext()

    with Server(read_spec("stdlib")[0], Settings()) as server:
        both = BackgroundConnections(target_of(server), Workload(idle=30, slow_readers=2))
        both.open(Counting())  # type: ignore[arg-type]
        both.tend()
        assert (len(both.idle.socks), len(both.slow.readers), len(counted)) == (30, 2, 30)
        both.close()
        assert (len(both.idle.socks), len(both.slow.readers)) == (0, 0)


def test_all_log_in_and_slow_readers_send_the_users_messages(scripted: Any):
    """Before anything else, in the kind that the messages have."""
    heard: list[list[tuple[int, bytes]]] = []

    def behave(link: Any) -> None:
        mine: list[tuple[int, bytes]] = []
        heard.append(mine)
        while True:
            mine.append(link.frame())

    workload = Workload(5, idle=1, slow_readers=1, messages=("hello", "{n}"))
    beside = BackgroundConnections(target_of(scripted(behave)), workload, "let me in")
    with contextlib.closing(beside):
        beside.open()
        # Which of the two comes to `behave` first, the server's threads decide.
        until(lambda: len(heard) == 2 and min(map(len, heard)) > 0 and max(map(len, heard)) > 5)
        idle, slow = sorted(heard, key=len)
        assert idle == [(frames.TEXT, b"let me in")]
        assert [payload for _, payload in slow[:5]] == [b"let me in", b"hello", b"1", b"hello", b"2"]
