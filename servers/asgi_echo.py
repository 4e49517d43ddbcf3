"""The raw ASGI application that the ASGI servers serve: no server itself, and no framework.

It needs no library. An upgrade on an unknown path is answered with 404 where the server has the extension
`websocket.http.response`, and closed before it is accepted where it hasn't, which servers turn into 403.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Event = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]

BODIES = {200: b"It Works!", 404: b"Not Found", 426: b"WebSocket only"}


def answer(event: Event) -> Event:
    """Return what is sent for a message on `/echo`: the same message, the same type."""
    return {**event, "type": "websocket.send"}


async def echo(receive: Receive, send: Send) -> None:
    """`/echo`."""
    await send({"type": "websocket.accept"})
    while (event := await receive())["type"] == "websocket.receive":
        await send(answer(event))


async def reference(receive: Receive, send: Send) -> None:
    """`/socket`: the reference conversation."""
    await send({"type": "websocket.accept"})
    print("Socket opened")
    while (event := await receive())["type"] == "websocket.receive":
        text = event.get("text")
        if text is None:
            text = event["bytes"].decode()
        await send({"type": "websocket.send", "text": "Msg is " + text})
    print("Socket closed")


async def respond(kind: str, status: int, send: Send) -> None:
    """Answer over plain HTTP; `kind` is the prefix that the messages have."""
    body = BODIES[status]
    headers = [(b"content-type", b"text/plain"), (b"content-length", b"%d" % len(body))]
    if status == 426:
        headers.append((b"upgrade", b"websocket"))
    await send({"type": f"{kind}.response.start", "status": status, "headers": headers})
    await send({"type": f"{kind}.response.body", "body": body, "more_body": False})


async def websocket(scope: Event, receive: Receive, send: Send) -> None:
    """Choose by path."""
    await receive()  # websocket.connect
    handlers = {"/echo": echo, "/socket": reference}
    if scope["path"] in handlers:
        await handlers[scope["path"]](receive, send)
    elif "websocket.http.response" in scope.get("extensions", {}):
        await respond("websocket.http", 404, send)
    else:
        await send({"type": "websocket.close"})


async def lifespan(receive: Receive, send: Send) -> None:
    """Say that there is nothing to prepare and nothing to clean up."""
    while True:
        kind = (await receive())["type"]
        await send({"type": f"{kind}.complete"})
        if kind == "lifespan.shutdown":
            return


async def app(scope: Event, receive: Receive, send: Send) -> None:
    """Serve one connection or request."""
    if scope["type"] == "websocket":
        await websocket(scope, receive, send)
    elif scope["type"] == "http":
        statuses = {"/": 200, "/echo": 426, "/socket": 426}
        await respond("http", statuses.get(scope["path"], 404), send)
    else:
        await lifespan(receive, send)
