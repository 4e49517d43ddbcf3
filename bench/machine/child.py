"""Entry point of a server's process. A plain file: `python -P child.py '{"role": ...}'`.

It must run inside environments where wsbench is not installed, so it imports the standard library only and
gets everything it needs as one JSON object in its first argument (what to serve, or a core to keep awake).
What it says, it says in JSON lines on the original standard output; what a contestant prints goes to
standard error, which the parent drains.

It lives no longer than its parent: standard input is a pipe whose other end only the parent holds, and on
Linux the kernel is asked for SIGKILL at the parent's death, which also reaches a process stuck in C code.
"""

from __future__ import annotations

import asyncio
import hashlib
import importlib.metadata
import importlib.util
import json
import os
import platform
import signal
import socket
import stat
import sys
import sysconfig
import threading
import traceback
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import ModuleType

PR_SET_PDEATHSIG = 1  # <linux/prctl.h>
BACKLOG = 4096
HEAP_BYTES = 1 << 20
DELAY = os.path.join(os.path.dirname(__file__), "delay.py")  # noqa: PTH118, PTH120


def die_with_parent() -> None:
    """Ask the kernel to kill this process when its parent dies, where the platform can."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def watch_parent(answer: Callable[[str], None]) -> None:
    """Answer the parent's lines until its end of the pipe closes, then take the whole group down."""
    for line in sys.stdin:
        answer(line.strip())
    os.killpg(0, signal.SIGKILL)


def open_channel() -> Callable[[dict[str, Any]], None]:
    """Return what sends one JSON line to the parent, and point `print` at standard error."""
    channel = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    sys.stdout = sys.stderr

    def say(message: dict[str, Any]) -> None:
        channel.write(json.dumps(message) + "\n")
        channel.flush()

    return say


def pin(core: int | None) -> None:
    """Stay on one core, before any thread exists."""
    if core is not None and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {core})


def load(path: str) -> ModuleType:
    """Import a contestant from its file.

    Raises `ModuleNotFoundError` for its library as for anything that library imports.
    """
    name = f"wsbench_contestant_{os.path.splitext(os.path.basename(path))[0]}"  # noqa: PTH119, PTH122
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec and spec.loader  # a .py file always has both
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def compiled_modules(packages: tuple[str, ...]) -> list[str]:
    """Return the loaded extension modules of these packages: the speed-ups that are really in use."""
    found = []
    for name, module in sorted(sys.modules.items()):
        file = str(getattr(module, "__file__", None) or ".py")
        if name.partition(".")[0] in packages and not file.endswith(".py"):
            found.append(name)
    return found


def settle_heap() -> None:
    """Free one block of `HEAP_BYTES`, as any process has that has lived for a while.

    After that glibc's malloc takes blocks up to that size from the heap; before, it maps and unmaps each of
    asyncio's 256 KiB read buffers, at 20 µs a message, unless a library happened to free one at import.
    """
    bytearray(HEAP_BYTES)


def version_of(module: ModuleType) -> str:
    """Return the version of a contestant: its own, else its library's, else Python's."""
    own = getattr(module, "VERSION", "")
    return own or (
        importlib.metadata.version(module.LIBRARY) if module.LIBRARY else platform.python_version()
    )


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


def proof(module: ModuleType, loop: str, code: str = "") -> dict[str, Any]:
    """Describe what runs here, as found: versions, loop, compiled speed-ups, declared deviations, code."""
    return {
        "version": version_of(module),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "loop": loop,
        "deviations": getattr(module, "DEVIATIONS", {}),
        "speedups": compiled_modules((module.LIBRARY, *getattr(module, "SPEEDUPS", ()))),
        "code": code,
    }


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


def loop_factory(name: str) -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Return what makes the event loop of that name; None for asyncio's own."""
    if name == "uvloop":
        import uvloop

        return uvloop.new_event_loop
    return None


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket; raises `OSError` for a taken port.

    It names its protocol, as the sockets of asyncio's own `create_server(host, port)` do: on sockets that
    leave it 0 (`socket.create_server`) asyncio does not recognise TCP and leaves Nagle's algorithm on.
    """
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
    except OSError as problem:
        raise OSError(problem.errno, f"can't listen on {host}:{port}: {problem.strerror}") from None
    sock.listen(BACKLOG)
    sock.setblocking(False)
    return sock


def run_server(
    order: dict[str, Any], say: Callable[[dict[str, Any]], None], identity: list[Callable[[], str]]
) -> None:
    """Load the contestant, listen, serve until ended; `identity` gets what tells its code as of then."""
    busy_ns = order.get("busy_ns", 0)
    delay = load(DELAY) if busy_ns > 0 else None
    before = list(sys.modules.values())
    module = load(order["file"])
    if delay:
        delay.insert(module, busy_ns)
    if order["equal"]:
        settle_heap()
    options = {"equal": order["equal"], "limit": order["limit"]}
    sock = listen(order["host"], order["port"])
    port = sock.getsockname()[1]

    heap = "settled" if order["equal"] else "fresh"
    identity.append(lambda: code_of(module, before))

    def ready(loop: str = "native") -> None:
        say({"event": "ready", "port": port, "pid": os.getpid(), **proof(module, loop), "heap": heap})

    if not asyncio.iscoroutinefunction(module.serve):
        sock.setblocking(True)
        module.serve(sock, ready, **options)
        return
    with asyncio.Runner(loop_factory=loop_factory(order["loop"])) as runner:
        kind = type(runner.get_loop())
        name = f"{kind.__module__.partition('.')[0]}.{kind.__name__}"
        runner.run(module.serve(sock, lambda: ready(name), **options))


def explain(problem: BaseException) -> str:
    """Say in one line why the server could not run."""
    if isinstance(problem, ModuleNotFoundError):
        package = (problem.name or "").partition(".")[0]
        return f"{package} is not installed: pip install {package}"
    if isinstance(problem, OSError) and problem.strerror and not problem.filename:
        return problem.strerror
    return f"{type(problem).__name__}: {problem}".split("\n")[0]


def keep_awake(say: Callable[[dict[str, Any]], None]) -> None:
    """Spin at the lowest priority there is, so that the core never goes to sleep."""
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    say({"event": "ready"})
    while True:
        pass


def main() -> None:
    """Run the role that the first argument describes."""
    order = json.loads(sys.argv[1])
    die_with_parent()
    pin(order.get("core"))
    say = open_channel()

    def answer(line: str) -> None:
        if line == "nodelay":
            say({"event": "nodelay", "connections": nodelay_of_connections()})
        elif line == "code":
            say({"event": "code", "code": identity[0]()})

    identity: list[Callable[[], str]] = []

    threading.Thread(target=watch_parent, args=(answer,), daemon=True).start()
    try:
        keep_awake(say) if order["role"] == "awake" else run_server(order, say, identity)
    except Exception as problem:  # noqa: BLE001  # whatever it is, the parent gets to know
        traceback.print_exc()
        say({"event": "failed", "reason": explain(problem)})
        sys.exit(1)


if __name__ == "__main__":
    main()
