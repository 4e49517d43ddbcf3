"""Conditions by the kernel's own emulator, netem, on both ends of a veth pair, where the kernel has it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping

from ..plan.network import NetworkWords
from ..targets.contract import LINK_HOSTS
from .namespaces import visiting

DEVICE = "link0"
PACKET_BITS, WAITS_NS, LEAST_PACKETS, MOST_PACKETS = 12_000, 100_000_000, 64, 1_000_000
"""A packet of full size, and what may wait in line before a rate, as the relay has it: so many ns of it."""

TOOLS = ("ip", "tc")


def conditions(words: NetworkWords) -> list[str]:
    """Return what is said of a network as words of `tc qdisc … netem`."""
    found = ["delay", f"{words.delay_ns // 1000}us"]
    found += [f"{words.jitter_ns // 1000}us"] if words.jitter_ns else []
    found += ["loss", f"{words.loss * 100:g}%"] if words.loss else []
    found += ["rate", f"{words.rate}bit"] if words.rate else []
    return [*found, "limit", str(limit_of(words))]


def limit_of(words: NetworkWords) -> int:
    """Return how many packets netem holds: those under way, and those in line.

    Its own limit of 1,000 would drop some of what a fast link with a long delay has under way.
    """
    if not words.rate:
        return MOST_PACKETS
    under_way = (words.delay_ns + words.jitter_ns + WAITS_NS) * words.rate / 1e9 / PACKET_BITS
    return LEAST_PACKETS + round(under_way)


def commands(words: NetworkWords) -> list[list[str]]:
    """Return what gives a device conditions: netem, and a line below it, so that none overtakes another."""
    device = ["dev", DEVICE]
    return [
        ["tc", "qdisc", "replace", *device, "root", "handle", "1:", "netem", *conditions(words)],
        ["tc", "qdisc", "replace", *device, "parent", "1:1", "pfifo", "limit", str(limit_of(words))],
    ]


def pair(server: str) -> list[list[str]]:
    """Return what makes a pair of devices, of the namespace it is called in and of the server's, by its file.

    A device sends no more than one packet at once: netem would lose and delay all of a large one together.
    """
    sizes = ["mtu", "1500", "gso_max_segs", "1"]
    peer = ["peer", "name", DEVICE, *sizes, "netns", server]
    return [["ip", "link", "add", "name", DEVICE, *sizes, "type", "veth", *peer]]


def up(address: str) -> list[list[str]]:
    """Return what gives the device of a namespace its address."""
    added = ["ip", "address", "add", f"{address}/24", "dev", DEVICE]
    return [added, ["ip", "link", "set", DEVICE, "up"]]


def run_all(namespace: str, argvs: list[list[str]]) -> bool:
    """Run commands in a namespace, one after the other; return whether all went well."""
    with visiting(namespace):
        ran = (subprocess.run(argv, capture_output=True, check=False, timeout=30) for argv in argvs)
        return all(one.returncode == 0 for one in ran)


def has_tools() -> bool:
    """Whether this machine has what tells the kernel of devices and queues."""
    return all(map(shutil.which, TOOLS))


def is_there(namespace: str) -> bool:
    """Whether the kernel has netem: found by using it in a namespace."""
    tried = ["tc", "qdisc", "add", "dev", "lo", "root", "netem", "delay", "0ms"]
    undone = ["tc", "qdisc", "del", "dev", "lo", "root"]
    return run_all(namespace, [tried, undone])


def connect(nodes: Mapping[str, str]) -> bool:
    """Connect the namespaces `client` and `server`, given by their files; return whether that went well."""
    return run_all(nodes["client"], pair(nodes["server"])) and all(
        run_all(nodes[name], up(address))
        for name, address in zip(("client", "server"), LINK_HOSTS, strict=True)
    )


def become(nodes: Mapping[str, str], words: NetworkWords) -> bool:
    """Give both directions conditions from now on; return whether that went well."""
    return all(run_all(nodes[name], commands(words)) for name in ("client", "server"))
