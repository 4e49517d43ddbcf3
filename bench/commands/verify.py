"""One server at a time: its contract, itself in the foreground, and the reference conversation."""

from __future__ import annotations

import os
from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from .. import output
from ..conformance.verify import Check, verify
from ..environments.availability import missing, provide_all
from ..escaping import terminal
from ..exits import BROKEN
from ..hiding import told
from ..machine.certificates import certificates_for
from ..machine.process import ChildError
from ..targets.catalogue import SERVERS
from ..targets.spec import Axes
from ..targets.spec_parser import read_specs
from ..workflow.values import require_addresses


def verify_and_report(servers: Sequence[str], axes: Axes, *, equal: bool) -> int:
    """Try every server's contract and print each line; return 1 if one is broken. Raises `UsageError`.

    Without names it is every server that is installed here and can do what is asked.
    """
    console = Console(highlight=False)
    specs = provide_all(read_specs(servers or _installed(axes), axes), output.tell)
    require_addresses(specs)
    broken = 0
    with certificates_for(specs) as certificates:
        for spec in specs:
            console.print(Text(terminal(spec.label), style="bold"))
            try:
                found = verify(spec, equal=equal, environment=os.environ, certificates=certificates)
            except ChildError as problem:
                found = [Check("start", "the server starts", "broken", str(problem))]
            for check in found:
                console.print(_line(check))
            broken += sum(check.outcome == "broken" for check in found)
    return BROKEN if broken else 0


def _installed(axes: Axes) -> list[str]:
    """Return the servers whose libraries are here and that can do what the axes ask of all."""
    asked = {ability for ability, wanted in (("tls", axes.tls), ("deflate", axes.deflate)) if wanted}
    return [
        word
        for word, one in SERVERS.items()
        if not one.obstacle and not missing(one.distributions) and asked <= {*one.can}
    ]


def _line(check: Check) -> Text:
    style = {"ok": "green", "broken": "bold red", "deviates": "yellow"}[check.outcome]
    detail = terminal(told(f": {check.detail}")) if check.detail else ""
    return Text.assemble("  ", (f"{check.outcome:8}", style), f" {check.title}{detail}")
