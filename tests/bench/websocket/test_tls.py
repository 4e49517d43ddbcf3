"""TLS records through memory: how they are cut, what it costs, how it ends."""

import contextlib
import socket
import ssl
import threading
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from wsbench.websocket.tls import LARGEST, SMALLEST, TlsSocket
from wsbench.wire.stamped_loop import drain


class Counting(socket.socket):
    """A socket that counts what is asked of the system."""

    calls: Counter[str]

    def recv_into(self, *args: Any) -> int:
        """Count a read."""
        self.calls["read"] += 1
        return super().recv_into(*args)

    def send(self, *args: Any) -> int:
        """Count a write."""
        self.calls["write"] += 1
        return super().send(*args)


class Ends:
    """A client under test and a server whose records the test sends as it likes."""

    def __init__(self, server: ssl.SSLContext, client: ssl.SSLContext) -> None:
        one, self.far = socket.socketpair()
        self.near = Counting(fileno=one.detach())
        self.near.calls = Counter()
        self.coming, self.going = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = server.wrap_bio(self.coming, self.going, server_side=True)
        thread = threading.Thread(target=self._shake_hands)
        thread.start()
        self.client = TlsSocket(self.near, client, "echo.test")
        thread.join()
        self.near.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            self.client.recv(1)  # the tickets that a server sends first
        self.near.calls.clear()

    def _shake_hands(self) -> None:
        while True:
            try:
                self.tls.do_handshake()
            except ssl.SSLWantReadError:
                self.far.sendall(self.going.read())
                self.coming.write(self.far.recv(65_536))
            else:
                self.far.sendall(self.going.read())
                return

    def records(self, *data: bytes) -> bytes:
        """Return what the server sends for these bytes, a record for each."""
        for one in data:
            self.tls.write(one)
        return self.going.read()

    def heard(self, size: int) -> bytes:
        """Return what the client sent, decrypted."""
        found = b""
        while len(found) < size:
            try:
                found += self.tls.read(size)
            except ssl.SSLWantReadError:
                self.coming.write(self.far.recv(1 << 20))
        return found


@pytest.fixture
def ends(tls: Any) -> Iterator[Ends]:
    """Connect both ends; the client does not block."""
    both = Ends(*tls)
    yield both
    both.client.close()
    both.far.close()


def test_what_was_negotiated_is_told(ends: Ends):
    """Version and cipher suite have their names; nothing was resumed."""
    version, cipher = ends.client.description.split(" ")
    assert version == "TLSv1.3"
    assert cipher.startswith("TLS_")
    assert not ends.client.resumed


def test_a_record_in_two_pieces_is_one(ends: Ends):
    """Wherever a record is cut, nothing comes out before its last byte, as from a socket without data."""
    size, cut = 2, 1
    while cut < size:
        record = ends.records(b"hello")
        size = len(record)
        ends.far.sendall(record[:cut])
        with pytest.raises(BlockingIOError):
            ends.client.recv(100)
        ends.far.sendall(record[cut:])
        assert ends.client.recv(100) == b"hello"
        cut += 1
    assert cut > 20


def test_records_that_came_together_are_read_together(ends: Ends):
    """One read takes all records that have come, without another look at the socket."""
    ends.far.sendall(ends.records(b"one", b"two", b"three"))
    assert ends.client.recv(100) == b"onetwothree"
    assert ends.near.calls == {"read": 1}
    assert not ends.client.waiting


def test_what_does_not_fit_waits_and_says_so(ends: Ends):
    """With little room the rest stays inside, is told, and comes without another look at the socket."""
    ends.far.sendall(ends.records(b"one", b"two", b"three"))
    assert (ends.client.recv(4), ends.client.waiting) == (b"onet", True)
    assert (ends.client.recv(1), ends.client.waiting) == (b"w", True)
    assert (ends.client.recv(100), ends.client.waiting) == (b"othree", False)
    assert ends.near.calls == {"read": 1}


def test_room_that_was_filled_exactly_is_no_end(ends: Ends):
    """Where nothing waits after all, the next read looks at the socket."""
    ends.far.sendall(ends.records(b"one"))
    assert (ends.client.recv(3), ends.client.waiting) == (b"one", True)
    with pytest.raises(BlockingIOError):
        ends.client.recv(3)
    assert not ends.client.waiting


