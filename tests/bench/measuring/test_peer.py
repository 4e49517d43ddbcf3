"""The frame-level client of the contract."""

from typing import Any

import pytest
from wsbench.measuring.peer import Peer
from wsbench.values import frames
from wsbench.values.frames import server_frame


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
