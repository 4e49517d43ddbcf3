"""Bench: what a server does under a client that sleeps, one that polls, and one behind a network device.

    python tests/perf/client_wait.py [ROUNDS] [CONNECTIONS,... [DEPTH,... [SERVER...]]]

All clients are wire, in a process each, pinned to the clients' core, connected to the same server process.
They take turns of about 10 ms in random order while both cores are kept awake. Those behind a device live in
a network namespace of their own, at the other end of a pair of veth; what comes to them is processed on the
core that `rps_cpus` names. Needs root and iproute2 for that; without it these are left out. Prints per shape
a line for each client: msg/s, p50, CPU time of the server per message, Jain's index, and starved connections.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, NamedTuple

from wsbench.demand.workload import Workload, payloads
from wsbench.driver.orders import CellOrder
from wsbench.driver.server_cpu import ServerCpu
from wsbench.machine.cpus import awake, choose_cores
from wsbench.machine.launcher import Server
from wsbench.machine.orders import Settings
from wsbench.machine.process import Child
from wsbench.measuring.waiting import Polling
from wsbench.plan.turns import varied_environment
from wsbench.records.fairness import jain
from wsbench.stats.estimate import estimate_log
from wsbench.targets.spec_parser import read_specs
from wsbench.wire.session import WireSession

NAMESPACE, OUTSIDE, INSIDE = "wsbench-wait", "wsb-out", "wsb-in"
SERVER_SIDE, CLIENT_SIDE = "10.213.7.1", "10.213.7.2"
EVERYWHERE = "0.0.0.0"  # noqa: S104  # loopback and our own pair of devices, for seconds
TURNS, SLICE_NS = 16, 10_000_000
SERVERS = ("tornado", "websockets", "aiohttp", "picows", "uvicorn-websockets")


class Client(NamedTuple):
    """One kind of client: whether it polls, with which gap, and whether it is behind a device."""

    name: str
    polls: bool
    gap_us: int = 0
    remote: str = ""
    """On whose core replies are received: `client` or `server`; "" on loopback."""


CLIENTS = (
    Client("sleep", False),
    *(Client(f"poll, gap {gap} µs", True, gap) for gap in (0, 10, 20, 50, 100)),
    *(
        Client(f"veth, {how}, received by the {core}", polls, 20, core)
        for core in ("client", "server")
        for how, polls in (("sleep", False), ("poll, gap 20 µs", True))
    ),
)


def drive(argv: list[str]) -> None:
    """Be a client: open, then exchange a slice for each line `lead count`, and print what was seen."""
    host, port, path, pid, core, connections, depth, polls, gap_us = argv
    os.sched_setaffinity(0, {int(core)})
    workload = Workload(connections=int(connections), depth=int(depth), think_us=50)
    order = CellOrder(0, host, int(port), path, workload, 1, server_pid=int(pid))
    session = WireSession(
        (host, int(port), path),
        workload,
        payloads(workload, 1),
        plain=False,
        timeout=10.0,
        polls=bool(int(polls)),
    )
    if session.polls:
        session.waiting = Polling(session.poller, 10.0, int(gap_us) * 1000, int(connections))
    session.open()
    server = ServerCpu(order)
    print(json.dumps({"event": "ready"}), flush=True)
    for line in sys.stdin:
        lead, count = map(int, line.split())
        before = server.read_asleep()
        found = session.run(lead, count)
        after = server.read_asleep()
        assert before is not None
        assert after is not None
        seen = {
            "rate": found.rate,
            "p50": found.median,
            "cpu": (after - before) / found.exchanged,
            "jain": jain(found.answered) if len(found.answered) else 1.0,
            "starved": list(found.answered).count(0),
        }
        print(json.dumps(seen), flush=True)
    session.close()


def run_ip(*words: str) -> None:
    """Run `ip`."""
    subprocess.run(["ip", *words], check=True)


@contextmanager
def network() -> Iterator[bool]:
    """Have a namespace with a pair of veth inside the block; yields whether there is one."""
    if not shutil.which("ip") or os.geteuid():
        yield False
        return
    run_ip("netns", "add", NAMESPACE)
    try:
        run_ip("link", "add", OUTSIDE, "type", "veth", "peer", "name", INSIDE, "netns", NAMESPACE)
        run_ip("addr", "add", f"{SERVER_SIDE}/24", "dev", OUTSIDE)
        run_ip("link", "set", OUTSIDE, "up")
        inside = ["-n", NAMESPACE]
        run_ip(*inside, "addr", "add", f"{CLIENT_SIDE}/24", "dev", INSIDE)
        run_ip(*inside, "link", "set", INSIDE, "up")
        yield True
    finally:
        run_ip("netns", "del", NAMESPACE)


def receive_on(core: int) -> None:
    """Have the client's end of the pair hand what comes to a core."""
    files = f"/sys/class/net/{INSIDE}/queues/rx-0/rps_cpus"
    inside = ["ip", "netns", "exec", NAMESPACE, "sh", "-c", f"echo {1 << core:x} > {files}"]
    subprocess.run(inside, check=True)


