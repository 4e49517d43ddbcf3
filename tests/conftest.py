"""Servers on raw sockets that do exactly what a test scripts, right or wrong."""

import contextlib
import hashlib
import os
import re
import signal
import socket
import ssl
import struct
import subprocess
import sys
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import psutil
import pytest
from filelock import FileLock
from hypothesis import settings
from wsbench.websocket import frames
from wsbench.websocket.handshake import GUID

Message = tuple[int, bytes]

ROOT = Path(__file__).parents[1]

LONGEST = {
    *("test_adding_a_server.py", "test_calibrate.py", "test_contract.py", "test_wheel.py"),
    *("test_commands_of_yours.py", "test_your_service.py"),
    *("test_pull_request.py", "test_published.py"),
}
"""Files with tests of ten seconds and more: begun last, they would keep one worker busy while others wait."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest tests."""
    items.sort(key=lambda item: item.path.name not in LONGEST)


for number in (signal.SIGINT, signal.SIGHUP):
    if signal.getsignal(number) is signal.SIG_IGN:  # as a shell has it for what it starts in the background
        signal.signal(number, signal.SIG_DFL)  # wsbench, started by tests, would inherit it

settings.register_profile("untimed", deadline=None)  # no test of ours asserts a time, nor may hypothesis
settings.load_profile("untimed")


class Link:
    """One accepted connection, seen from the server."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.data = b""
        self.pongs: list[bytes] = []
        self.request = ""
        self.first = 0
        """The first byte of the frame that was read last: FIN, reserved bits, opcode."""

    def read(self, size: int) -> bytes:
        """Return exactly `size` bytes; EOFError when the client is gone."""
        while len(self.data) < size:
            more = self.sock.recv(1 << 20)
            if not more:
                raise EOFError
            self.data += more
        taken, self.data = self.data[:size], self.data[size:]
        return taken

    def head(self) -> str:
        """Return the client's HTTP request."""
        while b"\r\n\r\n" not in self.data:
            more = self.sock.recv(65_536)
            if not more:
                raise EOFError
            self.data += more
        head, _, self.data = self.data.partition(b"\r\n\r\n")
        return head.decode()

    def accept(self, extra: bytes = b"", headers: str = "") -> None:
        """Answer the opening handshake with more `headers`, and send `extra` in the same segment."""
        self.request = self.head()
        key = re.search(r"(?im)^sec-websocket-key:\s*(\S+)", self.request)[1]
        answer = b64encode(hashlib.sha1((key + GUID).encode()).digest()).decode()  # noqa: S324
        head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        self.sock.sendall(f"{head}{headers}Sec-WebSocket-Accept: {answer}\r\n\r\n".encode() + extra)

    def frame(self) -> Message:
        """Return the opcode and the unmasked payload of the client's next frame."""
        self.first, second = self.read(2)
        size = second & 0x7F
        if size > 125:
            size = int.from_bytes(self.read(2 if size == 126 else 8), "big")
        mask = self.read(4)
        return self.first & 0x0F, frames.masked(self.read(size), mask)

    def messages(self) -> Iterator[Message]:
        """Yield data messages until the client closes, which is answered; pongs are kept aside."""
        while True:
            opcode, payload = self.frame()
            if opcode == frames.CLOSE:
                self.sock.sendall(frames.server_frame(frames.CLOSE, payload))
                return
            if opcode == frames.PONG:
                self.pongs.append(payload)
            else:
                yield opcode, payload

    def reset(self) -> None:
        """Make the coming close a reset: RST instead of FIN."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class ScriptedServer:
    """Runs `behave(link)` in a thread for each connection, after the handshake unless `raw`."""

    def __init__(
        self, behave: Callable[[Link], None], *, raw: bool, tls: ssl.SSLContext | None = None
    ) -> None:
        self.behave = behave
        self.raw = raw
        self.tls = tls
        self.links: list[Link] = []
        self.problems: list[BaseException] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        self.threads = [threading.Thread(target=self._accept)]
        self.threads[0].start()

    @property
    def address(self) -> tuple[str, int, str]:
        """Host, port and path."""
        return "127.0.0.1", self.port, "/echo"

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.links.append(Link(sock))
            self.threads.append(threading.Thread(target=self._serve, args=(self.links[-1],)))
            self.threads[-1].start()

    def _serve(self, link: Link) -> None:
        try:
            if self.tls:
                link.sock = self.tls.wrap_socket(link.sock, server_side=True, do_handshake_on_connect=False)
                link.sock.do_handshake()
            if not self.raw:
                link.accept()
            self.behave(link)
        except (OSError, EOFError):
            pass
        except BaseException as problem:  # noqa: BLE001  # the fixture shows it
            self.problems.append(problem)
        finally:
            link.sock.close()

    def stop(self) -> None:
        """End every connection and wait for every thread."""
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.threads[0].join()
        for link in self.links:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(link.sock, socket.SHUT_RDWR)  # the TCP connection's, under TLS too
        for thread in self.threads:
            thread.join()


Script = Callable[..., ScriptedServer]


@pytest.fixture
def scripted() -> Iterator[Script]:
    """Start scripted servers: `scripted(behave, raw=False, tls=None)`; its failed assert is the test's."""
    servers: list[ScriptedServer] = []

    def start(
        behave: Callable[[Link], None], *, raw: bool = False, tls: ssl.SSLContext | None = None
    ) -> ScriptedServer:
        servers.append(ScriptedServer(behave, raw=raw, tls=tls))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()
    for server in servers:
        assert not server.problems


@pytest.fixture
def nobody_left() -> Iterator[None]:
    """Fail the test where a child process of ours outlives it."""
    before = set(psutil.Process().children(recursive=True))
    yield
    assert not set(psutil.Process().children(recursive=True)) - before


@pytest.fixture
def broken() -> Path:
    """Return the folder of the servers that break the contract."""
    return Path(__file__).parent / "servers" / "broken"


class Built(NamedTuple):
    """The two files of a release."""

    wheel: Path
    sdist: Path


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Build the source distribution and, from it, the wheel: once, whoever of the workers is first.

    They are built from a copy, so that no build folder is left in the checkout.
    """
    base = tmp_path_factory.getbasetemp()
    target = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "dist"
    with FileLock(f"{target}.lock"):
        if not target.is_dir():
            _build(tmp_path_factory.mktemp("source"), target)
    (wheel,), (sdist,) = target.glob("*.whl"), target.glob("*.tar.gz")
    return Built(wheel, sdist)


def _build(source: Path, target: Path) -> None:
    tracked = ["git", "ls-files", "-co", "--exclude-standard"]
    for name in subprocess.run(tracked, cwd=ROOT, capture_output=True, check=True).stdout.decode().split():
        if (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes((ROOT / name).read_bytes())
    made = target.with_name("dist.new")
    words = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(made), str(source)]
    done = subprocess.run(words, cwd=source, capture_output=True, text=True, check=False, timeout=110)
    assert done.returncode == 0, done.stdout + done.stderr
    made.rename(target)


@pytest.fixture(scope="session")
def wheel(built: Built) -> Path:
    """Return the wheel of this checkout."""
    return built.wheel
