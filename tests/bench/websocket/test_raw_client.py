"""The frame-level client of the contract."""

import contextlib
import random
import socket
import threading
import time
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from wsbench.websocket import closing, frames
from wsbench.websocket.closing import say_goodbye_to_all
from wsbench.websocket.frames import server_frame
from wsbench.websocket.permessage_deflate import TAIL
from wsbench.websocket.raw_client import Peer


def test_messages_are_put_together_and_pings_answered(scripted: Any):
    """Fragments are one message; a ping in between gets its pong, a pong is ignored."""

    def behave(link: Any) -> None:
        for opcode, payload in link.messages():
            link.sock.sendall(
                server_frame(opcode, payload[:2], final=False)
                + server_frame(frames.PING, b"p")
                + server_frame(frames.PONG, b"")
                + server_frame(frames.CONTINUATION, payload[2:])
            )
        assert link.pongs == [b"p"]

    with Peer(scripted(behave).address) as peer:
        peer.send(frames.BINARY, b"hello")
        assert peer.message() == (frames.BINARY, b"hello")


def test_frames_are_received_one_by_one(scripted: Any):
    """`receive` shows each frame as it came, however it was cut."""

    def behave(link: Any) -> None:
        for byte in server_frame(frames.TEXT, b"a" * 126, final=False) + server_frame(frames.PING, b""):
            link.sock.sendall(bytes([byte]))

    with Peer(scripted(behave).address) as peer:
        assert peer.receive() == frames.Frame(frames.TEXT, b"a" * 126, False, 130)
        assert peer.receive() == frames.Frame(frames.PING, b"", True, 2)


def test_a_frame_with_the_handshake_is_kept(scripted: Any):
    """What came in one segment with the 101 is the first frame."""
    server = scripted(lambda link: link.accept(server_frame(frames.TEXT, b"hi")), raw=True)
    with Peer(server.address) as peer:
        assert peer.message() == (frames.TEXT, b"hi")


def test_silence_the_end_and_a_close_are_told(scripted: Any):
    """No answer, no connection and a close frame are three different errors."""

    def behave(link: Any) -> None:
        for _, payload in link.messages():
            if payload == b"close":
                link.sock.sendall(server_frame(frames.CLOSE, b"\x03\xf1"))
            if payload == b"end":
                return

    address = scripted(behave).address
    with Peer(address, timeout=0.3) as peer:
        peer.send(frames.TEXT, b"silence")
        with pytest.raises(TimeoutError, match=r"no answer within 0.3 s"):
            peer.message()
        peer.send(frames.TEXT, b"close")
        with pytest.raises(ConnectionError, match="closed with code 1009 instead of answering"):
            peer.message()
        peer.send(frames.TEXT, b"end")
        with pytest.raises(ConnectionError, match="the connection ended without an answer"):
            peer.message()


def test_a_refused_handshake_leaves_no_socket(scripted: Any):
    """Where the handshake fails the socket is closed: the server reads the end of the stream."""
    ends = []

    def behave(link: Any) -> None:
        link.head()
        link.sock.sendall(b"HTTP/1.1 400 No\r\n\r\n")
        ends.append(link.sock.recv(1))

    server = scripted(behave, raw=True)
    with pytest.raises(ConnectionError, match="HTTP 400"):
        Peer(server.address)
    server.threads[-1].join()
    assert ends == [b""]


def test_under_tls_with_headers(scripted: Any, tls: Any):
    """TLS and the headers of the request are handed on; Host has the port."""

    def behave(link: Any) -> None:
        assert f"\r\nHost: 127.0.0.1:{server.port}\r\n" in link.request
        assert link.request.endswith("\r\nOrigin: https://a")
        for message in link.messages():
            link.sock.sendall(server_frame(*message))

    server = scripted(behave, tls=tls.server)
    with Peer(server.address, tls=tls.client, headers=[("Origin", "https://a")]) as peer:
        peer.send(frames.TEXT, b"hello")
        assert peer.message() == (frames.TEXT, b"hello")


