"""Bench: what delay, loss and rate do to messages, under each congestion control of TCP.

    python tests/perf/networks.py [SECONDS] [CONTROL,...]

The server is the yardstick, the client wire, between them the network that `--network` makes. For each
network and congestion control: round trips of 64 B and of 16 KiB with one in flight, then 64 B with 32 in
flight on one connection, and with one in flight on each of 64, each for about SECONDS in one piece: what
is stalled at the end of a slice is not timed, so short ones would hide it. Prints tables in Markdown: p50,
p99 and the longest in ms, and msg/s. Needs what `--network` needs; all of it runs at real-time priority.
"""

from __future__ import annotations

import sys

import numpy as np
from wsbench.demand.workload import Workload, payloads
from wsbench.machine.launcher import Server
from wsbench.machine.orders import Settings
from wsbench.network.link import Network, network_for
from wsbench.plan.network import read_network
from wsbench.standalone.link import hurry
from wsbench.targets.spec_parser import read_spec
from wsbench.wire.session import WireSession

NETWORKS = (
    "delay=5ms",
    "delay=5ms loss=0.1%",
    "delay=5ms loss=1%",
    "delay=5ms rate=10mbit",
    "delay=5ms jitter=2ms",
)
SHAPES = {
    "64 B, 1 in flight": Workload(think_us=0),
    "16 KiB, 1 in flight": Workload(size=16_384, think_us=0),
    "64 B, 32 in flight": Workload(depth=32),
    "64 B, 64 connections": Workload(connections=64),
}


def measured(network: Network, server: Server, workload: Workload, seconds: float) -> str:
    """Return the cell of one shape: p50, p99, max in ms, and msg/s."""
    where = (server.host, server.port, server.path)
    session = WireSession(where, workload, payloads(workload, 1), plain=False, timeout=60.0)
    with network.at("client"):
        session.open()
    try:
        first = session.run(workload.window, 10 * workload.window)
        taken = session.run(workload.window, max(workload.window, round(first.rate * seconds)))
    finally:
        session.close()
    times = np.asarray(taken.latencies) / 1e6
    p50, p99 = np.quantile(times, [0.5, 0.99])
    return f"{p50:.1f} / {p99:.0f} / {times.max():.0f} · {taken.rate:,.0f}/s"


def main(seconds: float, controls: list[str]) -> None:
    """Print a table for each shape."""
    hurry()  # client and server, too: they are idle nearly all the time, and other programs are no network
    found: dict[tuple[str, str], list[str]] = {}
    for words in NETWORKS:
        for control in controls:
            with network_for(read_network(f"{words} congestion={control}"), 1) as network:
                settings = Settings(host=network.host)
                with network.at("server"):
                    server = Server(read_spec("stdlib")[0], settings)
                with server:
                    for shape, workload in SHAPES.items():
                        cell = measured(network, server, workload, seconds)
                        found.setdefault((shape, words), []).append(cell)
                        print(shape, words, control, cell, file=sys.stderr)
    for shape in SHAPES:
        print(f"| {shape} | {' | '.join(controls)} |\n| --- |{' --- |' * len(controls)}")
        for words in NETWORKS:
            print(f"| `{words}` | {' | '.join(found[shape, words])} |")
        print()


if __name__ == "__main__":
    main(
        float(sys.argv[1]) if len(sys.argv) > 1 else 6.0,
        (sys.argv[2] if len(sys.argv) > 2 else "bbr,cubic,reno").split(","),
    )
