"""Opening many connections at once, at servers that play along and at others."""

import contextlib
import errno
import gc
import resource
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from unix_echo import unix_echo
from wsbench.machine.launcher import Server
from wsbench.machine.orders import Settings
from wsbench.targets.spec_parser import read_spec
from wsbench.websocket import frames
from wsbench.websocket.http_messages import HandshakeError
from wsbench.websocket.target import Target
from wsbench.websocket.tls import Stream
from wsbench.wire import opening
from wsbench.wire.connect import connect_all
from wsbench.wire.connection_counter import ConnectionCounter
from wsbench.wire.opening import sources_for


@pytest.fixture(scope="module")
def echo() -> Iterator[Server]:
    """Run the yardstick for all tests here."""
    with Server(read_spec("stdlib")[0], Settings()) as one:
        yield one


@pytest.fixture
def keep() -> Iterator[Callable[..., list[Stream]]]:
    """Return what opens connections and keeps them until the end of the test, those before a failure too."""
    kept: list[Stream] = []

    def opened(*words: Any, **options: Any) -> list[Stream]:
        before = len(kept)
        for sock, _ in connect_all(*words, **options):
            kept.append(sock)
        return kept[before:]

    yield opened
    for sock in kept:
        sock.close()


def target_of(server: Any, **changes: Any) -> Target:
    """Return how to connect to a server."""
    return Target("127.0.0.1", server.port, "/echo", **{"timeout": 10, **changes})


def open_files() -> set[int]:
    """Return the numbers of this process's open files."""
    return {int(one.name) for one in Path("/proc/self/fd").iterdir()}


def bad_after(good: int, behave: Callable[[Any], None]) -> Callable[[Any], None]:
    """Return a server's behaviour: so many connections are accepted and held, `behave` has the next."""
    lock, seen = threading.Lock(), [0]

    def one(link: Any) -> None:
        with lock:
            seen[0] += 1
            number = seen[0]
        if number > good:
            behave(link)
        else:
            link.accept()
            link.read(1)

    return one


def test_hundreds_are_opened_and_all_of_them_echo(echo: Server, keep: Any):
    """Every one is upgraded, blocking, bounded in time and without Nagle's algorithm."""
    socks = keep(target_of(echo), 300)
    assert len({sock.getsockname() for sock in socks}) == 300
    for number, sock in enumerate(socks):
        sock.sendall(frames.client_frame(frames.TEXT, b"%d" % number, b"mask"))
    for number, sock in enumerate(socks):
        assert frames.read_frame(sock.recv(100)).payload == b"%d" % number
        assert sock.getblocking()
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        for bound in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
            assert struct.unpack("ll", sock.getsockopt(socket.SOL_SOCKET, bound, 16)) == (10, 0)


