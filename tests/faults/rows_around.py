"""Faults around the servers: signals, storage, limits, output."""

from __future__ import annotations

from fault import BAD, CONTRACT, END, FAILED, FINE, GOOD, INVALID, ROUND, SECOND, STOPPED, USAGE, Fault

ALL = (BAD, GOOD)
SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")
TWO = ("--rounds", "2")


def _hit(signal: str, who: str) -> tuple[tuple[str, str], ...]:
    return (("HOSTILE_SIGNAL", signal), ("HOSTILE_AT", who))


def _signals() -> list[Fault]:
    found = []
    for name in SIGNALS:
        to_us = {"variables": _hit(name, "wsbench"), "blamed": ()}
        found += [
            Fault(
                "signal", f"{name} after {after} s", "polite", "", STOPPED, "", (), (), signal=(name, after)
            )
            for after in (0.1, 0.4)
        ]
        found += [
            Fault("signal", name, "signals", turn, STOPPED, "", (), **to_us)
            for turn in ("1:0", CONTRACT, ROUND, END)
        ]
        quick = name == "SIGTERM"
        found += [
            Fault(
                "signal",
                name,
                "signals",
                SECOND,
                STOPPED,
                "interrupted",
                ALL,
                words=TWO,
                quick=quick,
                **to_us,
            ),
            Fault("signal", name, "signals", ROUND, STOPPED, "", (), verb="load", **to_us),
        ]
    killed = {"variables": _hit("SIGKILL", "wsbench"), "blamed": ()}
    found += [
        Fault(
            "signal", "SIGKILL", "signals", turn, -9, "", measured, words=TWO, quick=turn == SECOND, **killed
        )
        for turn, measured in (("1:0", ()), (CONTRACT, ()), (ROUND, ()), (SECOND, ALL))
    ]
    return found


OTHERS = [
    Fault(
        "process",
        "driver killed",
        "signals",
        ROUND,
        INVALID,
        "driver .*SIGKILL",
        quick=True,
        blamed=ALL,
        variables=_hit("SIGKILL", "driver"),
    ),
    Fault(
        "process",
        "driver stopped",
        "signals",
        ROUND,
        INVALID,
        "driver did not answer",
        blamed=ALL,
        variables=_hit("SIGSTOP", "driver"),
        within=45,
    ),
    Fault(
        "process",
        "agent killed",
        "signals",
        ROUND,
        INVALID,
        "agent.*died",
        (),
        verb="load",
        variables=_hit("SIGKILL", "agent"),
    ),
    Fault(
        "process",
        "spinner killed",
        "signals",
        ROUND,
        FINE,
        f"{BAD} ",
        ALL,
        (),
        words=("--keep-awake",),
        variables=_hit("SIGKILL", "spinner"),
    ),
]

FILL, REMOVE = ((("HOSTILE_DEED", deed),) for deed in ("fill", "remove"))
MORE = ("--connections", "4", "--depth", "1", "--depth", "4")
"""So that a round has more bytes than are left in the last block of the file."""

STORAGE = [
    Fault(
        "storage",
        "disk full",
        "folder",
        "1:0",
        FAILED,
        "[Nn]o space",
        (),
        (),
        words=MORE,
        variables=FILL,
        mount="rw",
    ),
    Fault(
        "storage",
        "disk full",
        "folder",
        ROUND,
        FAILED,
        "[Nn]o space",
        (),
        (),
        words=MORE,
        variables=FILL,
        mount="rw",
    ),
    Fault(
        "storage",
        "disk full",
        "folder",
        SECOND,
        FAILED,
        "[Nn]o space",
        ALL,
        (),
        words=(*TWO, *MORE),
        variables=FILL,
        mount="rw",
    ),
    Fault(
        "storage",
        "disk full",
        "folder",
        ROUND,
        FAILED,
        "[Nn]o space",
        (),
        (),
        verb="load",
        variables=FILL,
        mount="rw",
    ),
    Fault(
        "storage",
        "folder that is read-only",
        "polite",
        "",
        USAGE,
        "[Rr]ead-only|writ",
        (),
        (),
        mount="ro",
        quick=True,
    ),
    Fault(
        "storage",
        "folder removed",
        "folder",
        ROUND,
        FAILED,
        "removed|No such file|gone",
        (),
        (),
        variables=REMOVE,
    ),
    Fault(
        "storage",
        "files limited to 4 KiB",
        "polite",
        "",
        FAILED,
        "[Ff]ile too large|quota|limit",
        (),
        (),
        limit=("file size", 4096),
    ),
]
LIMITS = [
    Fault("limit", "16 open files", "polite", "", USAGE, "open files", (), ALL, limit=("files", 16)),
    Fault(
        "limit",
        "40 open files",
        "polite",
        "",
        USAGE,
        "open files",
        (),
        ALL,
        words=("--connections", "100"),
        limit=("files", 40),
        quick=True,
    ),
    Fault(
        "limit",
        "6 processes and threads",
        "polite",
        "",
        FAILED,
        "processes|Resource temporarily",
        (),
        ALL,
        limit=("processes", 6),
    ),
    Fault(
        "limit",
        "12 processes and threads",
        "polite",
        "",
        FAILED,
        "processes|Resource temporarily",
        (),
        ALL,
        limit=("processes", 12),
    ),
    Fault(
        "limit",
        "400 MiB of address space",
        "polite",
        "",
        FAILED,
        "memory",
        (),
        ALL,
        limit=("memory", 400 << 20),
    ),
    Fault(
        "limit",
        "120 MiB of address space",
        "polite",
        "",
        FAILED,
        "memory",
        (),
        ALL,
        limit=("memory", 120 << 20),
    ),
]
OUTPUT = [
    Fault("output", "standard output closed", "polite", "", FINE, "", ALL, (), output="closed", quick=True),
    Fault(
        "output",
        "standard output on a full disk",
        "polite",
        "",
        FAILED,
        "[Nn]o space",
        ALL,
        (),
        output="full",
    ),
]
BUILD = [
    Fault(
        "build",
        f"{name} {after} s into the building of an environment",
        "websockets==13.1",
        "",
        STOPPED,
        "making an environment",
        (),
        (),
        signal=(name, after),
        cue="making an environment",
    )
    for name, after in (("SIGINT", 0.0), ("SIGTERM", 0.5), ("SIGHUP", 1.0))
]
TWICE = [
    Fault(
        "together",
        "two runs at once",
        "polite",
        "",
        FINE,
        f"{BAD} ",
        ALL,
        (BAD, GOOD, "stdlib", "tcp"),
        twice=True,
    )
]
ROWS = [*BUILD, *TWICE, *_signals(), *OTHERS, *STORAGE, *LIMITS, *OUTPUT]
