#!/usr/bin/env bash
# uvloop 0.23.0 makes a system call for each transport.write(); 0.22.1 gathered all of a turn of its loop in one.
#
# An echo server answers 100 messages that came together with a write() each, as every WebSocket library on asyncio
# does. Under uvloop 0.22.1 they leave with one call at the end of the turn, under 0.23.0 with 100. So with many messages
# in flight on a connection the newer loop has a hundred times the calls to make, at the same version of every library
# above it: what is measured "on uvloop" says little without its version.
#
# Seen (Linux 6.18, CPython 3.11.7; calls are `syscw` of /proc/self/io): 1 and 100 calls for 100 writes.
# Needs Linux and Python 3.11 to 3.14 with venv. Exits 1 where this is no longer so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/count.py" <<'PYTHON'
import asyncio, socket

def calls():
    with open("/proc/self/io") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("syscw"))

class Echo(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        for at in range(0, len(data), 10):
            self.transport.write(data[at : at + 10])

async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Echo, "127.0.0.1", 0)
    with socket.create_connection(server.sockets[0].getsockname()) as sock:
        sock.setblocking(False)
        await asyncio.sleep(0.2)
        sock.send(b"ping ping " * 100)  # sendto: it is not counted
        before, left = calls(), 1000
        while left:
            left -= len(await loop.sock_recv(sock, left))
        return calls() - before

import uvloop
print(uvloop.run(main()))
PYTHON
count() {
    python3 -m venv --clear "$folder/env"
    "$folder/env/bin/python" -m pip install -q --disable-pip-version-check "$1"
    "$folder/env/bin/python" "$folder/count.py"
}
old=$(count uvloop==0.22.1)
new=$(count uvloop==0.23.0)
echo "calls for 100 writes: uvloop 0.22.1 $old, uvloop 0.23.0 $new"
[ "$old" -le 3 ] && [ "$new" -ge 100 ]
