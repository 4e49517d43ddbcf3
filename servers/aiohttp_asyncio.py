"""aiohttp.web's WebSocketResponse.

Equalised: permessage-deflate is off (as shipped it is accepted when offered) and the access log is off.
asyncio sets TCP_NODELAY; as shipped there are no keep-alive pings. The message limit (default 4 MiB) belongs
to the contract and is set in both classes; aiohttp refuses a message *of* its limit, hence the one more
(and a compressed one only over it: there, one byte too many passes).

It compresses, where it does, with windows of 15 bits, always at level 1 with memory level 8, and hands
messages over 16 KiB to a thread for it.
"""

import asyncio
import re
import socket
import ssl
from collections.abc import Callable
from importlib.metadata import version

from aiohttp import WSMsgType, web

LIBRARY = "aiohttp"
DEVIATIONS = {
    "close-invalid": "accepts close code 1006 (RFC 6455 forbids it on the wire)",
    "unmasked": "accepts unmasked frames (RFC 6455 forbids them)",
}
if [*map(int, re.findall(r"\d+", version("aiohttp")))] < [3, 14, 1]:
    DEVIATIONS["too-large"] = "sends close 1009 once over 16 MiB have come in, not when the header says so"
if hasattr(web, "AppKey"):
    DEFLATE, LIMIT = web.AppKey("deflate", bool), web.AppKey("limit", int)
else:  # before 3.9
    DEFLATE, LIMIT = "deflate", "limit"  # type: ignore[assignment]


async def index(_request: web.Request) -> web.Response:
    """`GET /`."""
    return web.Response(text="It Works!")


async def upgrade(request: web.Request) -> web.WebSocketResponse:
    """Complete the handshake with the settings of the class."""
    response = web.WebSocketResponse(compress=request.app[DEFLATE], max_msg_size=request.app[LIMIT] + 1)
    await response.prepare(request)
    return response


async def echo(request: web.Request) -> web.WebSocketResponse:
    """`/echo`: the same message, the same type."""
    response = await upgrade(request)
    async for message in response:
        if message.type is WSMsgType.TEXT:
            await response.send_str(message.data)
        elif message.type is WSMsgType.BINARY:
            await response.send_bytes(message.data)
    return response


async def reference(request: web.Request) -> web.WebSocketResponse:
    """`/socket`: the reference conversation."""
    response = await upgrade(request)
    print("Socket opened")
    async for message in response:
        if message.type in {WSMsgType.TEXT, WSMsgType.BINARY}:
            text = message.data if message.type is WSMsgType.TEXT else message.data.decode()
            await response.send_str("Msg is " + text)
    print("Socket closed")
    return response


async def serve(
    sock: socket.socket,
    ready: Callable[[], None],
    *,
    equal: bool,
    limit: int,
    tls: ssl.SSLContext | None,
    deflate: bool,
) -> None:
    """Serve on the listening socket `sock` until cancelled; messages up to `limit` bytes."""
    app = web.Application()
    app[DEFLATE], app[LIMIT] = deflate or not equal, limit
    app.add_routes([web.get("/", index), web.get("/echo", echo), web.get("/socket", reference)])
    runner = web.AppRunner(app, access_log=None) if equal else web.AppRunner(app)
    await runner.setup()
    await web.SockSite(runner, sock, ssl_context=tls).start()
    ready()
    await asyncio.Event().wait()
