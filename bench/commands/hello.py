"""`hello`: the reference conversation."""

from __future__ import annotations

import sys
from functools import partial

from ..conformance.hello_exchange import converse
from ..environments.availability import provide_all, require_clients
from ..errors import UsageError
from ..exits import INVALID
from ..targets.catalogue import CLIENTS, choose
from ..targets.spec_parser import read_specs


def play_hello(server: str, client: str) -> int:
    """Play the reference conversation. Raises `UsageError`."""
    require_clients([choose("client", client, CLIENTS)])
    (spec,) = provide_all(read_specs([server]), partial(print, file=sys.stderr))
    if spec.is_floor or not spec.started_by_us or spec.tls:
        raise UsageError(f"{server} does not hold the reference conversation: choose a server of ours")
    try:
        converse(spec, client, print)
    except Exception as problem:  # noqa: BLE001  # each client has exceptions of its own
        print(f"wsbench: {server} and {client} could not talk: {problem}", file=sys.stderr)
        return INVALID
    return 0
