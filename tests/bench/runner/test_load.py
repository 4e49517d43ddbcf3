"""The load runner: the gate first, then rounds; whatever happens, a closing line and nobody left."""

import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest
from wsbench.demand.workload import Workload
from wsbench.machine.cpus import Cores
from wsbench.plan.load import LoadPlan
from wsbench.plan.thresholds import Limit
from wsbench.records.common import Closing
from wsbench.records.events import Event, Failed, RoundDone, Stage, Stepped
from wsbench.records.load import LoadRound, LoadStep
from wsbench.runner.load import Executors, LoadRunner
from wsbench.targets.spec_parser import read_spec

BROKEN = Path(__file__).parents[2] / "servers" / "broken"
MS = 1_000_000


def plan_of(target: str = "stdlib", mode: str = "rate", **changes: Any) -> LoadPlan:
    """Return a short plan."""
    fields = {"rates": (300.0,), "duration_s": 0.2, "ramp_s": 0.1, "keep_awake": False, "rounds": 1}
    workload = Workload(connections=4)
    return LoadPlan(
        server=read_spec(target)[0], workload=workload, mode=mode, seed=1, **{**fields, **changes}
    )


def run(
    plan: LoadPlan,
    on_event: Callable[[Event], None] = lambda _: None,
    elsewhere: Executors | None = ThreadPoolExecutor,
    steps: list[LoadStep] | None = None,
) -> list[LoadRound | Closing]:
    """Run a plan and return the rounds and the closing line that were saved; steps go into `steps`."""
    lines: list[LoadRound | Closing] = []
    steps = [] if steps is None else steps

    def save(line: LoadStep | LoadRound | Closing) -> None:
        if isinstance(line, LoadStep):
            steps.append(line)
        else:
            lines.append(line)

    assert LoadRunner(plan, on_event, save, elsewhere).run() == lines[-1]
    return lines


@pytest.fixture(autouse=True)
def _no_server_and_no_agent_left() -> Any:
    """Fail the test where a child process of ours outlives it, but Python's own for semaphores."""
    before = set(psutil.Process().children(recursive=True))
    yield
    after = set(psutil.Process().children(recursive=True)) - before
    assert not [one for one in after if "resource_tracker" not in " ".join(one.cmdline())]


@pytest.mark.parametrize("agents", [1, 2])
def test_every_round_is_saved_and_told(agents: int):
    """On processes of this machine: each step and round saved before it is told, the closing line last."""
    events: list[Event] = []
    steps: list[LoadStep] = []
    plan = plan_of(rounds=2, agents=agents, keep_awake=True, rates=(200.0, 300.0))
    *rounds, closing = run(plan, events.append, elsewhere=None, steps=steps)
    assert [one.number for one in rounds] == [0, 1]
    assert (closing.status, closing.failures) == ("complete", ())
    assert [event.number for event in events if isinstance(event, RoundDone)] == [0, 1]
    assert [event.step for event in events if isinstance(event, Stepped)] == [
        step for one in rounds for step in one.steps
    ]
    assert steps == [LoadStep(*numbered) for one in rounds for numbered in enumerate(one.steps)]
    assert [event.text for event in events if isinstance(event, Stage)] == [
        "verifying stdlib",
        "starting round 1",
        "starting round 2",
    ]
    for one in rounds:
        assert {step.rate for step in one.steps} == {200, 300}  # again where the client was late
        assert all(step.scheduled in {40, 60} and not step.unanswered for step in one.steps)
        assert one.server.code
        assert one.server.libraries is not None
        assert one.seconds > 0


@pytest.mark.parametrize("mode", ["sweep", "slo"])
def test_every_mode_runs_against_a_real_server(mode: str):
    """A sweep holds shares of a ceiling it finds, a search finds a capacity near it or below."""
    limit = Limit(0.99, 100 * MS) if mode == "slo" else None
    one, closing = run(plan_of(mode=mode, rates=(0.1, 0.2), limit=limit))
    assert (closing.status, closing.failures) == ("complete", ())
    assert one.ceiling > 0
    if mode == "sweep":
        asked = sorted({step.rate for step in one.steps})
        assert asked == pytest.approx([0, 0.1 * one.ceiling, 0.2 * one.ceiling])
    else:
        assert one.capacity is None or one.capacity > 0
        assert all(step.holds is not None for step in one.steps)


def test_over_tls():
    """Certificates are made for the run, and the round says what was agreed on."""
    one, closing = run(plan_of("tornado@tls"))
    assert closing.failures == ()
    assert one.handshake.tls.startswith("TLSv1.3 ")
    assert one.server.libraries["tornado"] == one.server.version


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        (str(BROKEN / "flipped.py"), "breaks the contract (echo-repeated): byte 7 of 8"),
        ("nobody=ws://127.0.0.1:1/echo", "can't be reached at 127.0.0.1:1: connection refused"),
        (str(BROKEN / "missing_library.py"), "missing_library: no_such_library is not installed"),
    ],
)
def test_contract_breakers_are_not_loaded(target: str, reason: str):
    """The gate ends the run with its line."""
    events: list[Event] = []
    (closing,) = run(plan_of(target), events.append)
    assert closing.failures[0].reason.startswith(reason)
    assert events[-1] == Failed(closing.failures[0])


@pytest.mark.parametrize("kind", [Stage, Stepped, RoundDone])
def test_an_interrupt_closes_properly(kind: type):
    """Ctrl-C during the gate, a round or after it is a closing line, not a traceback."""

    def stop(event: Event) -> None:
        if isinstance(event, kind):
            raise KeyboardInterrupt

    steps: list[LoadStep] = []
    *rounds, closing = run(plan_of(rounds=3), stop, steps=steps)
    assert closing.status == "interrupted"
    assert len(rounds) == (kind is RoundDone)
    assert bool(steps) == (kind is not Stage)  # one that is told of is saved


def test_an_interrupt_in_a_step_does_not_wait_for_its_end():
    """Agents that are at it are ended with the run."""
    timer = threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT))

    def listen(event: Event) -> None:
        if event == Stage("starting round 1"):
            timer.start()

    (closing,) = run(plan_of(duration_s=600.0), listen, elsewhere=None)
    timer.join()
    assert closing.status == "interrupted"


def test_a_server_that_dies_is_a_failure_with_its_fate():
    """Rounds that were finished stay; the run ends, for whoever died once is not asked again."""

    def kill(event: Event) -> None:
        if isinstance(event, Stepped) and event.step.round == 1:
            (server,) = (one for one in psutil.Process().children() if '"serve"' in " ".join(one.cmdline()))
            os.kill(server.pid, signal.SIGKILL)

    first, closing = run(plan_of(rounds=3, rates=(100.0, 200.0)), kill)
    assert first.number == 0
    assert closing.status == "failed"
    assert [failure.reason for failure in closing.failures] == ["stdlib was killed by SIGKILL"]


def test_agents_elsewhere_are_not_pinned(monkeypatch: pytest.MonkeyPatch):
    """The cores of this machine say nothing of another one's."""
    from wsbench.runner import load as load_runner

    monkeypatch.setattr(load_runner, "agent_cores", lambda _: pytest.fail("asked for cores"))
    before = os.sched_getaffinity(0)
    assert run(plan_of())[-1].failures == ()
    assert os.sched_getaffinity(0) == before


def test_neither_core_is_kept_awake_while_it_is_busy():
    """Near saturation a process that spins there would stop the server for whole ticks."""
    runner = LoadRunner(plan_of(), lambda _: None, lambda _: None, ThreadPoolExecutor)
    assert runner.polite(Cores(server=1, client=0)) == (1, 0)
