"""Rounds that explain their slowest messages, of servers that collect garbage, stand still, or do neither."""

from __future__ import annotations

import sys
from pathlib import Path

import psutil
import pytest
from wsbench.demand.workload import Workload
from wsbench.machine.cpus import choose_cores
from wsbench.machine.launcher import Server
from wsbench.machine.orders import Settings, order_for
from wsbench.machine.process import ChildError
from wsbench.plan.run import Pace, Plan, cells_of
from wsbench.records.common import Failure
from wsbench.records.run import CellRecord
from wsbench.records.slowest import Pauses
from wsbench.runner.round import RoundRun
from wsbench.servers import stdlib_asyncio
from wsbench.targets.spec_parser import read_spec, read_specs

pytestmark = pytest.mark.usefixtures("nobody_left")

BUSY = 20  # % of all cores
PACE = Pace(latency_turns=10, latency_samples=2_000, throughput_turns=2)

SOMETIMES = """
import gc, time
from . import stdlib_asyncio
LIBRARY, VERSION, count = "", "1", 0

class Echo(stdlib_asyncio.Echo):
    def message(self, opcode, payload):
        global count
        count += 1
        if count % 50 == 0:
            {what}
        super().message(opcode, payload)

stdlib_asyncio.Echo = Echo
gc.disable()

async def serve(sock, ready, *, equal, limit):
    {first}
    await stdlib_asyncio.serve(sock, ready, equal=equal, limit=limit)
"""
KINDS = {
    "collects": ("gc.collect()", "global heap; heap = [[] for _ in range(700_000)]"),
    "sleeps": ("time.sleep(0.005)", "gc.freeze()"),
    "calm": ("pass", "gc.freeze()"),
}


def measured(
    folder: Path, *names: str, client: str = "wire", explain: bool = True, words: str = ""
) -> dict[str, CellRecord]:
    """Measure one round of servers of these kinds and of more words; return their records by label."""
    (folder / "stdlib_asyncio.py").write_text(Path(stdlib_asyncio.__file__).read_text())
    for name in names:
        what, first = KINDS[name]
        (folder / f"{name}.py").write_text(SOMETIMES.format(what=what, first=first))
    specs = read_specs([*(str(folder / f"{name}.py") for name in names), *words.split()])
    plan = Plan(specs, cells_of(specs, (client,), (Workload(),)), 1, seed=1, pace=PACE, explain=explain)
    failed: dict[int, Failure] = {}
    found = RoundRun(plan, 0, choose_cores(), failed, lambda _: None).run()
    assert failed == {}
    return {plan.cells[record.cell].server: record for record in found.cells}


@pytest.mark.quiet
@pytest.mark.parametrize("client", ["wire", "websockets", "ws4py"])
def test_the_slowest_messages_met_what_the_server_did(tmp_path: Path, client: str):
    """One message in 50 is held up, so the slowest 1 % are; where there is no collection none is met."""
    records = measured(tmp_path, *KINDS, client=client)
    shares = {}
    for name, record in records.items():
        assert record.slow is not None
        assert record.slow.messages >= record.latencies // 100
        shares[name] = [
            one / record.slow.messages for one in (record.slow.during_gc, record.slow.during_stall)
        ]
    assert shares["collects"][0] >= 0.5
    assert shares["sleeps"][0] == 0
    assert shares["sleeps"][1] >= 0.5
    assert shares["calm"][0] == 0


@pytest.mark.quiet
def test_a_calm_server_shows_neither(tmp_path: Path):
    """Its collector is off; others may take the core away from it, which is a stall, but not all the time."""
    for _ in range(5):
        slow = measured(tmp_path, "calm", client="websockets")["calm"].slow
        assert slow is not None
        assert slow.during_gc == 0
        if slow.during_stall < 0.3 * slow.messages:
            return
    if psutil.cpu_percent(1) > BUSY:
        pytest.skip("others keep the cores busy: every server stalls")
    raise AssertionError(slow)


def test_a_run_that_is_not_to_be_explained_has_nothing_of_it(tmp_path: Path):
    """No record, and nothing of ours in the server."""
    assert measured(tmp_path, "calm", explain=False)["calm"].slow is None
    with Server(read_spec("stdlib")[0], Settings()) as server:
        assert server.pauses is None
        with pytest.raises(ChildError, match="did not answer"):
            server.child.ask("pauses", 0.5)


def test_servers_of_others_are_not_explained(tmp_path: Path):
    """Of a command and of a server at a URL nothing is known; of one of ours beside them it is."""
    with Server(read_spec("stdlib")[0], Settings()) as server:
        code = f"{sys.executable} -m http.server {{port}}"
        command = Server(read_spec(f"mine=cmd:{code}")[0], Settings(explain=True))
        command.stop()
        assert command.pauses is None
        records = measured(tmp_path, "calm", words=f"theirs=ws://{server.host}:{server.port}/echo")
    assert records["theirs"].slow is None
    assert records["calm"].slow is not None


def test_a_server_of_threads_has_collections_and_no_stalls():
    """It has no event loop to stand still."""
    (spec,) = read_spec("tcp")
    with Server(spec, Settings(explain=True)) as server:
        with server.watched():
            pass
        assert server.pauses is not None
        assert server.pauses.stalls == ()


class Answers:
    """A child that answers as it was told to."""

    def __init__(self, *answers: dict[str, object] | ChildError) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    def ask(self, line: str, timeout: float) -> dict[str, object]:
        """Return the next answer, or raise it."""
        self.asked.append(line)
        answer = self.answers.pop(0)
        if isinstance(answer, ChildError):
            raise answer
        return answer


def server_that(*answers: dict[str, object] | ChildError) -> tuple[Server, Answers]:
    """Return a server that was told to explain itself, with a child that answers so."""
    server = Server(read_spec("theirs=ws://127.0.0.1:1/echo")[0], Settings(explain=True))
    child = Answers(*answers)
    server.child, server.pauses = child, Pauses()  # type: ignore[assignment]
    return server, child


def found(lost: bool = False, **spans: list[list[int]]) -> dict[str, object]:
    """Return the answer of a child with these pauses."""
    return {"event": "pauses", "gc": [], "stalls": [], "lost": lost, **spans}


def test_pauses_of_all_turns_are_put_together():
    """Each turn is framed by two lines."""
    server, child = server_that(
        {"event": "watch"}, found(gc=[[1, 2]]), {"event": "watch"}, found(gc=[[3, 4]], stalls=[[5, 6]])
    )
    for _ in range(2):
        with server.watched():
            pass
    assert server.pauses == Pauses(((1, 2), (3, 4)), ((5, 6),))
    assert child.asked == ["watch", "pauses"] * 2


@pytest.mark.parametrize("trouble", [found(lost=True), ChildError("it is gone")])
def test_what_is_not_wholly_known_is_not_told(trouble: dict[str, object] | ChildError):
    """Half of the pauses would explain half as much; nobody is asked again."""
    server, child = server_that({"event": "watch"}, trouble)
    for _ in range(2):
        with server.watched():
            pass
    assert server.pauses is None
    assert child.asked == ["watch", "pauses"]


def test_an_order_says_whether_to_explain():
    """Not of itself."""
    (spec,) = read_spec("stdlib")
    assert not order_for(spec, Settings())["explain"]
    assert order_for(spec, Settings(explain=True))["explain"]


def test_a_server_on_uvloop_is_watched_alike(tmp_path: Path):
    """The loop is asked by what all loops can do."""
    found = measured(tmp_path, words="stdlib@uvloop", client="websockets")["stdlib@uvloop"]
    assert found.slow is not None
    assert isinstance(found, CellRecord)
