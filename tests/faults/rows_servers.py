"""Faults of servers: what they do in place of answering."""

from __future__ import annotations

from fault import BAD, CONTRACT, FINE, GOOD, INVALID, RAW, ROUND, SECOND, Fault

ALL = (BAD, GOOD)

ENDS = [
    ("killed", "was killed by SIGKILL", True),
    ("stopped", "no reply", False),
    ("closes_mid_frame", "closed the connection", False),
    ("resets", "reset by peer|closed the connection", False),
]
WRONG = [
    ("garbage", "reply [0-9,]+: ", False),
    ("long_length", "longer than|2,000|bytes", True),
    ("fragments", "longer than|fragment|within [0-9.]+ s", False),
    ("empty_fragments", "within [0-9.]+ s|fragment", False),
    ("masked", "masked|no server frame", False),
    ("doubled", "doubled|came back", True),
    ("half", "no reply within [0-9.]+ s", True),
    ("drips", "within [0-9.]+ s", False),
    ("pings", "within [0-9.]+ s|ping", False),
    ("slow_pings", "within [0-9.]+ s", False),
    ("pongs", "within [0-9.]+ s|pong", False),
    ("bad_utf8", "UTF-8|differs|byte", False),
]
NAMES = {
    "killed": "killed",
    "stopped": "stopped (SIGSTOP)",
    "closes_mid_frame": "closes in the middle of a frame",
    "resets": "resets the connection",
    "garbage": "replies with noise",
    "long_length": "a frame of 2**62 bytes",
    "fragments": "endless fragments",
    "empty_fragments": "endless empty fragments",
    "masked": "masks its replies",
    "doubled": "replies twice",
    "half": "half a reply",
    "drips": "a byte every 100 ms",
    "pings": "a flood of pings",
    "slow_pings": "a ping every 50 ms",
    "pongs": "a flood of pongs",
    "bad_utf8": "invalid UTF-8",
    "wrong_accept": "a wrong Sec-WebSocket-Accept",
    "redirect": "a redirect",
    "error_500": "500 with a body of 100 MB",
    "header_flood": "endless headers",
    "continues": "endless 100 Continue",
    "silent_head": "no answer to the handshake",
}
HEADS = [
    ("wrong_accept", "wrong Sec-WebSocket-Accept"),
    ("redirect", "answered 302 to"),
    ("error_500", "HTTP 500, not 101"),
    ("header_flood", "head is longer than 65,536 bytes"),
    ("continues", "no answer to the HTTP request in time|head is longer"),
    ("silent_head", "no answer to the HTTP request in time"),
]


IN_LOAD = {
    "half": "no reply|came back",
    **dict.fromkeys(("closes_mid_frame", "resets"), "closed 1006|reset"),
    **dict.fromkeys(("empty_fragments", "drips", "pings", "slow_pings", "pongs"), "were answered until"),
}
"""What `load` says instead: a server that answers nothing, or ends its connections, has missed the rate."""


def _in_messages() -> list[Fault]:
    found = []
    for server, says, quick in (*ENDS, *WRONG):
        name, told = NAMES[server], f"{BAD}.*({says})"
        for turn in (CONTRACT, RAW, ROUND):
            whole = told if turn != RAW else f"{BAD}.*"
            lasts = 15.0 if turn == RAW else 10.0  # three times the patience of a line of the contract
            quickly = quick and turn == ROUND
            found.append(Fault("server", name, server, turn, INVALID, whole, quick=quickly, within=lasts))
        in_load = IN_LOAD.get(server, told)
        found.append(Fault("server", name, server, ROUND, INVALID, in_load, (), verb="load"))
    for server in ("killed", "stopped", "doubled"):
        says = next(says for one, says, _ in (*ENDS, *WRONG) if one == server)
        found += [
            Fault(
                "server",
                NAMES[server],
                server,
                SECOND,
                INVALID,
                f"{BAD}.*({says})",
                ALL,
                words=("--rounds", "2"),
            ),
            Fault("server", NAMES[server], server, ROUND, INVALID, f"{BAD}.*({says})", verb="compare"),
        ]
    return found


def _in_heads() -> list[Fault]:
    return [
        Fault(
            "server",
            NAMES[server],
            server,
            turn,
            INVALID,
            f"{BAD}.*({says})",
            quick=server == "error_500" and turn == "2:0",
        )
        for server, says in HEADS
        for turn in ("1:0", "2:0")
    ]


DEEP, DEFLATED = ("--depth", "4"), ("--deflate",)
PATIENT = ("--start-timeout", "1s")
OTHERS = [
    Fault(
        "server", "replies in another order", "reordered", ROUND, INVALID, f"{BAD}.*(reply|bytes)", words=DEEP
    ),
    Fault(
        "server",
        "1 MB that inflates to 1 GiB",
        "bomb",
        CONTRACT,
        INVALID,
        f"{BAD}.*",
        words=DEFLATED,
        measured=(),
    ),
    Fault(
        "server",
        "1 MB that inflates to 1 GiB",
        "bomb",
        RAW,
        INVALID,
        f"{BAD}.*(inflates|within)",
        words=DEFLATED,
    ),
    Fault(
        "server",
        "1 MB that inflates to 1 GiB",
        "bomb",
        ROUND,
        INVALID,
        f"{BAD}.*",
        words=DEFLATED,
        measured=(),
    ),
    Fault("server", "ends at its start", "exits", "1:0", INVALID, f"{BAD}.*exited with code 3"),
    Fault("server", "ends at its start", "exits", "2:0", INVALID, f"{BAD}.*exited with code 3", quick=True),
    Fault("server", "never ready", "never_ready", "1:0", INVALID, f"{BAD}.*within", words=PATIENT),
    Fault("server", "never ready", "never_ready", "2:0", INVALID, f"{BAD}.*within", words=PATIENT),
    Fault("server", "prints 50 MB", "prints", CONTRACT, FINE, f"{BAD} ", ALL, ()),
    Fault("server", "prints 50 MB", "prints", ROUND, FINE, f"{BAD} ", ALL, ()),
    Fault("server", "leaks 256 MiB", "leaks", ROUND, FINE, f"{BAD} ", ALL, ()),
    Fault("server", "declares nonsense", "nonsense", "", INVALID, f"{BAD}.*VERSION in nonsense.py"),
    Fault("server", "writes on our descriptors", "many_words", "1:0", INVALID, f"{BAD}.*no message"),
    Fault("server", "writes on our descriptors", "many_words", "2:0", INVALID, f"{BAD}.*no message"),
    Fault("server", "leaves a process behind", "daemonises", "1:0", FINE, f"{BAD} ", ALL, ()),
    Fault("server", "leaves a process behind", "daemonises", "2:0", FINE, f"{BAD} ", ALL, ()),
    Fault("server", "deaf to SIGTERM", "deaf", "2:0", FINE, f"{BAD} ", ALL, ()),
]

ROWS = [*_in_messages(), *_in_heads(), *OTHERS]