def start(client: Client, server: Server, core: int, workload: Workload) -> Child:
    """Start a client and wait until it is connected."""
    host = SERVER_SIDE if client.remote else server.host
    words: list[Any] = [host, server.port, server.path, server.pid, core]
    words += [workload.connections, workload.depth, int(client.polls), client.gap_us]
    argv = [sys.executable, __file__, "--drive", *map(str, words)]
    child = Child(client.name, (["ip", "netns", "exec", NAMESPACE] if client.remote else []) + argv)
    child.hear(30)
    return child


def one_round(word: str, workload: Workload, clients: list[Client], rng: random.Random) -> dict[str, Any]:
    """Return the medians over turns of what each client saw in a round of fresh processes."""
    cores = choose_cores()
    assert cores.client is not None
    assert cores.server is not None
    (spec,) = read_specs([word])
    environment = varied_environment(rng.randrange(2**32), 0)
    with ExitStack() as stack:
        server = stack.enter_context(Server(spec, Settings(core=cores.server, host=EVERYWHERE), environment))
        server.host = "127.0.0.1"
        children = {
            one: start(one, server, cores.client, workload) for one in rng.sample(clients, len(clients))
        }
        for child in children.values():
            stack.callback(child.stop)
        lengths, found = {}, {one: list[Any]() for one in clients}
        lead = max(3, workload.window)
        for number in range(TURNS + 2):
            for one in rng.sample(clients, len(clients)):
                if one.remote:
                    receive_on(cores.client if one.remote == "client" else cores.server)
                    time.sleep(0.001)
                count = lengths.get(one, max(100, 4 * workload.window))
                children[one].tell(f"{lead} {count}", 30)
                seen = children[one].hear(30)
                if workload.window > 1:
                    lengths[one] = max(4 * workload.window, round(SLICE_NS * seen["rate"] / 1e9))
                if number > 1:
                    found[one].append(seen)
        return {
            one.name: {name: statistics.median(turn[name] for turn in turns) for name in turns[0]}
            for one, turns in found.items()
        }


def main() -> None:
    """Print a table per server and shape."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    shapes = [[int(part) for part in word.split(",")] for word in sys.argv[2:4]]
    connections, depths = shapes if len(shapes) == 2 else ([1, 4, 16, 64], [1, 32])
    rng = random.Random(1)
    with network() as has_network, awake(choose_cores(), wanted=True):
        clients = [one for one in CLIENTS if has_network or not one.remote]
        for word in sys.argv[4:] or SERVERS:
            for count in connections:
                for depth in depths:
                    workload = Workload(connections=count, depth=depth)
                    all_rounds = [one_round(word, workload, clients, rng) for _ in range(rounds)]
                    print(f"{word}, {workload}", flush=True)
                    for one in clients:
                        mine = [each[one.name] for each in all_rounds]
                        columns = ("rate", "p50", "cpu")
                        shown = {name: estimate_log([each[name] for each in mine]) for name in columns}
                        even = statistics.fmean(each["jain"] for each in mine)
                        print(
                            f"  {one.name:40} {shown['rate'].value:>9,.0f} msg/s"
                            f"  p50 {shown['p50'].value / 1000:>7,.1f} µs"
                            f"  server {shown['cpu'].value / 1000:>6.2f} µs/msg  Jain {even:.2f}"
                            f"  starved {max(each['starved'] for each in mine):.0f}",
                            flush=True,
                        )


if __name__ == "__main__":
    drive(sys.argv[2:]) if sys.argv[1:2] == ["--drive"] else main()
