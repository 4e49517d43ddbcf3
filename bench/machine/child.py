"""Entry point of a server's process. A plain file: `python -P child.py '{"role": ...}'`.

It must run inside environments where wsbench is not installed, so it imports the standard library only, the
files beside it by their path, and gets everything it needs as one JSON object in its first argument (what to
serve, a command to start, or a core to keep awake).
What it says, it says in JSON lines on the original standard output; what a contestant prints goes to
standard error, which the parent drains.

It lives no longer than its parent: standard input is a pipe whose other end only the parent holds, and on
Linux the kernel is asked for SIGKILL at the parent's death, which also reaches a process stuck in C code.
"""

from __future__ import annotations

import asyncio
import importlib.util
import inspect
import json
import os
import signal
import socket
import sys
import threading
import traceback
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Sequence

PR_SET_PDEATHSIG = 1  # <linux/prctl.h>
BACKLOG = 4096
HEAP_BYTES = 1 << 20
HERE = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120  # pathlib is not loaded for it


class UnableError(Exception):
    """A server can't be started as it was asked for; one line that says all there is to say."""


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


def load(path: str, package: str = "wsbench_contestants") -> ModuleType:
    """Import a module from its file, as part of a package that is the file's folder.

    So `from .asgi_echo import app` finds its neighbours, as `import` does. Raises `ModuleNotFoundError` for
    its library as for anything that library imports.
    """
    folder, base = os.path.split(os.path.abspath(path))  # noqa: PTH100
    if package not in sys.modules:
        sys.modules[package] = ModuleType(package)
        sys.modules[package].__path__ = [folder]
    name = f"{package}.{os.path.splitext(base)[0]}"  # noqa: PTH122
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec and spec.loader  # a .py file always has both
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def tool(name: str) -> Any:
    """Load a file that stands beside this one: where this runs, there is no package to import it from."""
    return load(os.path.join(HERE, f"{name}.py"), "wsbench_tools")  # noqa: PTH118


def settle_heap() -> None:
    """Free one block of `HEAP_BYTES`, as any process has that has lived for a while.

    After that glibc's malloc takes blocks up to that size from the heap; before, it maps and unmaps each of
    asyncio's 256 KiB read buffers, at 20 µs a message, unless a library happened to free one at import.
    """
    bytearray(HEAP_BYTES)


def loop_factory(name: str) -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Return what makes the event loop of that name; None for asyncio's own."""
    if name == "asyncio":
        return None
    factory: Callable[[], asyncio.AbstractEventLoop] = importlib.import_module(name).new_event_loop
    return factory


def tls_context(certificate: Sequence[str], *, equal: bool) -> ssl.SSLContext:
    """Return the server's side of TLS 1.3 for a certificate and its key; equal servers issue no tickets."""
    import ssl

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(*certificate)
    if equal:
        context.num_tickets = 0
    return context


def options_for(module: ModuleType, order: dict[str, Any]) -> dict[str, Any]:
    """Return what `serve` of a server's file is called with: what it has a parameter for.

    `tls` is a context, `certificate` the paths of certificate and key, for libraries that want those; both
    are None without TLS. Raises `UnableError` where the order asks for more than the file can do.
    """
    certificate, equal = order.get("certificate"), order["equal"]
    offered = {
        "equal": equal,
        "limit": order["limit"],
        "deflate": order.get("deflate", False),
        "tls": tls_context(certificate, equal=equal) if certificate else None,
        "certificate": tuple(certificate) if certificate else None,
    }
    taken = inspect.signature(module.serve).parameters
    if certificate and not {"tls", "certificate"} & set(taken):
        raise UnableError("it can't serve over TLS: its serve() has no parameter tls")
    if offered["deflate"] and "deflate" not in taken:
        raise UnableError("it has no permessage-deflate: its serve() has no parameter deflate")
    return {name: value for name, value in offered.items() if name in taken}


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
    order: dict[str, Any],
    say: Callable[[dict[str, Any]], None],
    identity: list[Callable[[], dict[str, Any]]],
    watch: Any = None,
) -> None:
    """Load the contestant, listen, serve until ended; `identity` gets what tells its code as of then.

    `watch` is what follows its event loop where the run is to be explained.
    """
    busy_ns = order.get("busy_ns", 0)
    delay = tool("delay") if busy_ns > 0 else None
    about = tool("identity")
    before = list(sys.modules.values())
    sys.path.append(os.path.dirname(os.path.abspath(order["file"])))  # noqa: PTH100, PTH120
    module = load(order["file"])
    if delay:
        delay.insert(module, busy_ns)
    options = options_for(module, order)
    if order["equal"]:
        settle_heap()
    sock = listen(order["host"], order["port"])
    port = sock.getsockname()[1]

    heap = "settled" if order["equal"] else "fresh"
    identity.append(lambda: {"code": about.code_of(module, before), "libraries": about.libraries(before)})

    def ready(loop: str = "native") -> None:
        say({"event": "ready", "port": port, "pid": os.getpid(), **about.proof(module, loop), "heap": heap})

    if not asyncio.iscoroutinefunction(module.serve):
        sock.setblocking(True)
        module.serve(sock, ready, **options)
        return
    with asyncio.Runner(loop_factory=loop_factory(order["loop"])) as runner:
        if watch:
            watch.follow(runner.get_loop())
        kind = type(runner.get_loop())
        name = f"{kind.__module__.partition('.')[0]}.{kind.__name__}"
        runner.run(module.serve(sock, lambda: ready(name), **options))


def explain(problem: BaseException) -> str:
    """Say in one line why the server could not run."""
    if isinstance(problem, ModuleNotFoundError):
        package = (problem.name or "").partition(".")[0]
        return f"{package} is not installed: pip install {package}"
    if isinstance(problem, UnableError):
        return str(problem)
    if isinstance(problem, OSError) and problem.strerror and not problem.filename:
        return problem.strerror
    return f"{type(problem).__name__}: {problem}".split("\n")[0]


def main() -> None:
    """Run the role that the first argument describes."""
    order = json.loads(sys.argv[1])
    if order["role"] != "command":  # that one must live on for a moment, to end what it has started
        die_with_parent()
    pin(order.get("core"))
    tool("files").raise_to_hard()
    say = open_channel()

    def answer(line: str) -> None:
        if line == "nodelay":
            say({"event": "nodelay", "connections": tool("identity").nodelay_of_connections()})
        elif line == "code":
            say({"event": "code", **identity[0]()})
        elif watch:
            say({"event": line, **watch.answer(line)})

    watch = tool("pauses").Watch() if order.get("explain") else None
    identity: list[Callable[[], dict[str, Any]]] = []

    threading.Thread(target=watch_parent, args=(answer,), daemon=True).start()
    try:
        match order["role"]:
            case "awake":
                tool("spinner").keep_awake(say, polite=order["polite"])
            case "command":
                tool("command").run(order, say, UnableError)
            case _:
                run_server(order, say, identity, watch)
    except Exception as problem:  # noqa: BLE001  # whatever it is, the parent gets to know
        if not isinstance(problem, UnableError):  # its one line says it all
            traceback.print_exc()
        say({"event": "failed", "reason": explain(problem)})
        sys.exit(1)


if __name__ == "__main__":
    main()
