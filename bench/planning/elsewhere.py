"""What may be said of a cluster whose workers send the load: where its server can be."""

from __future__ import annotations

from typing import Any

from ..errors import UsageError
from ..targets.spec import ServerSpec


def require_reachable(server: ServerSpec, scheduler: str, server_on: str, *, network: bool = False) -> None:
    """Raise `UsageError` unless the agents of a cluster can reach a server, or there is no cluster."""
    if not scheduler:
        if server_on:
            raise UsageError("--server-on is the address of a worker: give its cluster's --scheduler")
        return
    if network:
        raise UsageError("--network lies between processes of this machine: leave it out with --scheduler")
    if server.kind == "url":
        if server_on:
            raise UsageError(f"--server-on: {server.label} runs already; leave it out, or name a server")
        return
    if not server_on:
        raise UsageError(
            f"--scheduler: its workers can't reach {server.label}, which would be started here: give a URL,"
            " or --server-on ADDRESS for a worker that starts it"
        )
    plain = not (server.python or server.version or server.source or server.loop_version or server.companions)
    if server.kind != "ours" or not plain:
        raise UsageError(f"--server-on: {server.label}: a worker starts servers as they are installed there")
    if server.tls:
        raise UsageError(f"--server-on: {server.label}: certificates are made for servers of this machine")


def placed(scheduler: str, server_on: str, *, keep_awake: bool) -> dict[str, Any]:
    """Return the fields of a plan that say where it runs: elsewhere no core is ours to keep awake."""
    return {"scheduler": scheduler, "server_on": server_on, "keep_awake": keep_awake and not scheduler}
