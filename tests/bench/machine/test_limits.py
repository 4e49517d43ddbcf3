"""Limits of cgroups and hypervisors, from the contents of the kernel's files."""

from __future__ import annotations

import os

import pytest
from wsbench.machine.limits import allowed_cores, cpu_quota, virtualisation
from wsbench.machine.system import read_text

CG = "/sys/fs/cgroup"
V1 = "4:memory:/docker/x\n3:cpu,cpuacct:/docker/x\n2:cpuset:/\n"


@pytest.mark.parametrize(
    ("files", "cores"),
    [
        ({}, None),  # no Linux, or no /proc
        ({"/proc/self/cgroup": "0::/user.slice/a.scope"}, 0.0),
        ({"/proc/self/cgroup": "0::/a/b", f"{CG}/a/b/cpu.max": "50000 100000"}, 0.5),
        ({"/proc/self/cgroup": "0::/a/b", f"{CG}/a/b/cpu.max": "max 100000"}, 0.0),
        (
            {
                "/proc/self/cgroup": "0::/a/b",
                f"{CG}/a/b/cpu.max": "400000 100000",
                f"{CG}/a/cpu.max": "150000 100000",  # the parent's is less
            },
            1.5,
        ),
        ({"/proc/self/cgroup": "0::/", f"{CG}/cpu.max": "200000 100000"}, 2.0),  # in a container
        ({"/proc/self/cgroup": "0::/../a", f"{CG}/a/cpu.max": "1000 4000"}, 0.25),
        ({"/proc/self/cgroup": "0::/a", f"{CG}/unified/a/cpu.max": "1000 4000"}, 0.25),
        (
            {
                "/proc/self/cgroup": V1,
                f"{CG}/cpu,cpuacct/docker/x/cpu.cfs_quota_us": "30000",
                f"{CG}/cpu,cpuacct/docker/x/cpu.cfs_period_us": "100000",
            },
            0.3,
        ),
        (
            {
                "/proc/self/cgroup": V1,  # whose path is the host's, seen from inside
                f"{CG}/cpu/cpu.cfs_quota_us": "250000",
                f"{CG}/cpu/cpu.cfs_period_us": "100000",
            },
            2.5,
        ),
        (
            {
                "/proc/self/cgroup": V1,
                f"{CG}/cpu,cpuacct/docker/x/cpu.cfs_quota_us": "-1",
                f"{CG}/cpu,cpuacct/docker/x/cpu.cfs_period_us": "100000",
            },
            0.0,
        ),
        ({"/proc/self/cgroup": "0::/a", f"{CG}/a/cpu.max": "nonsense"}, 0.0),
        ({"/proc/self/cgroup": "nonsense"}, None),
    ],
)
def test_the_least_of_all_limits_counts(files: dict[str, str], cores: float | None) -> None:
    """Of the own cgroup and those above it, in either version; 0 without one, None where nothing is known."""
    assert cpu_quota(lambda path: files.get(path, "")) == cores


X86 = "processor : 0\nflags\t\t: fpu sse2{}\nbugs : hypervisor\n"
DMI = "/sys/class/dmi/id"


@pytest.mark.parametrize(
    ("files", "name"),
    [
        ({}, ""),
        ({"/proc/cpuinfo": X86.format("")}, "none"),
        ({"/proc/cpuinfo": X86.format(""), f"{DMI}/sys_vendor": "QEMU"}, "none"),  # the processor knows
        ({"/proc/cpuinfo": X86.format(" hypervisor lm")}, "virtual machine"),
        ({"/proc/cpuinfo": X86.format(" hypervisor"), f"{DMI}/sys_vendor": "QEMU"}, "KVM"),
        ({"/proc/cpuinfo": X86.format(" hypervisor"), f"{DMI}/product_name": "KVM Virtual"}, "KVM"),
        (
            {"/proc/cpuinfo": X86.format(" hypervisor"), f"{DMI}/sys_vendor": "Microsoft Corporation"},
            "Hyper-V",
        ),
        ({"/proc/cpuinfo": X86.format(" hypervisor"), "/sys/hypervisor/type": "xen"}, "Xen"),
        (
            {
                "/proc/cpuinfo": X86.format(" hypervisor"),
                "/proc/sys/kernel/osrelease": "5.15.1-Microsoft-standard-WSL2",
            },
            "WSL",
        ),
        ({"/proc/cpuinfo": "Features : fp asimd", f"{DMI}/sys_vendor": "Amazon EC2"}, "Amazon EC2"),  # ARM
        (
            {
                "/proc/cpuinfo": "Features : fp",
                f"{DMI}/sys_vendor": "Amazon EC2",
                f"{DMI}/product_name": "m7g.metal",
            },
            "",
        ),
    ],
)
def test_hypervisors_by_what_they_say(files: dict[str, str], name: str) -> None:
    """The processor tells whether there is one, the firmware its name; ARM has only that."""
    assert virtualisation(lambda path: files.get(path, "")) == name


def test_this_machine_is_read_without_privileges() -> None:
    """Whatever it is: numbers and names, never an error."""
    quota = cpu_quota(read_text)
    assert quota is None or quota >= 0
    assert isinstance(virtualisation(read_text), str)
    assert allowed_cores() == (len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None)
