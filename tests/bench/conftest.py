"""What the tests of the bench share: children that are ended whatever happens, slices, TLS, deflate."""

import contextlib
import ssl
import sys
import zlib
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import psutil
import pytest
import trustme
from wsbench.demand.workload import Workload, payloads
from wsbench.machine.process import Child, stop_all
from wsbench.records.slices import Slice
from wsbench.websocket.permessage_deflate import TAIL
from wsbench.wire.session import WireSession


def child_of(code: str, **options: object) -> Child:
    """Start Python code as the child called `it`."""
    return Child("it", [sys.executable, "-S", "-c", code], **options)


def _is_gone(pid: int) -> bool:
    """Tell whether a process is no more, or a zombie that whoever inherited it has not buried."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@pytest.fixture
def start() -> Iterator[Callable[..., Child]]:
    """Start children that are ended after the test, whatever happens."""
    children: list[Child] = []

    def begin(code: str, **options: object) -> Child:
        children.append(child_of(code, **options))
        return children[-1]

    yield begin
    stop_all(children)


@pytest.fixture
def gone() -> Callable[[int], bool]:
    """Return what tells whether a process is gone."""
    return _is_gone


Answers = Callable[[int, int, bytes, Callable[[bytes], bytes]], bytes]
"""From the number, opcode and payload of a message, and what compresses, to the bytes of the answer."""

Behave = Callable[[Any], None]


@pytest.fixture
def exchange() -> Callable[..., Slice]:
    """Return what runs one slice with wire: `exchange(server, workload, count, plain=, timeout=, …)`."""

    def exchange(
        server: Any,
        workload: Workload,
        count: int = 60,
        *,
        plain: bool = False,
        timeout: float = 10,
        span: int = 0,
        **options: Any,
    ) -> Slice:
        """Run one slice with wire."""
        data = payloads(workload, 1, span)
        session = WireSession(server.address, workload, data, plain=plain, timeout=timeout, **options)
        with contextlib.closing(session):
            session.open()
            return session.run(workload.window, count)

    return exchange


class Contexts(NamedTuple):
    """Both sides of TLS: the server's certificate is for 127.0.0.1 and echo.test."""

    server: ssl.SSLContext
    client: ssl.SSLContext


@pytest.fixture
def tls() -> Contexts:
    """Return contexts with certificates made now."""
    authority = trustme.CA()
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert("127.0.0.1", "echo.test").configure_cert(server)
    authority.configure_trust(client)
    return Contexts(server, client)


@pytest.fixture
def deflating() -> Callable[..., Behave]:
    """Return what makes servers with permessage-deflate: `deflating(answers, agreement, together=False)`."""
    return _deflating


def _deflating(answers: Answers, agreement: str = "permessage-deflate", *, together: bool = False) -> Behave:
    """Agree, inflate each message and send `answers(number, opcode, payload, compress)`; in one context."""

    def behave(link: Any) -> None:
        link.accept(headers=f"Sec-WebSocket-Extensions: {agreement}\r\n")
        down, up = zlib.decompressobj(-15), zlib.compressobj(wbits=-15)

        def compress(payload: bytes) -> bytes:
            return (up.compress(payload) + up.flush(zlib.Z_SYNC_FLUSH)).removesuffix(TAIL)

        number, small, opcode, kept = 0, b"", 0, b""
        for kind, piece in link.messages():
            assert bool(link.first & 0x40) == bool(kind)  # RSV1 on the first frame of each message alone
            opcode, small = kind or opcode, small + piece
            if link.first & 0x80:
                kept += answers(number, opcode, down.decompress(small + TAIL), compress)
                number, small = number + 1, b""
            if not together or not link.data:
                link.sock.sendall(kept)
                kept = b""

    return behave
