"""A service that tells everybody all it is given: on standard error, in a file, and when it closes.

python server_that_tells.py PORT FILE [CERTIFICATE AUTHORITY] [--token TOKEN]

It echoes, and with `BREAK=n` in its environment or `break=n` in a query it closes after n messages.
"""

from __future__ import annotations

import asyncio
import os
import re
import ssl
import sys
from pathlib import Path

from websockets.asyncio.server import ServerConnection, serve

PORT, FILE, *REST = sys.argv[1:]
CERTIFICATE, AUTHORITY = [*(one for one in REST if one.endswith(".pem")), "", ""][:2]


def tell(*words: object) -> None:
    """Print, and write down."""
    text = " ".join(map(str, words))
    print(text, file=sys.stderr, flush=True)
    with Path(FILE).open("a") as file:
        file.write(f"{text}\n")


async def echo(connection: ServerConnection) -> None:
    """Send back what comes, but for the login; tell what came first."""
    assert connection.request
    path, headers, count = connection.request.path, dict(connection.request.headers), 0
    tell("asked for", path, "with", headers)
    found = re.search(r"break=(\d+)", path)
    last = int(found[1] if found else os.environ.get("BREAK", "0"))
    async for message in connection:
        count += 1
        if count <= 2:
            tell("got", message)
        if count == last:
            await connection.close(4001, f"no: {message!r}"[:120])
        await connection.send(message)


async def main() -> None:
    """Serve until killed."""
    tell("started with", REST, os.environ.get("WORD"))
    context = None
    if CERTIFICATE:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE)
        context.load_verify_locations(AUTHORITY)
        context.verify_mode = ssl.CERT_REQUIRED
    async with serve(echo, "127.0.0.1", int(PORT), ssl=context):
        print(flush=True)
        await asyncio.get_running_loop().create_future()


asyncio.run(main())