def _deflating(answer: str = "permessage-deflate") -> Callable[[Any], None]:
    """Agree with `answer`, inflate and compress in one context each; what has no RSV1 stays as it is."""
    bits = int(answer.partition("client_max_window_bits=")[2] or 15)

    def behave(link: Any) -> None:
        link.accept(headers=f"Sec-WebSocket-Extensions: {answer}\r\n")
        down, up = zlib.decompressobj(-bits), zlib.compressobj(wbits=-15)
        for opcode, payload in link.messages():
            if link.first & 0x40:
                small = up.compress(down.decompress(payload + TAIL)) + up.flush(zlib.Z_SYNC_FLUSH)
                small = small.removesuffix(TAIL)
                link.sock.sendall(server_frame(opcode, small[:2], final=False, rsv=frames.RSV1))
                link.sock.sendall(server_frame(frames.PING, b"") + server_frame(0, small[2:]))
            else:
                link.sock.sendall(server_frame(opcode, payload))

    return behave


def test_compressed_messages_both_ways(scripted: Any):
    """In one context each way, in fragments, and uncompressed ones in between."""
    words = b"time and again " * 9
    with Peer(scripted(_deflating(), raw=True).address, extensions="permessage-deflate") as peer:
        for number in range(3):
            peer.send_deflated(frames.TEXT, words)
            assert peer.message() == (frames.TEXT, words)
            peer.send(frames.BINARY, b"%d" % number)
            assert peer.message() == (frames.BINARY, b"%d" % number)


def test_a_window_that_was_offered_is_kept(scripted: Any):
    """The client compresses in the window that the server chose."""
    offer = "permessage-deflate; client_max_window_bits"
    far = random.Random(1).randbytes(2_000)
    with Peer(scripted(_deflating(f"{offer}=9"), raw=True).address, extensions=offer) as peer:
        for _ in range(2):
            peer.send_deflated(frames.BINARY, far)
            assert peer.message() == (frames.BINARY, far)


def test_reserved_bits_are_sent_as_told(scripted: Any):
    """A test of a server may set any of them."""

    def behave(link: Any) -> None:
        for opcode, _ in link.messages():
            link.sock.sendall(server_frame(opcode, bytes([link.first])))

    with Peer(scripted(behave).address) as peer:
        for rsv, first in ((0, 0x81), (1, 0x91), (2, 0xA1), (4, 0xC1), (7, 0xF1)):
            peer.send(frames.TEXT, b"", rsv=rsv)
            assert peer.message() == (frames.TEXT, bytes([first]))


@pytest.mark.parametrize("extensions", ["", "permessage-deflate"])
def test_rsv1_without_agreement_is_refused(scripted: Any, extensions: str):
    """Whether or not it was offered: the server did not agree."""
    server = scripted(lambda link: link.sock.sendall(server_frame(frames.TEXT, b"\x00", rsv=frames.RSV1)))
    with (
        Peer(server.address, extensions=extensions) as peer,
        pytest.raises(ValueError, match="no server frame: it begins with c1 01"),
    ):
        peer.message()


@pytest.mark.parametrize("opcode", [frames.CONTINUATION, frames.PING, frames.CLOSE])
def test_rsv1_in_the_wrong_place_is_refused(scripted: Any, opcode: int):
    """Agreed on, it still belongs to the first frame of a message alone."""

    def behave(link: Any) -> None:
        link.accept(
            server_frame(opcode, b"", rsv=frames.RSV1),
            "Sec-WebSocket-Extensions: permessage-deflate\r\n",
        )
        link.read(1)

    with (
        Peer(scripted(behave, raw=True).address, extensions="permessage-deflate") as peer,
        pytest.raises(ValueError, match="no server frame"),
    ):
        peer.receive()


def test_an_illegal_agreement_is_no_connection(scripted: Any):
    """The handshake fails, and the socket is closed."""
    server = scripted(_deflating("permessage-deflate; client_max_window_bits=9"), raw=True)
    with pytest.raises(ConnectionError, match="the parameter 'client_max_window_bits=9'"):
        Peer(server.address, extensions="permessage-deflate")
    server.threads[-1].join()


