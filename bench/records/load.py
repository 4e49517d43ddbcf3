"""What was measured at a rate: an agent's report, a step, a round, a run."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from ..plan.load import LoadPlan
from .common import AnyHeader, AnyRun, Closing, Handshake, Proof
from .rates.agent_row import AgentRow


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


class Step(msgspec.Struct, frozen=True):
    """One rate held in one round, over all agents: counts added, histograms merged.

    `rate` is the one asked for in msg/s, 0 where the server was driven as fast as it answers; `achieved` the
    replies per second of the window. `overlap` is the share of the time between the first agent's begin and
    the last one's end in which all were at it. `fault` says why the step can't be believed, "" where it can
    (an agent failed, or was alone); `missed` says that the server did not keep up with the rate, "" where it
    did. `holds` tells whether the limit held, None without one. `late` says by how much the client was late,
    and `touched` names the quantiles of the response time, or `mean`, that are not the server's for it.
    `seconds` is its course. `stage` is which of the plan's stages it is, from 0, None without stages; of a
    stage `rate` is the mean. What each agent counts and times itself is described there (rates/report.py);
    `agents` has each alone where there were several, or one was elsewhere.
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
    errors: dict[str, int] = {}
    wrong: str = ""
    reconnects: int = 0
    connect: str = ""
    sent_bytes: int = 0
    received_bytes: int = 0
    seconds: tuple[Second, ...] = ()
    stage: int | None = None
    agents: tuple[AgentRow, ...] = ()
    late: str = ""
    touched: tuple[str, ...] = ()


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
