"""What counts here: which tools there are, and how to get those that are missing."""

from __future__ import annotations

import ctypes
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable

import msgspec

from ..plan.count import Instrument

NEEDS: dict[Instrument, str] = {
    "instructions": "valgrind",
    "allocations": "valgrind",
    "syscalls": "strace",
    "python": "valgrind",
}
"""The program of an instrument; the others need none."""

VALGRIND_SINCE = (3, 15)
"""The first version with what is used here: dhat as it writes its files today."""

PATIENCE_S = 60.0
PTRACE_SEIZE = 0x4206  # <linux/ptrace.h>
FORBIDDEN = "may not look into other processes here (ptrace): in a container add --cap-add=SYS_PTRACE"


class Tools(msgspec.Struct, frozen=True):
    """What instruments are made of on this machine; the fields of a header of counts.

    `versions` by program; `missing` by instrument, one line each on what to do; `build` is what counts depend
    on besides distributions: `python`, `libc` and, where valgrind is there, the `cpu` features it shows.
    """

    versions: dict[str, str]
    missing: dict[str, str]
    build: dict[str, str]


def found(instruments: Iterable[Instrument]) -> Tools:
    """Return what there is for some instruments."""
    asked = [*instruments]
    build = {"python": " ".join(sys.version.split()), "libc": " ".join(platform.libc_ver()).strip()}
    if sys.platform != "linux":
        return Tools({}, dict[str, str].fromkeys(asked, "that needs Linux"), build)
    versions = {name: version_of(name) for name in {NEEDS[one] for one in asked if one in NEEDS}}
    traced = not versions or can_trace()
    missing: dict[str, str] = {
        one: why for one in asked if (why := _why_missing(one, versions, traced=traced))
    }
    if versions.get("valgrind"):
        build["cpu"] = cpu_features()
    return Tools({name: version for name, version in versions.items() if version}, missing, build)


def _why_missing(instrument: Instrument, versions: dict[str, str], *, traced: bool) -> str:
    """Return why an instrument can't be used, "" where it can."""
    name = NEEDS.get(instrument)
    if name is None:
        return ""
    version = versions[name]
    if not version:
        return f"needs {name}: apt install {name}"
    if name == "valgrind" and tuple(map(int, re.findall(r"\d+", version)[:2])) < VALGRIND_SINCE:
        return f"needs valgrind {'.'.join(map(str, VALGRIND_SINCE))} or newer, here is {version}"
    return "" if traced else f"{name} {FORBIDDEN}"


def _said(*words: str) -> str:
    """Return what a program prints, on both of its outputs; "" where there is no such program."""
    if not shutil.which(words[0]):
        return ""
    try:
        done = subprocess.run(
            words,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=PATIENCE_S,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout


def version_of(name: str) -> str:
    """Return the version of valgrind or strace, "" where it is not there."""
    numbers = re.search(r"\d+\.\d[\w.]*", _said(name, "--version"))
    return numbers[0] if numbers else ""


def cpu_features() -> str:
    """Return the processor as valgrind shows it to programs, which choose their code by that."""
    shown = re.search(r"Arch and hwcaps: (.*)", _said("valgrind", "-v", "--tool=none", "true"))
    return shown[1].strip() if shown else ""


def can_trace() -> bool:
    """Whether a process may stop one that it has not started, as vgdb does; tried on one of our own."""
    sleeper = subprocess.Popen([sys.executable, "-S", "-c", "input()"], stdin=subprocess.PIPE)
    try:
        return bool(ctypes.CDLL(None).ptrace(PTRACE_SEIZE, sleeper.pid, None, None) == 0)
    finally:
        sleeper.kill()
        sleeper.communicate()
