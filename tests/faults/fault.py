"""What a row of the fault suite is: what is injected where, and what has to come of it."""

from __future__ import annotations

import os
from typing import Literal, NamedTuple

Verb = Literal["run", "load", "compare"]
Limit = Literal["files", "processes", "memory", "file size"]

BAD, GOOD = "bad", "good"
"""The labels of the server that misbehaves, and of the one beside it."""

FINE, USAGE, INVALID, FAILED, STOPPED = 0, 2, 4, 5, 130
"""Exit codes, as the README has them."""

PATIENCE = os.environ.get("FAULTS_TIMEOUT", "0.3s")
"""How long an answer is waited for; where other programs have the cores, somebody innocent may need more."""

QUICK = ("--client", "wire", "--size", "64", "--rounds", "1", "--timeout", PATIENCE, "--no-keep-awake")
WORDS: dict[Verb, tuple[str, ...]] = {
    "run": (*QUICK, "--connections", "1"),
    "compare": (*QUICK, "--connections", "1"),
    "load": (
        *("--size", "64", "--rounds", "1", "--timeout", PATIENCE, "--no-keep-awake"),
        *("--rate", "500", "--rate", "1000", "--duration", "0.5", "--connections", "2"),
    ),
}
"""What each verb is told besides the servers. A server that is silent costs 0.3 s, not 5."""

CONTRACT, RAW, WARM, ROUND, SECOND, END = "1:20", "1:raw", "2:1", "2:1500", "3:1500", "2:end"
"""Turns (tests/servers/hostile/turn.py): tried by wire, tried by the raw client, as a round begins, in the
midst of it, of the second one, and as one ends."""

PLACES = {
    "": "",
    "1:0": "at its start, before the run",
    "2:0": "at its start, in round 1",
    CONTRACT: "in the contract, before the run",
    RAW: "in the contract, before the run, to the raw client",
    WARM: "as round 1 begins",
    ROUND: "in the midst of round 1",
    SECOND: "in the midst of round 2",
    END: "as round 1 ends",
}


class Fault(NamedTuple):
    """A fault, and what has to come of it.

    `server` is a file of tests/servers/hostile, `turn` when it begins. `says` is a pattern that the sentence
    about it matches, which names the culprit. `code` is the exit code. `measured` are labels whose numbers
    must be in the result file, and `blamed` those that may have failed there. `words` are added to the
    verb's. `signal` is sent to wsbench itself so many seconds after its start, or after it has printed the
    `cue`. With `twice` two runs begin at once. `within` is how many seconds more than the polite run it may
    take. `mount` makes the folder of results a file system of its own, of 1 MiB (`ro`: one that can't be
    written to). `quick` rows are in the test suite, `alone`: without a second server.
    """

    kind: str
    name: str
    server: str
    turn: str
    code: int
    says: str
    measured: tuple[str, ...] = (GOOD,)
    blamed: tuple[str, ...] = (BAD,)
    verb: Verb = "run"
    words: tuple[str, ...] = ()
    variables: tuple[tuple[str, str], ...] = ()
    signal: tuple[str, float] = ("", 0.0)
    cue: str = ""
    twice: bool = False
    limit: tuple[Limit, int] | None = None
    mount: Literal["", "rw", "ro"] = ""
    output: Literal["", "closed", "full"] = ""
    within: float = 10.0
    quick: bool = False
    alone: bool = False

    @property
    def id(self) -> str:
        """Name it among tests."""
        return " ".join(one for one in (self.name, self.verb, self.turn) if one).replace(" ", "-")
