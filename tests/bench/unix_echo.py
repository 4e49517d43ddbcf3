"""The yardstick on a Unix socket."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SERVE = """
import asyncio, socket, sys
from wsbench.servers import stdlib_asyncio
sock = socket.socket(socket.AF_UNIX)
sock.bind(sys.argv[1])
sock.listen(4)
sock.setblocking(False)
asyncio.run(stdlib_asyncio.serve(sock, lambda *_: print(flush=True), equal=True, limit=2**24))
"""


@contextmanager
def unix_echo(folder: Path) -> Iterator[str]:
    """Serve inside; yield the path of the socket. Its queue is short, so that many have to wait."""
    path = str(folder / "e.sock")
    with subprocess.Popen([sys.executable, "-c", SERVE, path], stdout=subprocess.PIPE) as one:
        assert one.stdout
        try:
            assert one.stdout.readline() == b"\n"
            yield path
        finally:
            one.kill()