@pytest.mark.parametrize("count", [1, 3])
def test_early_hints_before_the_answer_are_passed_over(scripted: Any, keep: Any, count: int):
    """As RFC 9110 section 15.2 has it: however many interim responses come first, on one or on several."""

    def hints(link: Any) -> None:
        link.sock.sendall(b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n" * 2)
        link.accept()
        for message in link.messages():
            link.sock.sendall(frames.server_frame(*message))

    for sock in keep(target_of(scripted(hints, raw=True)), count):
        sock.sendall(frames.client_frame(frames.TEXT, b"hello", b"mask"))
        assert frames.read_frame(sock.recv(100)).payload == b"hello"


def test_no_more_are_under_way_than_may_be(scripted: Any, keep: Any):
    """The first one alone, then as many as was said: answers are held back until no more come."""
    lock, waiting, most = threading.Lock(), [0], [0]
    enough = threading.Event()

    def behave(link: Any) -> None:
        with lock:
            waiting[0] += 1
            most[0] = max(most[0], waiting[0])
            if waiting[0] == 5:
                enough.set()
        if len(server.links) > 1:
            assert enough.wait(10)
        with lock:
            waiting[0] -= 1
        link.accept()
        link.read(1)

    server = scripted(behave, raw=True)
    keep(target_of(server), 21, at_once=5)
    assert most[0] == 5


def test_memory_is_read_at_exactly_the_steps(echo: Server, keep: Any):
    """When it reads at 1, 10 and 100, as many connections are open, and none is on its way."""

    def connections() -> int:
        states = [line.split() for line in Path(f"/proc/{echo.pid}/net/tcp").read_text().splitlines()[1:]]
        port = f":{echo.port:04X}"
        # with SYN_RECV; a set, for the kernel may list a connection twice while others come and go
        return len({line[2] for line in states if line[1].endswith(port) and line[3] in {"01", "03"}})

    before = connections()
    counter = ConnectionCounter(130, lambda: connections() - before)
    keep(target_of(echo), 120, counter=counter)
    keep(target_of(echo), 10, counter=counter)
    cost = counter.cost()
    assert cost.steps == ((0, 0), (1, 1), (10, 10), (100, 100), (130, 130))
    assert cost.connections == 130
    assert cost.connect_ns > 0


def test_frames_with_the_answer_and_plain_tcp(scripted: Any):
    """What follows the head is handed over; over plain TCP there is no answer to wait for."""
    both = scripted(lambda link: link.accept(b"\x89\x00"), raw=True)
    for sock, response in connect_all(target_of(both), 3):
        assert (response.status, response.rest) == (101, b"\x89\x00")
        sock.close()
    silent = scripted(lambda link: link.read(1), raw=True)
    for sock, response in connect_all(target_of(silent, plain=True), 3):
        assert (response.status, response.rest) == (0, b"")
        sock.close()


def test_an_answer_in_pieces_is_read_whole(scripted: Any):
    """However it is cut."""

    def behave(link: Any) -> None:
        whole = link.sock
        slow = type("Slow", (), {"sendall": lambda _, data: [whole.sendall(bytes([one])) for one in data]})()
        slow.recv = whole.recv
        type(link)(slow).accept()

    for sock, response in connect_all(target_of(scripted(behave, raw=True)), 2):
        assert response.status == 101
        sock.close()


def _refuse(link: Any) -> None:
    link.head()
    link.sock.sendall(b"HTTP/1.1 503 Busy\r\n\r\n")


def _reset(link: Any) -> None:
    link.head()
    link.reset()


@pytest.mark.parametrize(
    ("behave", "line"),
    [
        (_refuse, "the handshake on /echo was answered with HTTP 503, not 101"),
        (_reset, "the server reset a connection"),
        (lambda link: link.head(), "the connection ended before the HTTP answer"),
        (lambda link: link.read(10_000), "no answer to the HTTP request in time"),
        (
            lambda link: link.head() and link.sock.sendall(b"HTTP/1.1 101 Y\r\n\r\n"),
            "a wrong Sec-WebSocket-Accept",
        ),
    ],
)
def test_a_server_that_has_enough_is_told_of(scripted: Any, keep: Any, behave: Any, line: str):
    """Three are good and the fourth is not: what it got, and how many were open."""
    server = scripted(bad_after(3, behave), raw=True)
    with pytest.raises(HandshakeError, match=rf"{line}, with 3 of 40 connections open"):
        keep(target_of(server, timeout=0.5), 40, at_once=1)


def test_nothing_is_left_open_after_a_failure(scripted: Any, keep: Any):
    """Sockets under way are closed; those handed out are their owner's."""
    server = scripted(bad_after(3, _refuse), raw=True)
    gc.collect()
    before = len(open_files())
    with pytest.raises(HandshakeError) as caught:
        list(connect_all(target_of(server), 40, at_once=8))
    del caught
    gc.collect()
    server.stop()
    assert len(open_files()) <= before


def test_a_caller_that_stops_leaves_nothing_under_way(scripted: Any):
    """Who is not interested any more closes what he has got, and nothing else is left."""
    server = scripted(lambda link: link.accept() or link.read(1), raw=True)
    before = len(open_files())
    found = connect_all(target_of(server), 40, at_once=8)
    for sock, _ in (next(found), next(found)):
        sock.close()
    found.close()
    server.stop()
    assert len(open_files()) <= before


def test_a_port_that_nobody_listens_on_is_refused():
    """The first connection's problem is the system's own, as for a single one."""
    for count in (1, 20):
        with pytest.raises(ConnectionRefusedError, match=r"\[Errno 111\] Connection refused"):
            list(connect_all(Target("127.0.0.1", 1, "/", 5), count))


def test_a_name_is_tried_at_all_its_addresses(echo: Server, keep: Any, monkeypatch: pytest.MonkeyPatch):
    """As where localhost is ::1 first, and the server listens on 127.0.0.1 alone."""
    real = socket.getaddrinfo

    def found(host: str, port: int, **options: Any) -> list[Any]:
        return [*real("127.0.0.1", 1, **options), *real("127.0.0.1", port, **options)]

    monkeypatch.setattr(opening.socket, "getaddrinfo", found)
    assert len(keep(Target("localhost", echo.port, "/echo", 10), 5)) == 5


def test_out_of_files_says_how_many_were_open(echo: Server, keep: Any):
    """And what the limit is now."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    taken = open_files()
    limit = [fd for fd in range(10_000) if fd not in taken][30]  # the kernel bounds the number of the file
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
    try:
        with pytest.raises(
            HandshakeError, match=rf"no more files can be open here, with \d\d of 99 .*now {limit}"
        ):
            keep(target_of(echo), 99)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@contextlib.contextmanager
def few_ports(monkeypatch: pytest.MonkeyPatch, each: int) -> Iterator[list[str]]:
    """Let every source address have so many ports only; yield where the connections came from."""
    used: list[str] = []
    real = opening.Opening._connect

    def connect(self: Any, sock: socket.socket) -> int:
        if used.count(self.places[0]) == each:
            return errno.EADDRNOTAVAIL
        used.append(self.places[0])
        return real(self, sock)

    monkeypatch.setattr(opening.Opening, "_connect", connect)
    yield used


def test_when_ports_run_out_the_next_address_is_taken(
    echo: Server, keep: Any, monkeypatch: pytest.MonkeyPatch
):
    """This machine has 127.0.0.0/8 to itself, and a port is used up for one address only."""
    with few_ports(monkeypatch, 8):
        socks = keep(target_of(echo), 20)
    places = [sock.getsockname()[0] for sock in socks]
    assert {place: places.count(place) for place in places} == {
        "127.0.0.1": 8,
        "127.0.0.2": 8,
        "127.0.0.3": 4,
    }


def test_when_all_addresses_are_used_up_the_setting_is_named(
    echo: Server, keep: Any, monkeypatch: pytest.MonkeyPatch
):
    """As to another machine, to which there is one address."""
    with (
        few_ports(monkeypatch, 8),
        pytest.raises(HandshakeError, match=r"no local port is left, with 8 of 20 .*ip_local_port_range"),
    ):
        keep(target_of(echo), 20, sources=("",))


@pytest.mark.parametrize(
    ("host", "first", "count"),
    [("127.0.0.1", ("", "127.0.0.2", "127.0.0.3"), 254), ("10.0.0.1", ("",), 1), ("::1", ("",), 1)],
)
def test_only_this_machine_has_several_addresses(host: str, first: tuple[str, ...], count: int):
    """The system's own choice comes first."""
    found = sources_for(host)
    assert (found[:3], len(found), len(set(found))) == (first, count, count)


def test_a_small_receive_buffer_is_set_before_connecting(echo: Server, keep: Any):
    """The kernel doubles it; one connection alone goes the same way."""
    for count in (1, 3):
        for sock in keep(target_of(echo), count, receive_buffer=4_096):
            assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF) == 8_192


