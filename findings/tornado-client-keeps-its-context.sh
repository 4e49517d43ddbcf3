#!/usr/bin/env bash
# Tornado's client keeps its compression context where the server asked it not to, so the second message fails.
#
# Where a server answers `permessage-deflate; client_no_context_takeover` (RFC 7692 section 7.1.1.2), each message of the
# client has to be compressed on its own. Tornado reads the answer with a parser that drops parameters without a value:
# it sees permessage-deflate and nothing else, and lets the second message refer to the first. A server that keeps its
# word about contexts can't inflate that. With one message a connection, or a server that keeps all contexts, nobody
# notices; `server_max_window_bits=12`, which has a value, arrives.
#
# Seen (CPython 3.11.7, tornado 6.6.1 against websockets 17.4): the first reply comes, then the server closes with 1002.
# Needs Python 3.11 to 3.14 with venv. Exits 1 where this is no longer so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/two.py" <<'PYTHON'
import asyncio

from tornado.websocket import websocket_connect
from websockets.asyncio.server import serve
from websockets.exceptions import ConnectionClosed
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory

seen = []

async def echo(connection):
    seen.append(connection.response.headers["Sec-WebSocket-Extensions"])
    try:
        async for message in connection:
            await connection.send(message)
    except ConnectionClosed as lost:
        seen.append(f"{lost.sent.code.value} {lost.sent.reason}" if lost.sent else "nothing sent")

async def main():
    offer = ServerPerMessageDeflateFactory(client_no_context_takeover=True)
    async with serve(echo, "127.0.0.1", 0, extensions=[offer], compression=None) as server:
        port = server.sockets[0].getsockname()[1]
        client = await websocket_connect(f"ws://127.0.0.1:{port}/", compression_options={})
        replies = []
        for _ in range(2):
            await client.write_message("the same words, and the same words again")
            replies.append(await client.read_message())
        await asyncio.sleep(0.2)
        print(f"agreed: {seen[0]}; replies: {[bool(one) for one in replies]}; the server closed with {seen[1:]}")

asyncio.run(main())
PYTHON
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install -q --disable-pip-version-check tornado==6.6.1 websockets==17.4
seen=$("$folder/env/bin/python" "$folder/two.py")
echo "$seen"
[[ "$seen" == *"replies: [True, False]; the server closed with ['1002 "* ]]
