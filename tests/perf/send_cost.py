"""Bench: how long a server's `send` takes under a client that sleeps and under one that polls.

    python tests/perf/send_cost.py [MESSAGES]

The server is the yardstick on asyncio, with a stamp before and after each write of its transport; under
`strace`, where that is installed, the kernel's part of it is seen from outside. One connection, 50 µs of
think time, both cores kept awake. Prints medians in µs.
"""

from __future__ import annotations

import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from wsbench.demand.workload import Workload, payloads
from wsbench.machine.cpus import awake, choose_cores
from wsbench.machine.launcher import Server
from wsbench.machine.orders import Settings
from wsbench.targets.spec_parser import read_spec
from wsbench.wire.session import WireSession

STAMPING = """
import asyncio.selector_events as events, atexit, os, statistics, time
from wsbench.servers import stdlib_asyncio as inner
LIBRARY, VERSION = "stdlib", "1"
took, transport = [], events._SelectorSocketTransport
write = transport.write

def stamped(self, data):
    begun = time.perf_counter_ns()
    write(self, data)
    took.append(time.perf_counter_ns() - begun)
    if len(took) == %d:
        with open(os.environ["STAMPS"], "w") as file:
            file.write(str(statistics.median(took)))

transport.write = stamped
serve = inner.serve
"""


def traced(pid: int, session: WireSession, count: int, log: Path) -> float | None:
    """Return the median time in µs of `sendto` while messages are exchanged; None without strace."""
    if not shutil.which("strace"):
        return None
    words = ["strace", "-q", "-T", "-e", "trace=sendto", "-o", str(log), "-p", str(pid)]
    with subprocess.Popen(words) as strace:
        time.sleep(0.5)
        session.run(3, count)
        strace.terminate()
    found = re.findall(r"sendto\(.*<([\d.]+)>", log.read_text())
    return statistics.median(map(float, found)) * 1e6


def main() -> None:
    """Print one line for each way of waiting."""
    count, cores = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000, choose_cores()
    assert cores.client is not None
    with tempfile.TemporaryDirectory() as folder, awake(cores, wanted=True):
        file, stamps = Path(folder, "stamping.py"), Path(folder, "stamps")
        file.write_text(STAMPING % count)
        os.sched_setaffinity(0, {cores.client})
        for polls in (False, True):
            workload, (spec,) = Workload(), read_spec(str(file))
            with Server(spec, Settings(core=cores.server), {"STAMPS": str(stamps)}) as server:
                session = WireSession(
                    (server.host, server.port, server.path),
                    workload,
                    payloads(workload, 1),
                    plain=False,
                    timeout=10.0,
                    polls=polls,
                )
                session.open()
                session.run(3, count)
                own = float(stamps.read_text()) / 1000
                assert server.pid
                outside = traced(server.pid, session, count // 5, Path(folder, "log"))
                session.close()
            seen = "" if outside is None else f", sendto under strace {outside:.1f}"
            print(f"{'polling' if polls else 'sleeping'}: write in the server {own:.1f}{seen}")


if __name__ == "__main__":
    main()
