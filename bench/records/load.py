"""What was measured at a rate: an agent's report, a step, a round, a run."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from ..plan.load import LoadPlan
from .common import AnyHeader, AnyRun, Closing, Handshake, Proof


class Second(msgspec.Struct, frozen=True):
    """One second of a step, counted from the step's begin (the ramp included), over all agents together.

    It is the one from `at_s` on; the last one of a step may be shorter. Of the messages that were `due` in
    it `failed` got no right reply, and the quantiles of the response time and of how late they were sent are
    theirs, however few they are: None where there is none. `answered` replies came in it, whenever their
    messages were due.
    """

    at_s: int
    due: int
    answered: int
    failed: int
    p50_ns: float | None = None
    p99_ns: float | None = None
    lateness_p99_ns: float | None = None


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


class Step(msgspec.Struct, frozen=True):
    """One rate held in one round, over all agents: counts added, histograms merged.

    `rate` is the one asked for in msg/s, 0 where the server was driven as fast as it answers; `achieved` the
    replies per second of the window. `overlap` is the share of the time between the first agent's begin and
    the last one's end in which all were at it. `fault` says why the step can't be believed, "" where it can
    (an agent failed, or was alone); `missed` says that the server did not keep up with the rate, "" where it
    did. `holds` tells whether the limit held, None without one. `late` says by how much the client was late,
    and `touched` names the quantiles of the response time, or `mean`, that are not the server's for it.
    `errors` are the messages that failed, by kind; `reconnects` the connections that were opened anew, and
    `connect` an HdrHistogram of how long each took to open, handshake included. `sent_bytes` and
    `received_bytes` are those of the whole step, `seconds` its course.
    """

    round: int
    rate: float
    achieved: float
    scheduled: int
    unanswered: int
    response_ns: dict[str, float]
    service_ns: dict[str, float]
    lateness_ns: dict[str, float]
    response_mean_ns: float
    response: str
    service: str
    overlap: float = 1.0
    starved: int = 0
    server_cpu_ns: float | None = None  # per message
    recoveries_ns: tuple[int, ...] = ()
    fault: str = ""
    missed: str = ""
    holds: bool | None = None
    pushed: int = 0
    twice: int = 0
    late: str = ""
    touched: tuple[str, ...] = ()
    errors: dict[str, int] = {}
    reconnects: int = 0
    connect: str = ""
    sent_bytes: int = 0
    received_bytes: int = 0
    seconds: tuple[Second, ...] = ()


class LoadStep(msgspec.Struct, frozen=True, tag_field="line", tag="load-step"):
    """A step as it ended, kept in case its round never does; `number` counts those of the round from 0.

    The record of a round has all its steps, and is what counts: of a finished round these lines say nothing.
    """

    number: int
    step: Step


class LoadRound(msgspec.Struct, frozen=True, tag_field="line", tag="load-round"):
    """One finished round; `capacity` is the highest rate in msg/s at which the limit held, None without one.

    `ceiling` is what the server answered as fast as it could, in msg/s, None where that was not tried.
    `lapses` say why the cores were not kept awake to the end, where they were to be.
    """

    number: int
    seconds: float
    steps: tuple[Step, ...]
    server: Proof
    handshake: Handshake
    capacity: float | None = None
    ceiling: float | None = None
    rss: int | None = None
    steal: float = 0.0
    awake: bool = False
    swapped: int = 0
    processes: int = 1
    lapses: tuple[str, ...] = ()


class LoadHeader(AnyHeader, frozen=True, tag_field="line", tag="load"):
    """The first line of a load run."""

    plan: LoadPlan


class LoadRun(AnyRun[LoadHeader, LoadRound], frozen=True):
    """A whole load run; `unfinished` are the steps of the round that was under way when it ended."""

    unfinished: tuple[Step, ...] = ()

    @property
    def lines(self) -> tuple[LoadRound | LoadStep, ...]:
        """What its file needs between header and closing line: `run_of_lines` makes the same run of it."""
        return (*self.rounds, *(LoadStep(number, one) for number, one in enumerate(self.unfinished)))


def run_of_lines(
    header: LoadHeader, lines: Iterable[LoadRound | LoadStep], closing: Closing | None
) -> LoadRun:
    """Return the run that has these lines: a step counts until its round is finished, or begun anew."""
    rounds, steps = list[LoadRound](), list[Step]()
    for line in lines:
        if isinstance(line, LoadRound):
            rounds.append(line)
        if isinstance(line, LoadRound) or not line.number:
            steps = []
        if isinstance(line, LoadStep):
            steps.append(line.step)
    return LoadRun(header, tuple(rounds), closing, tuple(steps))
