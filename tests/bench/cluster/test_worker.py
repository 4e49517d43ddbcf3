"""What a worker does when its functions are called, in a process of its own here."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import msgspec
import pytest
from wsbench.cluster import worker
from wsbench.cluster.worker import Answer, Told
from wsbench.demand.workload import Workload
from wsbench.driver.orders import AgentOrder, CellOrder
from wsbench.machine.launcher import Server
from wsbench.machine.orders import Settings
from wsbench.records.rates.report import AgentReport
from wsbench.targets.spec_parser import read_spec

LONG = 60.0


@pytest.fixture
def run() -> Iterator[str]:
    """Begin a run with an agent and a server."""
    worker.begin("run", LONG, agent=True)
    yield "run"
    assert asyncio.run(worker.end("run", LONG))


def said(found: bytes) -> Answer:
    """Read an answer."""
    return msgspec.json.decode(found, type=Answer)


def test_an_agent_drives_a_step_once(run: str):
    """A step that is told to begin again is refused: one task may come twice."""
    spec = read_spec("stdlib")[0]
    assert said(asyncio.run(worker.agent_ready(run))) == Answer(found={"event": "ready"})
    with Server(spec, Settings()) as server:
        cell = CellOrder(0, server.host, server.port, server.path, Workload(connections=2), 1)
        order = AgentOrder(cell, 400, 0.3, 0.1, "uniform", 1, 20_000_000_000)
        line = f"drive {msgspec.json.encode(order).decode()}"
        answer = said(asyncio.run(worker.work(run, "1", line, LONG)))
        again = said(asyncio.run(worker.work(run, "1", line, LONG)))
    report = msgspec.convert(answer.found, AgentReport)
    assert (answer.problem, report.failure, report.scheduled) == ("", "", 120)
    assert 0 < (report.cpu_ns or 0) <= report.ended_ns - report.begun_ns
    assert again == Answer("it was told to begin a step twice")


def test_what_an_agent_can_t_read_is_a_problem(run: str):
    """Nothing is raised: a worker logs the arguments of what raises, and an order may hold a secret."""
    assert said(asyncio.run(worker.agent_ready(run))).problem == ""
    assert "ValidationError" in said(asyncio.run(worker.work(run, "1", "drive {}", LONG))).problem


def test_a_server_is_started_asked_and_ended(run: str):
    """The next one takes the name of the one before."""
    spec, settings = (msgspec.json.encode(one) for one in (read_spec("stdlib")[0], Settings()))
    for _ in range(2):
        worker.serve(run, spec, settings, {})
        ready = said(asyncio.run(worker.server_hear(run, LONG)))
        assert ready.found["event"] == "ready"
        assert said(asyncio.run(worker.server_ask(run, "nodelay", LONG))).found["connections"] == {}
        assert said(asyncio.run(worker.server_fate(run))).found == [True, "", []]
        worker.server_stop(run)
    assert said(asyncio.run(worker.server_ask(run, "nodelay", LONG))).problem == "there is no server here"


def test_a_run_that_is_not_known_is_said_to_be():
    """A worker that was started anew has forgotten it."""
    assert not worker.renew("other")
    assert "it knows nothing of this run" in said(asyncio.run(worker.work("other", "1", "", LONG))).problem
    assert asyncio.run(worker.end("other", LONG))


def test_a_run_whose_lease_ran_out_is_said_to_be():
    """Whatever is asked of it afterwards."""
    worker.begin("late", 0.01, agent=True)
    assert worker.RUNS["late"].join(LONG)
    assert "nobody told it" in said(asyncio.run(worker.agent_ready("late"))).problem
    assert not worker.renew("late")
    worker.begin("next", LONG, agent=False)
    assert "late" not in worker.RUNS
    assert worker.renew("next")
    assert asyncio.run(worker.end("next", LONG))


def test_a_worker_says_what_it_is():
    """The same code says the same of its records."""
    told = msgspec.json.decode(worker.told(), type=Told)
    assert told == msgspec.json.decode(worker.told(), type=Told)
    assert told.cpus >= 1
    assert len(told.schema) == 12