def test_an_extension_that_was_not_offered_is_shown_not_spoken(scripted: Any):
    """Whoever asks reads it in the response; nothing is taken up."""
    server = scripted(_deflating("permessage-deflate; nonsense"), raw=True)
    with Peer(server.address) as peer:
        assert peer.response.headers["sec-websocket-extensions"] == "permessage-deflate; nonsense"
        peer.send(frames.TEXT, b"hello")
        assert peer.message() == (frames.TEXT, b"hello")


def connections(server: Any, count: int) -> list[socket.socket]:
    """Return so many connections, each of which has got through a handshake."""
    peers = [Peer(server.address) for _ in range(count)]
    return [one.sock for one in peers]


def test_all_are_told_before_anybody_is_waited_for(scripted: Any):
    """The server answers nobody until it has heard everybody: one after the other would wait for ever."""
    heard = threading.Barrier(20)

    def behave(link: Any) -> None:
        opcode, payload = link.frame()
        assert (opcode, payload) == (frames.CLOSE, b"\x03\xe8")
        heard.wait(10)
        link.sock.sendall(server_frame(frames.TEXT, b"late") + server_frame(opcode, payload))

    socks = connections(scripted(behave), 20)
    say_goodbye_to_all(socks)
    assert [sock.recv(1) for sock in socks] == [b""] * 20  # each was read to its end
    for sock in socks:
        sock.close()


def test_goodbye_waits_as_long_as_somebody_ends(scripted: Any, monkeypatch: pytest.MonkeyPatch):
    """The last of them ends long after the patience for one is over."""
    monkeypatch.setattr(closing, "GOODBYE_S", 0.5)
    turn = threading.Semaphore(1)

    def behave(link: Any) -> None:
        link.frame()
        with turn:
            time.sleep(0.1)

    socks = connections(scripted(behave), 10)
    say_goodbye_to_all(socks)
    assert [sock.recv(1) for sock in socks] == [b""] * 10
    for sock in socks:
        sock.close()


def test_goodbye_ends_where_nobody_listens(scripted: Any, monkeypatch: pytest.MonkeyPatch):
    """One is silent, one is closed already, one was reset: whatever goes wrong, it is over."""
    monkeypatch.setattr(closing, "GOODBYE_S", 0.2)
    server = scripted(lambda link: link.read(10_000))
    socks = connections(server, 3)
    socks[1].close()
    server.links[2].reset()
    server.links[2].sock.close()
    say_goodbye_to_all(socks)
    say_goodbye_to_all([])
    for sock in socks:
        sock.close()


@pytest.mark.parametrize(
    "piece",
    [
        server_frame(frames.PING, b""),
        server_frame(frames.PONG, b"x" * 125),
        server_frame(frames.TEXT, b"x" * 10_000)[:1_000],
    ],
    ids=["pings", "pongs", "a frame that never ends"],
)
def test_a_little_progress_now_and_then_is_no_answer(scripted: Any, piece: bytes):
    """The whole message has a time, whatever comes in it."""

    def behave(link: Any) -> None:
        link.read(1)
        with contextlib.suppress(OSError):
            for _ in range(200):
                link.sock.sendall(piece[:1_000] if piece[0] & 0x0F != frames.TEXT else piece[:100])
                time.sleep(0.02)

    with Peer(scripted(behave).address, timeout=0.2) as peer:
        peer.send(frames.TEXT, b"hello")
        with pytest.raises((TimeoutError, ValueError)):
            peer.message()


def test_fragments_without_end_are_cut(scripted: Any, monkeypatch: pytest.MonkeyPatch):
    """They would fill the memory."""
    monkeypatch.setattr(frames, "LONGEST", 1 << 20)

    def behave(link: Any) -> None:
        link.read(1)
        with contextlib.suppress(OSError):
            link.sock.sendall(server_frame(frames.BINARY, b"", final=False))
            while True:
                link.sock.sendall(server_frame(frames.CONTINUATION, b"x" * 65_536, final=False))

    with Peer(scripted(behave).address, timeout=5) as peer:
        peer.send(frames.BINARY, b"hello")
        with pytest.raises(ValueError, match="an answer of more than 1,048,576 bytes"):
            peer.message()
