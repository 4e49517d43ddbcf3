"""What a process may use of a machine, and what kind of machine it is, as the kernel tells everybody."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

Read = Callable[[str], str]
"""From the path of a system's file to its text, "" where there is none."""

CGROUPS = "/sys/fs/cgroup"

VENDORS = {
    "qemu": "KVM",
    "kvm": "KVM",
    "amazon ec2": "Amazon EC2",
    "google": "Google Compute Engine",
    "microsoft corporation": "Hyper-V",
    "vmware": "VMware",
    "innotek gmbh": "VirtualBox",
    "xen": "Xen",
    "parallels": "Parallels",
    "apple": "Apple Virtualization",
    "digitalocean": "DigitalOcean",
    "hetzner": "Hetzner",
    "openstack": "OpenStack",
    "bhyve": "bhyve",
}
"""Hypervisors by the beginning of what their firmware says (the table of systemd's detect-virt)."""

SOME = "virtual machine"
"""What is told of one whose hypervisor does not say its name."""


def cpu_quota(read: Read) -> float | None:
    """Return how many cores' time the kernel gives this process at most, 0 without a limit, None if unknown.

    That is the least that its cgroup or one above it allows: `cpu.max` (cgroup v2), `cpu.cfs_quota_us` (v1).
    """
    lines = [line.split(":", 2) for line in read("/proc/self/cgroup").splitlines() if line.count(":") >= 2]
    if not lines:
        return None
    limits = [one for _, controllers, path in lines for one in _limits(controllers, path, read)]
    return round(min(limits, default=0.0), 3)


def _limits(controllers: str, path: str, read: Read) -> Iterator[float]:
    parts = [part for part in path.split("/") if part not in {"", ".."}]
    folders = ["/".join(["", *parts[:depth]]) for depth in range(len(parts), -1, -1)]
    if not controllers:
        texts = [read(f"{CGROUPS}{more}{one}/cpu.max") for one in folders for more in ("", "/unified")]
    elif "cpu" in controllers.split(","):
        places = [f"{CGROUPS}/{name}{one}" for one in folders for name in dict.fromkeys((controllers, "cpu"))]
        texts = [f"{read(f'{one}/cpu.cfs_quota_us')} {read(f'{one}/cpu.cfs_period_us')}" for one in places]
    else:
        return
    for text in texts:
        match text.split():
            case [quota, period] if quota.isdecimal() and period.isdecimal() and int(period):
                yield int(quota) / int(period)


def allowed_cores() -> int | None:
    """Return how many cores this process may run on (affinity, cpuset); None where that is not known."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None


def virtualisation(read: Read) -> str:
    """Return the hypervisor below this system, "none" on bare metal, "" where that is not known.

    x86 processors tell whether there is one (a flag of CPUID), its firmware who it is; others have only that.
    """
    info = read("/proc/cpuinfo")
    flags = next((line for line in info.splitlines() if line.startswith("flags")), "")
    name = _hypervisor(read)
    if flags:
        return (name or SOME) if "hypervisor" in flags.split() else "none"
    return name


def _hypervisor(read: Read) -> str:
    if "microsoft" in read("/proc/sys/kernel/osrelease").lower():
        return "WSL"
    if "xen" in read("/sys/hypervisor/type"):
        return "Xen"
    folder = "/sys/class/dmi/id"
    for file in ("sys_vendor", "product_name", "board_vendor", "bios_vendor"):
        text = read(f"{folder}/{file}").lower()
        for beginning, name in VENDORS.items():
            if text.startswith(beginning) and "metal" not in read(f"{folder}/product_name"):
                return name
    return ""
