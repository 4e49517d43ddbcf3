"""`hello`: the reference conversation."""

from __future__ import annotations

from .. import output
from ..conformance.hello_exchange import converse
from ..environments.availability import provide_all, require_clients
from ..errors import UsageError
from ..exits import INVALID
from ..targets.catalogue import CLIENTS, choose
from ..targets.spec_parser import read_specs


def play_hello(server: str, client: str) -> int:
    """Play the reference conversation. Raises `UsageError`."""
    require_clients([choose("client", client, CLIENTS)])
    (spec,) = provide_all(read_specs([server]), output.tell)
    if spec.is_floor or not spec.started_by_us or spec.tls:
        raise UsageError(f"{server} does not hold the reference conversation: choose a server of ours")
    try:
        converse(spec, client, lambda line: output.write(f"{line}\n"))
    except Exception as problem:  # noqa: BLE001  # each client has exceptions of its own
        output.tell(f"wsbench: {server} and {client} could not talk: {problem}")
        return INVALID
    return 0
