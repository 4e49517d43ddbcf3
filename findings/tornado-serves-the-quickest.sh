#!/usr/bin/env bash
# Tornado 6.6.1 goes on with a connection as long as its client answers at once; all others wait.
#
# Sixteen clients send a message each and the next one as soon as the reply is there, over loopback, from a process
# that never sleeps. The server's process works on for some 30 µs after a reply has left; where the next message has
# come by then, it reads that before its event loop turns. So in any stretch of 10 ms a few connections get all
# replies; which ones changes every now and then, so that over seconds all come out nearly even. websockets 17.4
# answers all sixteen alike in every stretch, under the same client.
#
# Seen (Linux 6.18, CPython 3.11, two cores): in 10 ms Jain's index of the replies per connection was 0.16 for
# Tornado, where 12.5 of 16 connections got none, and 1.00 for websockets; over 2 s it was 0.99 and 1.00.
# Needs two cores and Python 3.11 or newer with venv. Exits 1 where this is no longer so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install -q --disable-pip-version-check tornado==6.6.1 websockets==17.4
cat > "$folder/tornado_server.py" <<'PYTHON'
import asyncio, sys
import tornado.web, tornado.websocket

class Echo(tornado.websocket.WebSocketHandler):
    def open(self):
        self.set_nodelay(True)

    def on_message(self, message):
        self.write_message(message)

async def main():
    tornado.web.Application([("/", Echo)]).listen(int(sys.argv[1]), "127.0.0.1")
    await asyncio.Event().wait()

asyncio.run(main())
PYTHON
cat > "$folder/websockets_server.py" <<'PYTHON'
import asyncio, sys
from websockets.asyncio.server import serve

async def echo(connection):
    async for message in connection:
        await connection.send(message)

async def main():
    async with serve(echo, "127.0.0.1", int(sys.argv[1]), compression=None):
        await asyncio.Event().wait()

asyncio.run(main())
PYTHON
cat > "$folder/client.py" <<'PYTHON'
import os, select, socket, subprocess, sys, time

CONNECTIONS, SECONDS, STRETCH = 16, 2.0, 0.01
HEAD = (b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")
MESSAGE = b"\x81\x84" + bytes(4) + b"ping"  # text, masked with zeros
REPLY = b"\x81\x04ping"

def connected(port):
    for _ in range(100):
        try:
            sock = socket.create_connection(("127.0.0.1", port))
            break
        except ConnectionRefusedError:
            time.sleep(0.1)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.sendall(HEAD)
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += sock.recv(4096)
    assert b" 101 " in answer.split(b"\r\n")[0]
    return sock

def replies(server, core):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    child = subprocess.Popen([sys.executable, server, str(port)],
                             preexec_fn=lambda: os.sched_setaffinity(0, {core}))
    try:
        socks = {sock.fileno(): sock for sock in (connected(port) for _ in range(CONNECTIONS))}
        poller = select.epoll()
        for fd, sock in socks.items():
            poller.register(fd, select.EPOLLIN)
            sock.sendall(MESSAGE)
        stretches, end = [], time.monotonic() + SECONDS
        while (now := time.monotonic()) < end:
            counts = dict.fromkeys(socks, 0)
            while time.monotonic() < now + STRETCH:
                for fd, _ in poller.poll(0):
                    assert socks[fd].recv(100) == REPLY
                    counts[fd] += 1
                    socks[fd].sendall(MESSAGE)
            stretches.append(list(counts.values()))
        return stretches
    finally:
        child.kill()
        child.wait()

def jain(counts):
    return sum(counts) ** 2 / (len(counts) * sum(one * one for one in counts))

cores = sorted(os.sched_getaffinity(0))
if len(cores) < 2:
    sys.exit("it takes two cores to see this")
os.sched_setaffinity(0, {cores[0]})
found = {}
for name in ("tornado", "websockets"):
    stretches = replies(f"{sys.argv[1]}/{name}_server.py", cores[-1])
    found[name] = sum(map(jain, stretches)) / len(stretches)
    idle = sum(counts.count(0) for counts in stretches) / len(stretches)
    whole = jain([sum(counts) for counts in zip(*stretches)])
    print(f"{name}: Jain's index {found[name]:.2f} in 10 ms, {whole:.2f} in {SECONDS:g} s;"
          f" {idle:.1f} of {CONNECTIONS} connections got no reply in 10 ms")
sys.exit(not (found["tornado"] < 0.6 < 0.9 < found["websockets"]))
PYTHON
"$folder/env/bin/python" "$folder/client.py" "$folder"
