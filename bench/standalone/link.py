"""Network namespaces, and a network between them: nameless, and gone with the last process that is in them.

A plain file beside server.py, which loads it by path; Linux. It is told of *nodes*:

    {"role": "link", "nodes": {"client": {"address": "198.18.0.1", "delay_ns": 20000000, "loss": 0.001},
                               "server": {"address": "198.18.0.2"}}, "relay": true, "seed": 1}

Each node is a namespace with `lo` up and, with `relay`, a TUN device that has its address in a network /24.
All hang on one switch, which is this process: what a node sends passes its own link up to the switch, then
that of the node it is for, each under the conditions of its node (switch.py has them).

Its ready line has `"nodes": {"client": "/proc/PID/fd/N", ...}`: files that setns(2) and `nsenter --net=`
take. Of its lines `counts` tells the packets that were carried, lost and dropped, and
`link {"client": {...}}` gives links other conditions from then on.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import json
import os
import select
import socket
import struct
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

CLONE_NEWNET, PR_SET_TIMERSLACK = 0x40000000, 29  # <sched.h>, <linux/prctl.h>
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000  # <linux/if_tun.h>
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 0x1  # <linux/sockios.h>, <net/if.h>
SIOCSIFADDR, SIOCSIFNETMASK, SIOCSIFMTU, SIOCSIFTXQLEN = 0x8916, 0x891C, 0x8922, 0x8943

DEVICE, NETMASK, DEVICE_QUEUE = b"link0", "255.255.255.0", 10_000  # packets, so that only lanes drop any
PACKET_BYTES = 2048  # more than the largest packet has
BATCH = 64  # packets that are taken from one device before those that are due go out
SYSCTL = "/proc/sys/net/ipv4/"
NEEDED = "run it as root, or where it is: unshare --user --map-root-user --net wsbench ..."
"""What to do where no namespace may be made: in a user namespace whoever made it may make others."""

ALONE = ("tcp_no_metrics_save", "1")
"""A connection must not begin with what the kernel learnt from one before it, maybe of another server."""


def call(name: str, *arguments: int) -> None:
    """Call a function of the C library. Raises `OSError`."""
    if getattr(ctypes.CDLL(None, use_errno=True), name)(*arguments):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def told(sock: socket.socket, request: int, device: bytes, argument: bytes = b"") -> bytes:
    """Tell the kernel something of a device (netdevice(7)), and return what it says."""
    return fcntl.ioctl(sock, request, struct.pack("16s24s", device, argument))


def raise_device(name: bytes, address: str = "", mtu: int = 0) -> None:
    """Have a device of this namespace up, with an address where it is given one."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        if address:
            for request, value in ((SIOCSIFADDR, address), (SIOCSIFNETMASK, NETMASK)):
                told(sock, request, name, struct.pack("HH4s", socket.AF_INET, 0, socket.inet_aton(value)))
            told(sock, SIOCSIFMTU, name, struct.pack("i", mtu))
            with contextlib.suppress(PermissionError):  # in a user namespace it stays at 500
                told(sock, SIOCSIFTXQLEN, name, struct.pack("i", DEVICE_QUEUE))
        flags = struct.unpack_from("H", told(sock, SIOCGIFFLAGS, name), 16)[0]
        told(sock, SIOCSIFFLAGS, name, struct.pack("H", flags | IFF_UP))


def new_namespace(unable: type[Exception]) -> None:
    """Go into a new namespace whose `lo` is up. Raises `unable`."""
    try:
        call("unshare", CLONE_NEWNET)
    except OSError as problem:
        raise unable(f"no network namespace may be made ({problem.strerror}): {NEEDED}") from None
    raise_device(b"lo")


def new_device(address: str, mtu: int, unable: type[Exception]) -> int:
    """Return the file of a new TUN device of this namespace, up. Raises `unable`."""
    try:
        tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH22x", DEVICE, IFF_TUN | IFF_NO_PI))
    except OSError as problem:
        hint = "it takes the kernel's module tun, in a container --device /dev/net/tun, and leave to open it"
        raise unable(f"no /dev/net/tun may be opened ({problem.strerror}): {hint}") from None
    raise_device(DEVICE, address, mtu)
    return tun


def set_up(congestion: str, unable: type[Exception]) -> None:
    """Set what TCP does in this namespace. Raises `unable` for a congestion control that is not there."""
    for name, value in (ALONE, *([("tcp_congestion_control", congestion)] if congestion else [])):
        try:
            with open(SYSCTL + name, "w") as file:  # noqa: PTH123
                file.write(value)
        except OSError:
            if name != ALONE[0]:  # that one is of Linux 4.17 or later
                raise unable(f"this kernel has no congestion control {value}") from None


def hurry() -> None:
    """Run as soon as there is something to do, as a wire does, where that is permitted.

    At usual priority a packet waits for whole slices of other programs wherever cores are kept awake: our
    group of processes is then never the one that has slept.
    """
    call("prctl", PR_SET_TIMERSLACK, 1, 0, 0, 0)  # a wait ends when it should, not up to 50 us later
    with contextlib.suppress(OSError):  # it takes CAP_SYS_NICE
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))


class Link:
    """The namespaces of an order, and what carries the packets between them; it stays in the last of them.

    Raises `unable` where there may be no such thing.
    """

    def __init__(self, order: dict[str, Any], switch: Any, unable: type[Exception]) -> None:
        self.names = list(order["nodes"])
        nodes = list(order["nodes"].values())
        addresses = [socket.inet_aton(one["address"]) for one in nodes]
        self.switch = switch.Switch(addresses, nodes, order.get("seed", 0))
        self.files: list[int] = []
        self.devices: list[int] = []
        for one in nodes:
            new_namespace(unable)
            set_up(order.get("congestion", ""), unable)
            self.files.append(os.open("/proc/thread-self/ns/net", os.O_RDONLY))
            if order.get("relay", True):
                self.devices.append(new_device(one["address"], switch.MTU, unable))

    def answer(self, line: str) -> dict[str, Any] | None:
        """Answer a line of the parent, None where it is none of ours; in another thread than `carry`."""
        word, _, rest = line.partition(" ")
        if word == "link":
            for name, conditions in json.loads(rest).items():
                number = self.names.index(name)
                self.switch.up[number].become(conditions)
                self.switch.down[number].become(conditions)
        return self.switch.counts() if word in {"link", "counts"} else None

    def keep(self, say: Callable[[dict[str, Any]], None]) -> None:
        """Say where the namespaces are, and carry packets until killed."""
        paths = {name: f"/proc/{os.getpid()}/fd/{file}" for name, file in zip(self.names, self.files)}  # noqa: B905
        say({"event": "ready", "nodes": paths})
        hurry()
        while True:
            self.carry(self.switch.wait(time.monotonic_ns()))

    def carry(self, wait: float | None) -> None:
        """Take what the nodes send within some seconds, and give out what is due."""
        for device in select.select(self.devices, [], [], wait)[0]:
            number = self.devices.index(device)
            for packet in packets(device):
                self.switch.take(number, packet, time.monotonic_ns())
        for to, packet in self.switch.due(time.monotonic_ns()):
            try:
                os.write(self.devices[to], packet)
            except OSError:  # its node takes nothing any more; packets may be lost
                self.switch.carried -= 1


def packets(device: int) -> list[bytes]:
    """Return what has come to a device."""
    found: list[bytes] = []
    try:
        while len(found) < BATCH:
            found.append(os.read(device, PACKET_BYTES))
    except BlockingIOError:
        pass
    return found
