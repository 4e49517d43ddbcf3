"""Entry point of an agent's process on a worker's host: it drives steps as an agent here does.

Started as `python -P -m wsbench.cluster.agent` by the worker's process, whose threads would hold it up. It
reads one order a line, behind what to do with it, and writes one answer a line.
"""

from __future__ import annotations

from typing import Any

import msgspec

from ..driver.agent import connecting, drive
from ..driver.orders import AgentOrder
from ..standalone import child

DOES = {"drive": drive, "connecting": connecting}
"""What an agent can be asked to do, by the name of the function that does it."""


def answer(line: str) -> dict[str, Any]:
    """Do what a line says."""
    what, _, order = line.partition(" ")
    found = DOES[what](msgspec.json.decode(order, type=AgentOrder))
    return {"event": what, "found": msgspec.to_builtins(found)}


def main() -> None:
    """Answer until standard input ends."""
    child.die_with_parent()
    child.settle_heap()
    say = child.open_channel()
    say({"event": "ready"})
    child.answer_parent(answer, say)


if __name__ == "__main__":
    main()
