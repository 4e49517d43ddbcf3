"""What this machine offers, read where the system says it."""

from __future__ import annotations

import os
import platform
import time
from pathlib import Path

from ..environments.interpreters import version_of
from ..records.common import Environment
from ..targets.catalogue import CLIENTS, SERVERS
from .cpus import Cores
from .limits import allowed_cores, cpu_quota, virtualisation
from .variables import telling

WATCHED_S = 0.4
"""How long the cores are watched before a run; a clock tick is 10 ms."""

CORE_LIBRARIES = (
    "wsbench",
    "msgspec",
    "numpy",
    "hdrhistogram",
    "pytest-benchmark",
    "uvloop",
    "wsaccel",
)


def read_text(path: str) -> str:
    """Return what a file of the system says, "" where there is none."""
    try:
        return Path(path).read_text().strip()
    except OSError:
        return ""


def cpu_model() -> str:
    """Return the processor's name as the kernel knows it."""
    for line in read_text("/proc/cpuinfo").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _ticks() -> list[int]:
    """Return the ticks of all cores since boot: user, nice, system, idle, iowait, irq, softirq, steal."""
    return [int(word) for word in read_text("/proc/stat").partition("\n")[0].split()[1:9]]


def steal_ticks() -> tuple[int, int]:
    """Return (stolen, all) clock ticks of all cores since boot; (0, 0) where the kernel does not count."""
    ticks = _ticks()
    return (ticks[7], sum(ticks)) if len(ticks) == 8 else (0, 0)


def swapped_pages() -> int:
    """Return how many pages were swapped out or in since boot; 0 where the kernel does not count."""
    counts = (line.partition(" ") for line in read_text("/proc/vmstat").splitlines())
    return sum(int(count) for name, _, count in counts if name in {"pswpin", "pswpout"})


class Watch:
    """What the machine did since this was made: the time that passed, and what it took from us."""

    def __init__(self) -> None:
        self._begun, self._ticks, self._swapped = time.monotonic(), steal_ticks(), swapped_pages()

    @property
    def seconds(self) -> float:
        """How long that was, in s."""
        return round(time.monotonic() - self._begun, 3)

    @property
    def steal(self) -> float:
        """The share of the cores' time that the host took."""
        stolen, passed = (now - then for now, then in zip(steal_ticks(), self._ticks, strict=True))
        return round(stolen / max(1, passed), 4)

    @property
    def swapped(self) -> int:
        """How many pages of memory were swapped out or in."""
        return swapped_pages() - self._swapped


def busy_share(seconds: float = WATCHED_S) -> float:
    """Watch the cores and return the share of their time in use; 0 where the kernel does not count.

    The load average would still include a run that ended a minute ago.
    """
    before = _ticks()
    time.sleep(seconds)
    passed = [after - first for first, after in zip(before, _ticks(), strict=True)]
    return 1 - (passed[3] + passed[4]) / sum(passed) if sum(passed) else 0.0


def libraries() -> dict[str, str]:
    """Return the versions of everything installed that a result depends on."""
    contestants = (*SERVERS.values(), *CLIENTS.values())
    names = {*CORE_LIBRARIES, *(name for one in contestants for name in one.distributions)}
    return {name: version for name in sorted(names) if (version := version_of(name))}


def describe(cores: Cores) -> Environment:
    """Describe machine and versions as of now."""
    return Environment(
        python=f"{platform.python_implementation()} {platform.python_version()}",
        system=f"{platform.system()} {platform.release()} {platform.machine()}",
        cpu=cpu_model(),
        cores=os.cpu_count() or 1,
        server_core=cores.server,
        client_core=cores.client,
        governor=read_text("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
        load_average=round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else 0.0,
        busy=round(busy_share(), 3),
        libraries=libraries(),
        congestion=read_text("/proc/sys/net/ipv4/tcp_congestion_control"),
        virtualisation=virtualisation(read_text),
        quota=cpu_quota(read_text),
        allowed=allowed_cores(),
        variables=telling(os.environ),
    )
