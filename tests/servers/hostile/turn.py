"""When a hostile server begins to be one: until then it behaves well, so that each stage can be tried.

HOSTILE_TURN is `PROCESS:MESSAGE`: of which process of this server it is the turn, counted from 1 (the first
is tried before the run, the second serves round 1), and before which of its messages. `raw` is the first
message that is not of the workload, `end` the end of a connection that has carried many.
HOSTILE_STARTS begins the names of the files in which the processes of each server are counted: a byte each.
"""

import json
import os
import sys
from pathlib import Path

PROCESS, _, MESSAGE = os.environ.get("HOSTILE_TURN", "0:0").partition(":")
SIZE = 64
"""Bytes of the workload's messages, in all runs of the fault suite."""

MANY = 1_000
"""A connection that has carried so many messages was that of a round."""


def count_start() -> int:
    """Count this process; return the how many-th it is."""
    server = Path(json.loads(sys.argv[1])["file"]).stem
    with Path(f"{os.environ['HOSTILE_STARTS']}-{server}").open("ab") as file:
        file.write(b".")
        return file.tell()


NUMBER = count_start() if "HOSTILE_STARTS" in os.environ else 1
seen = 0


def is_mine() -> bool:
    """Whether the turn is one of this process."""
    return int(PROCESS) == NUMBER


def at_start() -> bool:
    """Whether it is to begin before it is ready, or with the handshake."""
    return is_mine() and MESSAGE == "0"


def at_message(size: int) -> bool:
    """Count a message of `size` bytes; return whether it is to begin with it, or has begun."""
    global seen  # noqa: PLW0603  # one count of the whole process
    seen += 1
    if not is_mine() or MESSAGE == "end":
        return False
    return size != SIZE if MESSAGE == "raw" else seen >= int(MESSAGE)


def at_end() -> bool:
    """Whether it is to begin now that a connection has ended."""
    return is_mine() and MESSAGE == "end" and seen >= MANY


_done = False


def once() -> bool:
    """Whether this is the first time that it is asked."""
    global _done  # the same
    first, _done = not _done, True
    return first
