"""From the words of a command to the plan of a comparison of clients, which all drive one server."""

from __future__ import annotations

import msgspec

from ..errors import UsageError
from ..plan.margins import Comparison, Gates
from ..plan.run import Plan, looks_of, require_gated
from ..targets.catalogue import FLOOR
from ..targets.client_spec import read_clients
from ..targets.spec_parser import read_spec
from .profiles import GATE
from .run import FAR, FAR_SAMPLES, plan_of, without_wide_floor
from .workloads import Words


def make_client_comparison(words: Words, gates: Gates, seed: int, *, null: bool = False) -> Plan | None:
    """Return the plan of a comparison of the first client with each other one.

    That is what one server and several clients mean; None where something else is to be compared. Raises
    `UsageError`.
    """
    servers = [spec for word in words.servers for spec in read_spec(word, words.axes)]
    clients = read_clients(words.clients)
    if len(servers) != 1 or len(clients) < 2:
        return None
    (server,) = servers
    if null:
        raise UsageError("--null runs a second copy of a server: leave it out where clients are compared")
    if server.is_floor:
        raise UsageError(f"{FLOOR} speaks no WebSocket: no two clients can drive it; name another server")
    plan = without_wide_floor(plan_of(words, GATE, (server,), seed))
    pairs = tuple((clients[0].label, other.label) for other in clients[1:])
    cells = [cell for cell in plan.cells if cell.server == server.label]
    gated = require_gated(gates, cells, [other for _, other in pairs], lambda cell: cell.client)
    if FAR in gated:
        plan = msgspec.structs.replace(
            plan, pace=msgspec.structs.replace(plan.pace, latency_samples=FAR_SAMPLES)
        )
    compared = ((server.label, server.label),)
    return msgspec.structs.replace(
        plan, comparison=Comparison(compared, gates, looks_of(plan.rounds), clients=pairs)
    )
