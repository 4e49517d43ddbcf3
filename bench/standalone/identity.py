"""What a process says of itself: versions, speed-ups, a digest of its code, options of its sockets.

Like server.py a plain file, for environments where wsbench is not installed: the standard library only.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import os
import platform
import socket
import stat
import sys
import sysconfig
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType


def compiled_modules(packages: tuple[str, ...]) -> list[str]:
    """Return the loaded extension modules of these packages: the speed-ups that are really in use."""
    found = []
    for name, module in sorted(sys.modules.items()):
        file = str(getattr(module, "__file__", None) or ".py")
        if name.partition(".")[0] in packages and not file.endswith(".py"):
            found.append(name)
    return found


def version_of(module: ModuleType) -> str:
    """Return the version of a contestant: its own, else its library's, else Python's."""
    own = getattr(module, "VERSION", "")
    return own or (
        importlib.metadata.version(module.LIBRARY) if module.LIBRARY else platform.python_version()
    )


def versions_of(distributions: Sequence[str]) -> dict[str, str]:
    """Return the versions of those of some distributions that something was loaded of."""
    found = {}
    for name in distributions:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            one = importlib.metadata.distribution(name)
            if {file.parts[0].partition(".")[0] for file in one.files or ()} & sys.modules.keys():
                found[name] = one.version
    return found


def code_of(contestant: ModuleType, before: Sequence[ModuleType]) -> str:
    """Return a digest of everything outside the standard library that was loaded besides `before`.

    Names and contents of source and extension files count, places and times don't: the same versions on the
    same Python have one digest in all environments. It is "" where a file can't be read. A server that is
    being measured is never asked: reading files is work, and changes its heap.
    """
    roots = tuple(os.path.join(sysconfig.get_path(key), "") for key in ("stdlib", "platstdlib"))  # noqa: PTH118
    sites = tuple(root + site for root in roots for site in ("site-packages", "dist-packages"))
    known = {id(module) for module in before}  # by identity: multiprocessing gives `__main__` a second name
    whole = hashlib.sha256()
    for name, module in sorted(sys.modules.items()):
        file = getattr(module, "__file__", None) or ""
        standard = file.startswith(roots) and not file.startswith(sites)
        if not file or standard or id(module) in known or name.startswith("__editable__"):
            continue
        try:
            with open(file, "rb", buffering=0) as source:  # noqa: PTH123
                content = hashlib.file_digest(source, "sha256").digest()
        except OSError:
            return ""
        whole.update((b"" if module is contestant else name.encode()) + b"\0" + content)
    return whole.hexdigest()[:16]


def libraries(before: Sequence[ModuleType]) -> dict[str, str]:
    """Return the versions of all distributions that something was loaded of besides `before`.

    It reads files, as `code_of` does.
    """
    known = {id(module) for module in before}
    loaded = {name.partition(".")[0] for name, module in list(sys.modules.items()) if id(module) not in known}
    return {
        distribution: importlib.metadata.version(distribution)
        for top, distributions in sorted(importlib.metadata.packages_distributions().items())
        if top in loaded
        for distribution in distributions
    }


def proof(module: ModuleType, loop: str) -> dict[str, Any]:
    """Describe what runs here, as found: versions, loop, compiled speed-ups, declared deviations."""
    require_declared(module)
    return {
        "version": version_of(module),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "loop": loop,
        "deviations": getattr(module, "DEVIATIONS", {}),
        "speedups": compiled_modules((module.LIBRARY, *getattr(module, "SPEEDUPS", ()))),
    }


def require_declared(module: ModuleType) -> None:
    """Raise `TypeError`, naming the file and the name, where a contestant declares what can't be read."""
    texts = (str, "a text")
    wanted = {
        "LIBRARY": texts,
        "VERSION": texts,
        "DEVIATIONS": (dict, "a dict of texts"),
        "SPEEDUPS": (tuple, "a tuple of texts"),
    }
    for name, (kind, words) in wanted.items():
        value = getattr(module, name, kind())
        parts = [*value.keys(), *value.values()] if isinstance(value, dict) else value
        if not isinstance(value, kind) or not all(isinstance(part, str) for part in parts):
            file = os.path.basename(module.__file__ or "")  # noqa: PTH119
            raise TypeError(f"{name} in {file} must be {words}, not {value!r:.60}")


def nodelay_of_connections() -> dict[str, bool]:
    """Return TCP_NODELAY of every connection this process holds, by the peer's port."""
    found: dict[str, bool] = {}
    try:
        names = os.listdir("/proc/self/fd")  # noqa: PTH208
    except OSError:
        return found  # no Linux
    for name in names:
        try:
            if not stat.S_ISSOCK(os.fstat(int(name)).st_mode):
                continue
            with socket.socket(fileno=os.dup(int(name))) as sock:
                port = str(sock.getpeername()[1])
                found[port] = bool(sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        except (OSError, IndexError):
            continue  # not TCP, not connected, or gone since
    return found
