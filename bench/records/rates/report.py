"""What one agent saw of a step, before it is added to what the others saw."""

from __future__ import annotations

import msgspec

from ..common import Handshake


class AgentSecond(msgspec.Struct, frozen=True):
    """What one agent saw of one second of a step: a `Second` whose times are histograms, which can be merged.

    They are HdrHistograms of ns (V2, base64), "" where no message was due.
    """

    at_s: int
    due: int
    answered: int
    failed: int
    response: str
    lateness: str


class AgentReport(msgspec.Struct, frozen=True):
    """What one agent saw in one step; histograms are HdrHistograms of ns (V2, base64).

    The window begins after the ramp and ends with the schedule, both in wall-clock ns. `scheduled`
    messages were due in it, `answered` replies came in it. The histograms hold all messages due in it, those
    answered after it too: `response` from when they were due, `service` from when they were sent, `lateness`
    between the two. `unanswered` of them got no reply; with `aborted` the step was given up, for the oldest
    message had waited too long. `recoveries_ns` has, for each burst, how long responses stayed slow after it.
    CPU times are those of the window; `exchanged` are all replies that came while they were taken. `pushed`
    counts the messages of the whole step that were no replies, `twice` those of them that said the same as an
    earlier reply.

    `errors` are the unanswered messages by kind: `no reply`, `closed 1011`, `reset`, `wrong reply` …; `wrong`
    says the first wrong reply of the whole step. `reconnects` are its connections that were lost and opened
    again, and `connect` is a histogram of the ns that each open took, handshake included. `sent_bytes` are
    those of the frames of messages that were sent in the window, `received_bytes` of the replies that came
    in it: headers and payloads as they are under TLS and TCP, without control frames.

    `seconds` are those of the whole step. Of a profile of stages `parts` are the reports of
    its stages, in order, each with seconds of its own, and the other fields are about all of it.

    `cpu_ns` is what the agent's own thread used in the window. Of an agent of a cluster there are the `name`
    of its worker, its `host`, and how far the clock there was ahead; its times are by our clock.
    """

    scheduled: int
    answered: int
    begun_ns: int
    ended_ns: int
    response: str
    service: str
    lateness: str
    exchanged: int
    unanswered: int = 0
    aborted: bool = False
    starved: int = 0
    server_cpu_ns: int | None = None
    recoveries_ns: tuple[int, ...] = ()
    handshake: Handshake = Handshake()
    failure: str = ""
    pushed: int = 0
    twice: int = 0
    errors: dict[str, int] = {}
    wrong: str = ""
    reconnects: int = 0
    connect: str = ""
    sent_bytes: int = 0
    received_bytes: int = 0
    seconds: tuple[AgentSecond, ...] = ()
    parts: tuple[AgentReport, ...] = ()
    name: str = ""
    host: str = ""
    cpu_ns: int | None = None
    clock_offset_ns: float | None = None
    clock_error_ns: float | None = None