def test_an_exchange_costs_one_read_and_one_write(ends: Ends):
    """Whatever its records, a message takes as many system calls as without TLS."""
    ends.near.setblocking(True)
    for _ in range(3):
        ends.near.calls.clear()
        assert ends.client.send(b"x" * 40_000) == 40_000  # three records
        assert ends.heard(40_000) == b"x" * 40_000
        ends.far.sendall(ends.records(b"y" * 70))
        assert ends.client.recv(100) == b"y" * 70
        assert ends.near.calls == {"read": 1, "write": 1}


def test_more_is_read_at_once_where_more_comes(ends: Ends):
    """The buffer grows with the messages, up to its largest."""
    ends.near.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * LARGEST)
    ends.far.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 * LARGEST)
    data, found = bytes(range(256)) * 16_384, b""  # 4 MiB
    thread = threading.Thread(target=ends.far.sendall, args=(ends.records(data),))
    thread.start()
    ends.near.setblocking(True)
    while len(found) < len(data):
        found += ends.client.recv(len(data))
    thread.join()
    assert found == data
    assert SMALLEST < len(ends.client._buffer) <= LARGEST


def test_a_send_that_does_not_fit_is_sent_again_from_its_start(ends: Ends):
    """Nothing counts as sent before all that was encrypted has left; the server reads it once."""
    data = bytes(range(251)) * 4_000
    assert [ends.client.send(data), ends.near.calls["write"]] == [0, 1]
    with pytest.raises(BlockingIOError):
        ends.client.send(data)
    longer, heard = data + b"and more", b""  # what is appended meanwhile follows
    sent = 0
    while not sent:
        ends.coming.write(ends.far.recv(1 << 20))
        with contextlib.suppress(ssl.SSLWantReadError):
            while more := ends.tls.read(1 << 20):
                heard += more
        with contextlib.suppress(BlockingIOError):
            sent = ends.client.send(longer)
    assert sent == len(data)
    assert ends.client.send(longer[sent:]) == len(b"and more")
    assert heard + ends.heard(len(longer) - len(heard)) == longer


def test_sendall_sends_what_was_left_over_first(ends: Ends):
    """A close frame after an unfinished message does not cut the records of that."""
    data = bytes(4_000_000)
    with contextlib.suppress(BlockingIOError):
        while not ends.client.send(data):
            pass
    ends.near.setblocking(True)
    thread = threading.Thread(target=ends.client.sendall, args=(b"the end",))
    thread.start()
    assert ends.heard(len(data) + 7) == data + b"the end"
    thread.join()


def test_the_end_of_the_stream_is_read_as_nothing(ends: Ends):
    """close_notify is the end, at once and for good; what came before is not lost."""
    data = ends.records(b"last words")
    with contextlib.suppress(ssl.SSLWantReadError):
        ends.tls.unwrap()
    ends.far.sendall(data + ends.going.read())
    assert ends.client.recv(100) == b"last words"
    assert (ends.client.recv(100), ends.client.recv(100)) == (b"", b"")


def test_a_bare_end_is_an_end(ends: Ends):
    """A server that leaves without a word has left, also in the middle of a record."""
    ends.far.sendall(ends.records(b"half")[:10])
    ends.far.shutdown(socket.SHUT_WR)
    assert ends.client.recv(100) == b""


def test_what_is_no_tls_is_told_in_one_line(ends: Ends):
    """An altered record raises ConnectionError with the reason."""
    record = bytearray(ends.records(b"hello"))
    record[-1] ^= 1
    ends.far.sendall(record)
    with pytest.raises(ConnectionError, match=r"^the TLS connection failed: [a-z0-9 ]*bad record mac$"):
        ends.client.recv(100)


def test_closing_says_so(ends: Ends):
    """The server reads close_notify, not just the end of the stream."""
    ends.client.close()
    ends.coming.write(ends.far.recv(65_536))
    assert ends.tls.read(100) == b""
    assert ends.client.fileno() == -1


class Reader:
    """Stands in for a connection: counts the bytes, ten at a time."""

    def __init__(self, ends: Ends) -> None:
        self.sock = ends.client

    def receive(self, recorder: object) -> int:
        """Read at most ten bytes."""
        return len(self.sock.recv(10))


def test_a_poll_is_followed_until_nothing_waits(ends: Ends):
    """All that came is read, half a record is nothing yet, and a look too many is no error."""
    reader: Any = Reader(ends)
    assert drain(reader, reader) == 0
    ends.far.sendall(ends.records(b"x" * 25, b"y" * 5))
    assert drain(reader, reader) == 30
    record = ends.records(b"z" * 12)
    ends.far.sendall(record[:20])
    assert drain(reader, reader) == 0
    ends.far.sendall(record[20:])
    assert drain(reader, reader) == 12