def test_under_tls_one_comes_after_the_other(scripted: Any, tls: Any, keep: Any):
    """Through the same path as a single one; a failure names how many were open."""
    server = scripted(bad_after(2, _refuse), raw=True, tls=tls.server)
    with pytest.raises(HandshakeError, match="HTTP 503, not 101, with 2 of 3 connections open"):
        keep(target_of(server, tls=tls.client), 3)


def test_many_connections_to_a_unix_socket_are_opened(tmp_path: Path, keep: Callable[..., list[Stream]]):
    """Also where its queue is shorter than what is under way."""
    with unix_echo(tmp_path) as path:
        opened = keep(Target(path, 0, "/echo", 10), 100)
        for sock in opened:
            sock.sendall(frames.client_frame(frames.TEXT, b"hi", bytes(4)))
            assert sock.recv(100) == b"\x81\x02hi"
    assert len(opened) == 100


def test_a_unix_socket_whose_queue_stays_full_is_told(tmp_path: Path, keep: Callable[..., list[Stream]]):
    """Nobody takes the connections."""
    path = str(tmp_path / "full.sock")
    with socket.socket(socket.AF_UNIX) as full:
        full.bind(path)
        full.listen(0)
        keep(Target(path, 0, "/echo", 5, plain=True), 1)
        with pytest.raises(TimeoutError, match="timed out"):
            keep(Target(path, 0, "/echo", 0.05), 2)
