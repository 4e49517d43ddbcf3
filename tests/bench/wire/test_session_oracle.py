"""The instrument against the server of the `websockets` library: deflate in all it may agree on, and TLS."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory
from websockets.sync.server import Server, ServerConnection, serve
from wsbench.demand.workload import Workload, payloads
from wsbench.websocket import frames
from wsbench.websocket.raw_client import Peer
from wsbench.wire.session import WireSession

SIZES = (0, 1, 125, 126, 65_536, 2**20)
AGREEMENTS: dict[str, dict[str, Any]] = {
    "permessage-deflate": {},
    "permessage-deflate; server_no_context_takeover": {"server_no_context_takeover": True},
    "permessage-deflate; client_no_context_takeover": {"client_no_context_takeover": True},
    **{
        f"permessage-deflate; server_max_window_bits={bits}": {"server_max_window_bits": bits}
        for bits in range(9, 16)
    },
    "permessage-deflate; client_max_window_bits=9": {"client_max_window_bits": 9},
    (
        "permessage-deflate; server_no_context_takeover; client_no_context_takeover;"
        " server_max_window_bits=9; client_max_window_bits=12"
    ): {
        "server_no_context_takeover": True,
        "client_no_context_takeover": True,
        "server_max_window_bits": 9,
        "client_max_window_bits": 12,
    },
}


def _echo(connection: ServerConnection) -> None:
    for message in connection:
        connection.send(message)


@pytest.fixture
def serving() -> Iterator[Callable[..., Server]]:
    """Start servers of the library: `serving(extensions=, ssl=)`."""
    with contextlib.ExitStack() as stack:

        def start(**options: Any) -> Server:
            server = stack.enter_context(
                serve(_echo, "127.0.0.1", 0, compression=None, max_size=None, **options)
            )
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            stack.callback(thread.join)
            stack.callback(server.shutdown)
            return server

        yield start


def _address(server: Server) -> tuple[str, int, str]:
    return "127.0.0.1", server.socket.getsockname()[1], "/echo"


def _exchange(server: Server, workload: Workload, wanted: str, **options: Any) -> None:
    """Run short slices: every reply is compared."""
    data = payloads(workload, 1, 32_768 if workload.size > 1 else 0)
    session = WireSession(
        _address(server), workload, data, plain=False, timeout=20, deflate=bool(wanted), **options
    )
    with contextlib.closing(session):
        assert session.open().extensions == wanted
        for count in (20, 20) if workload.size < 1_000 else (1,):
            assert len(session.run(workload.connections, count).latencies) >= count


@pytest.mark.parametrize("connections", [1, 16])
@pytest.mark.parametrize("words", [True, False])
@pytest.mark.parametrize("agreement", AGREEMENTS)
def test_whatever_a_server_agrees_on(serving: Any, agreement: str, words: bool, connections: int):
    """Every size comes back right, of words as text and random as binary, one at a time and many at once."""
    server = serving(extensions=[ServerPerMessageDeflateFactory(**AGREEMENTS[agreement])])
    for size in SIZES:
        if size == SIZES[-1] and connections > 1 and agreement != "permessage-deflate":
            continue  # a second's work for each
        _exchange(server, Workload(size, words, connections, words=words), agreement)


@pytest.mark.parametrize(
    "shape", [Workload(), Workload(connections=16), Workload(depth=8, fragments=3)], ids=str
)
@pytest.mark.parametrize("deflate", [False, True])
def test_deflate_under_tls(serving: Any, tls: Any, deflate: bool, shape: Workload):
    """Both together, in both modes, and in fragments."""
    wanted = "permessage-deflate" if deflate else ""
    extensions = [ServerPerMessageDeflateFactory()] if deflate else []
    server = serving(extensions=extensions, ssl=tls.server)
    for size in SIZES[:-1]:
        workload = Workload(size, False, shape.connections, shape.depth, fragments=shape.fragments)
        _exchange(server, workload, wanted, tls=tls.client)


@pytest.mark.parametrize(
    "offer",
    [
        "permessage-deflate",
        "permessage-deflate; client_max_window_bits",
        "permessage-deflate; client_max_window_bits=10; server_max_window_bits=9",
        "permessage-deflate; client_no_context_takeover; server_no_context_takeover",
    ],
)
def test_the_peer_agrees_on_more(serving: Any, tls: Any, offer: str):
    """Compressed and plain messages in turn, in the contexts and windows of both sides."""
    server = serving(extensions=[ServerPerMessageDeflateFactory(client_max_window_bits=11)], ssl=tls.server)
    with Peer(_address(server), extensions=offer, tls=tls.client) as peer:
        assert peer.response.headers["sec-websocket-extensions"].startswith("permessage-deflate")
        for size in (*SIZES, *SIZES):
            for words in (True, False):
                (data,) = set(payloads(Workload(size, words, words=words), 1)[:1])
                peer.send_deflated(frames.BINARY, data)
                assert peer.message() == (frames.BINARY, data)
                peer.send(frames.BINARY, data)
                assert peer.message() == (frames.BINARY, data)
