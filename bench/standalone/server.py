"""Entry point of a server's process. A plain file: `python -P server.py '{"role": ...}'`.

It must run inside environments where wsbench is not installed, so it imports the standard library only, the
files beside it by their path, and gets everything it needs as one JSON object in its first argument (what to
serve, a command to start, a core to keep awake, or a network to be).
What it says, it says in JSON lines on the original standard output; what a contestant prints goes to
standard error, which the parent drains.
"""

from __future__ import annotations

import asyncio
import importlib.util
import inspect
import json
import os
import socket
import sys
import threading
import traceback
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

BACKLOG = 4096
HERE = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120  # pathlib is not loaded for it


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


child = tool("child")


def loop_factory(name: str) -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Return what makes the event loop of that name; None for asyncio's own."""
    if name == "asyncio":
        return None
    factory: Callable[[], asyncio.AbstractEventLoop] = importlib.import_module(name).new_event_loop
    return factory


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
        "tls": tool("tls").context(certificate, equal=equal) if certificate else None,
        "certificate": tuple(certificate) if certificate else None,
    }
    taken = inspect.signature(module.serve).parameters
    if certificate and not {"tls", "certificate"} & set(taken):
        raise child.UnableError("it can't serve over TLS: its serve() has no parameter tls")
    if offered["deflate"] and "deflate" not in taken:
        raise child.UnableError("it has no permessage-deflate: its serve() has no parameter deflate")
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
    counters: Any = None,
) -> None:
    """Load the contestant, listen, serve until ended; `identity` gets what tells its code as of then.

    `watch` is what follows its event loop where the run is to be explained, `counters` what counts in this
    process where that is asked for.
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
        child.settle_heap()
    sock = listen(order["host"], order["port"])
    port = sock.getsockname()[1]

    heap = "settled" if order["equal"] else "fresh"
    identity.append(lambda: {"code": about.code_of(module, before), "libraries": about.libraries(before)})

    def ready(loop: str = "native") -> None:
        say({"event": "ready", "port": port, "pid": os.getpid(), **about.proof(module, loop), "heap": heap})

    if counters:
        counters.begin()
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


def main() -> None:
    """Run the role that the first argument describes."""
    order = json.loads(sys.argv[1])
    descendants = tool("descendants")
    keeper = descendants if order["role"] == "command" else None
    if not keeper:  # that one must live on for a moment, to end what it has started
        child.die_with_parent()
    descendants.adopt_orphans()
    child.settle(order.get("namespace"), order.get("core"))
    tool("open_files").raise_to_hard()
    say = child.open_channel()

    def answer(line: str) -> dict[str, Any] | None:
        if line == "nodelay":
            return {"event": line, "connections": tool("identity").nodelay_of_connections()}
        if line == "code":
            return {"event": line, **identity[0]()}
        asked = counters or watch
        found = asked.answer(line) if asked else None
        return None if found is None else {"event": line, **found}

    watch = keeper or (tool("pauses").Watch() if order.get("explain") else None)
    counters = tool("counters").Counters(order["counts"]) if order.get("counts") else None
    identity: list[Callable[[], dict[str, Any]]] = []
    end = keeper.end_with_all if keeper else descendants.end_group_and_strays
    try:
        threading.Thread(target=child.watch_parent, args=(answer, say, end), daemon=True).start()
        match order["role"]:
            case "awake":
                tool("spinner").keep_awake(say, polite=order["polite"])
            case "link":
                (watch := tool("link").Link(order, tool("switch"), child.UnableError)).keep(say)
            case "command":
                tool("command").run(order, say, child.UnableError, tool("greeting"), keeper)
            case _:
                run_server(order, say, identity, watch, counters)
    except Exception as problem:  # noqa: BLE001  # whatever it is, the parent gets to know
        if not isinstance(problem, child.UnableError):  # its one line says it all
            traceback.print_exc()
        say({"event": "failed", "reason": child.explain(problem)})
        sys.exit(1)


if __name__ == "__main__":
    main()
