"""One real round: good cells have their records, bad ones their reasons, and nobody is left."""

import os
import signal
import sys
from itertools import chain
from pathlib import Path

import psutil
import pytest
from wsbench.demand.workload import Workload
from wsbench.driver.messages import Problem
from wsbench.machine.certificates import Certificates, make_certificates
from wsbench.machine.cpus import Cores, choose_cores
from wsbench.machine.launcher import Server
from wsbench.machine.orders import Settings
from wsbench.measuring.pacing import LONGEST_NS
from wsbench.plan.placement import MANY_CONNECTIONS
from wsbench.plan.run import Pace, Plan, cells_of
from wsbench.records.common import Failure
from wsbench.records.events import Failed, Stage, Turn
from wsbench.records.run import Round
from wsbench.records.slices import Slice, numbers
from wsbench.runner.round import RoundRun
from wsbench.stats.histogram import decode
from wsbench.targets.reply import Reply
from wsbench.targets.spec import Access, Axes, ServerSpec
from wsbench.targets.spec_parser import read_specs

BROKEN = Path(__file__).parents[2] / "servers" / "broken"
BAD = ("flipped", "hangs", "dies", "missing_library")
GOOD = ("tornado", "stdlib", "tcp", "noisy")
CLIENTS = ("wire", "websockets")
NOBODY = "nobody=ws://127.0.0.1:1/echo"
PACE = Pace(latency_turns=10, latency_samples=1_000, throughput_turns=2, throughput_slice_ns=5_000_000)


def plan_of(texts: tuple[str, ...], clients: tuple[str, ...] = CLIENTS, **changes: object) -> Plan:
    """Return a small plan of server words, and of broken servers by their names."""
    words = [str(BROKEN / f"{x}.py") if (BROKEN / f"{x}.py").exists() else x for x in texts]
    servers = read_specs(words, changes.pop("axes", Axes()))
    workloads = changes.pop("workloads", (Workload(),))
    return Plan(servers, cells_of(servers, clients, workloads), rounds=1, seed=1, **{"pace": PACE, **changes})


class Outcome:
    """A round that was run: its record, its events, and the processes it had."""

    def __init__(self, plan: Plan, cores: Cores, certificates: Certificates | None = None) -> None:
        self.plan = plan
        self.events: list[object] = []
        self.failed: dict[int, Failure] = {}
        one = RoundRun(plan, 0, cores, self.failed, self.events.append, certificates=certificates)
        self.round: Round = one.run()
        children = [*one.drivers.values(), *(server.child for server in one.servers.values() if server.child)]
        self.pids = [child.pid for child in children]
        after = psutil.Process().children(recursive=True)
        self.left = [one for one in after if "resource_tracker" not in " ".join(one.cmdline())]
        self.records = {record.cell: record for record in self.round.cells}

    def cells(self, *labels: str) -> list[int]:
        """Return the indices of these servers' cells."""
        return [index for index, cell in enumerate(self.plan.cells) if cell.server in labels]

    def reasons(self, label: str) -> set[str]:
        """Return why this server's cells failed."""
        return {self.failed[index].reason for index in self.cells(label)}


@pytest.fixture(scope="module")
def mixed() -> Outcome:
    """Run good and bad servers together for one round, two clients driving all."""
    return Outcome(plan_of((*GOOD, *BAD, NOBODY)), choose_cores())


def test_bad_cells_fail_and_good_ones_are_measured(mixed: Outcome):
    """Every cell has either a record or a failure, and it is the right ones."""
    assert sorted(mixed.records) == sorted(mixed.cells(*GOOD))
    assert sorted(mixed.failed) == sorted(mixed.cells(*BAD, "nobody"))
    assert mixed.round.failures == tuple(mixed.failed.values())
    assert len(mixed.failed) == 2 * (len(BAD) + 1)


def test_records_hold_the_whole_round(mixed: Outcome):
    """Each record has all turns, all samples that a slice has time for, and everything they imply."""
    each = PACE.latency_samples / PACE.latency_turns
    for record in mixed.records.values():
        assert len(record.medians_ns) == len(record.rates) == PACE.latency_turns
        assert record.latencies >= PACE.latency_samples or record.mean_ns * each > LONGEST_NS / 4
        assert record.exchanged > record.latencies
        assert decode(record.histogram).get_total_count() == record.latencies
        assert 0 < record.quantiles_ns["p50"] <= record.quantiles_ns["p90"] <= record.max_ns
        assert record.server_cpu_ns > 0
        assert record.client_cpu_ns > 0
        assert record.busy_ns > record.elapsed_ns
        assert len(record.server_cpus_ns) == PACE.latency_turns
        assert 0 < record.flown_ns < 1.1 * record.elapsed_ns  # one message at most


def test_a_flipped_byte_is_found(mixed: Outcome):
    """One wrong byte in a thousand replies fails the cell, and names reply and byte."""
    (reason,) = {reason.split(" came back")[0] for reason in mixed.reasons("flipped")}
    assert reason == "reply 1,000: byte 63 of 64"


def test_a_hang_is_told_once_for_all_cells(mixed: Outcome):
    """The first cell that waits in vain speaks for the server; its last words are kept."""
    assert mixed.reasons("hangs") == {"hangs hangs: no reply within 5 s"}
    assert all("tired of answering" in mixed.failed[cell].stderr for cell in mixed.cells("hangs"))


def test_a_death_is_told_with_its_code(mixed: Outcome):
    """A server that ends takes all its cells along, with exit code and last words."""
    assert mixed.reasons("dies") == {"dies exited with code 3"}
    assert all(mixed.failed[cell].stderr[-1] == "this is the end" for cell in mixed.cells("dies"))


def test_a_server_that_can_not_start_is_told(mixed: Outcome):
    """The pip line is the reason, the traceback is in the tail."""
    (reason,) = mixed.reasons("missing_library")
    assert reason.endswith("no_such_library is not installed: pip install no_such_library")
    (cell, _) = mixed.cells("missing_library")
    assert any("ModuleNotFoundError" in line for line in mixed.failed[cell].stderr)


def test_a_refused_url_is_told(mixed: Outcome):
    """Where nobody listens every cell says so, and there is no tail."""
    assert all("111" in reason or "refused" in reason for reason in mixed.reasons("nobody"))
    assert all(mixed.failed[cell].stderr == () for cell in mixed.cells("nobody"))


def test_a_round_proves_what_ran(mixed: Outcome):
    """Version, loop, memory and the negotiated handshake are on record for what was measured."""
    assert mixed.round.servers["stdlib"].version == "1"
    assert mixed.round.servers["tornado"].loop == "asyncio._UnixSelectorEventLoop"
    assert set(mixed.round.clients) == set(CLIENTS)
    assert all(mixed.round.rss[label] > 1_000_000 for label in GOOD)
    assert all(record.handshake.nodelay for record in mixed.records.values())
    assert {record.handshake.extensions for record in mixed.records.values()} == {""}


def test_listeners_hear_every_turn_and_failure(mixed: Outcome):
    """A stage first, each turn of a good cell, each failure once; turns count up to their number."""
    turns = [event for event in mixed.events if isinstance(event, Turn)]
    assert isinstance(mixed.events[0], Stage)
    assert [event.failure for event in mixed.events if isinstance(event, Failed)] == list(
        mixed.failed.values()
    )
    assert sum(event.cell in mixed.records for event in turns) == len(mixed.records) * PACE.latency_turns
    assert all(0 < event.done <= event.turns == 10 * len(mixed.plan.cells) for event in turns)
    assert [event.done for event in turns] == sorted(event.done for event in turns)


def test_no_process_is_left(mixed: Outcome):
    """Neither among our children nor by number is anybody left, the dead and the hung included."""
    assert mixed.left == []
    assert not [pid for pid in mixed.pids if psutil.pid_exists(pid)]
    assert len(mixed.pids) == len(GOOD) + len(BAD) + len(CLIENTS)


def test_a_librarys_own_fault_costs_its_cell_alone():
    """It is named as the client's, whoever the server is."""
    plan = plan_of((NOBODY,), ("websockets", "aiohttp"))
    one = RoundRun(plan, 0, Cores(), {}, [].append)
    one.servers = {place.server: Server(plan.servers[0], Settings()) for place in one.places}
    one.blame(0, Problem("closed with code 1002", silent=False, own=True))
    reason = "the websockets client closed with code 1002"
    assert one.failed == {0: Failure(0, reason, client="websockets")}


@pytest.mark.parametrize("equal", [True, False])
def test_the_class_reaches_both_sides(equal: bool):
    """As shipped, deflate is agreed on and Tornado leaves Nagle on; in the equal class neither."""
    pace = Pace(latency_turns=1, latency_samples=30)
    found = Outcome(plan_of(("tornado", "websockets"), ("websockets",), equal=equal, pace=pace), Cores())
    tornado, websockets = (found.records[index].handshake for index in (0, 1))
    assert (tornado.nodelay, websockets.nodelay) == (equal, True)
    assert websockets.extensions.startswith("permessage-deflate") == (not equal)


SHORT = Pace(latency_turns=1, latency_samples=30)


def test_tls_and_deflate_reach_both_sides(tmp_path: Path):
    """Each server has what was asked of it and nothing else, and so has what each client agreed on."""
    plan = plan_of(("tornado@tls", "websockets@deflate", "aiohttp@tls@deflate", "stdlib"), pace=SHORT)
    found = Outcome(plan, Cores(), make_certificates(tmp_path))
    assert found.failed == {}
    for index, cell in enumerate(plan.cells):
        handshake = found.records[index].handshake
        assert handshake.extensions.startswith("permessage-deflate") == ("@deflate" in cell.server)
        if cell.client == "wire":
            assert handshake.tls.startswith("TLSv1.3 ") == ("@tls" in cell.server)


def test_tls_without_certificates_is_a_failure():
    """Nobody measures plainly what was to be measured over TLS."""
    plan = plan_of(("tornado@tls",), ("wire",), pace=SHORT)
    assert Outcome(plan, Cores()).reasons("tornado@tls") == {"tornado@tls: no certificate was made for it"}


LISTENER = """
import asyncio, sys
from wsbench.servers import stdlib_asyncio
from wsbench.standalone.server import listen
sock = listen(sys.argv[2], int(sys.argv[1]))
asyncio.run(stdlib_asyncio.serve(sock, lambda *_: None, equal=True, limit=2**24))
"""


def test_a_command_is_measured_like_a_server_of_ours(tmp_path: Path):
    """Its CPU time and memory are those of the process that serves; of its sockets nothing is known."""
    path = tmp_path / "listener.py"
    path.write_text(LISTENER)
    found = Outcome(plan_of((f"mine=cmd:{sys.executable} {path} {{port}} {{host}}",), pace=SHORT), Cores())
    assert found.failed == {}
    assert found.round.rss["mine"] > 1_000_000
    for record in found.records.values():
        assert record.server_cpu_ns > 0
        assert record.handshake.nodelay is None
    assert found.left == []


def test_what_a_server_of_the_user_answers_is_what_was_said(tmp_path: Path):
    """With the prefix of /socket every reply is right, as an echo the first one is wrong."""
    with Server(ServerSpec("stdlib", "stdlib"), Settings()) as server:
        url = f"mine=ws://{server.host}:{server.port}/socket"
        axes = Axes(access=Access(reply=Reply("prefix", "Msg is ")))
        right = Outcome(plan_of((url,), axes=axes, pace=SHORT), Cores())
        wrong = Outcome(plan_of((url,), pace=SHORT), Cores())
    assert (right.failed, len(right.records)) == ({}, 2)
    assert all(reason.startswith("reply 1: ") for reason in wrong.reasons("mine"))


def test_latency_and_throughput_share_a_round():
    """Cells of all shapes take turns; each has its own number of slices."""
    workloads = (Workload(), Workload(connections=4), Workload(depth=8), Workload(2**20, connections=2))
    found = Outcome(plan_of(("stdlib", "tcp"), ("wire",), workloads=workloads), choose_cores())
    assert found.failed == {}
    assert [len(found.records[index].rates) for index in range(8)] == [10, 10, 2, 2, 2, 2, 2, 2]


def test_a_round_counts_the_pages_swapped_during_it(monkeypatch: pytest.MonkeyPatch):
    """It is the difference of two looks: 12 pages since boot after 5 make 7."""
    counts = iter([5, 12])
    monkeypatch.setattr("wsbench.machine.system.swapped_pages", lambda: next(counts))
    plan = plan_of(("stdlib",), ("wire",), pace=Pace(latency_turns=1, latency_samples=30))
    assert Outcome(plan, Cores()).round.swapped == 7


def test_what_failed_before_is_not_started_again():
    """A server all of whose cells have failed gets no process, and neither does its client."""
    plan = plan_of(("stdlib", "tornado"), pace=Pace(latency_turns=1, latency_samples=30))
    failed = {
        index: Failure(index, "before") for index, cell in enumerate(plan.cells) if cell.server == "tornado"
    }
    failed |= {
        index: Failure(index, "before") for index, cell in enumerate(plan.cells) if cell.client != "wire"
    }
    one = RoundRun(plan, 1, Cores(), failed, lambda _: None)
    found = one.run()
    assert (set(one.servers), set(one.drivers)) == ({"stdlib"}, {"wire"})
    assert [plan.cells[record.cell].server for record in found.cells] == ["stdlib"]
    assert {failure.reason for failure in found.failures} == {"before"}


@pytest.mark.parametrize("after", [0, 1, 15])
@pytest.mark.usefixtures("nobody_left")
def test_an_interrupt_leaves_nobody(after: int):
    """Ctrl-C at any event ends all processes on its way out."""
    events = chain([None] * after, [KeyboardInterrupt])

    def stop(_: object) -> None:
        if problem := next(events):
            raise problem

    with pytest.raises(KeyboardInterrupt):
        RoundRun(plan_of(("stdlib", "tornado")), 0, Cores(), {}, stop).run()


def test_a_crowd_has_its_own_processes_and_its_memory_on_record():
    """Beside a cell of few connections with the same server and client; its proof is the server's."""
    workloads = (
        Workload(connections=2),
        Workload(connections=MANY_CONNECTIONS),
        Workload(idle=MANY_CONNECTIONS),
    )
    found = Outcome(plan_of(("stdlib",), ("wire",), workloads=workloads), choose_cores())
    assert found.failed == {}
    assert len(found.pids) == 3 + 3
    assert set(found.round.servers) == set(found.round.rss) == {"stdlib"}
    assert found.records[0].crowd is None
    for index, total in ((1, MANY_CONNECTIONS), (2, MANY_CONNECTIONS + 1)):
        crowd = found.records[index].crowd
        assert (crowd.connections, crowd.steps[0][0], crowd.steps[-1][0]) == (total, 0, total)
        assert crowd.steps[0][1] < crowd.steps[-1][1]
        assert crowd.held > 1_000_000
    assert found.left == []


GRUDGING = """
import sys
sys.path.insert(0, {folder!r})
from complete import Echo, served

LIBRARY, VERSION = "", "1"
let_in = []

class Bent(Echo):
    def handshake(self):
        let_in.append(None)
        return super().handshake() if len(let_in) <= 40 else self.refuse("503 Busy", "Enough")

serve = served(Bent)
"""


def test_a_crowd_that_can_not_be_opened_is_told_of(tmp_path: Path):
    """A server that has enough after 40: the reason has how many were open, and others go on."""
    path = tmp_path / "grudging.py"
    path.write_text(GRUDGING.format(folder=str(BROKEN)))
    workloads = (Workload(connections=MANY_CONNECTIONS),)
    found = Outcome(plan_of((str(path), "stdlib"), ("wire",), workloads=workloads, pace=SHORT), Cores())
    plan = found.plan
    (reason,) = found.reasons("grudging")
    assert reason == (
        "the handshake on /echo was answered with HTTP 503, not 101, with 40 of 100 connections open"
    )
    assert [plan.cells[index].server for index in found.records] == ["stdlib"]


class Scripted(RoundRun):
    """A round whose slices are made by hand: how many ns of 1 ms each loses."""

    def prepared(self, lost: list[int | None]) -> "Scripted":
        """Set what comes next, None for a failure."""
        self.coming = lost
        self.lengths[0] = 1, 1
        return self

    def _slice(self, index: int, lead: int, count: int) -> Slice | None:
        del index, lead, count
        lost = self.coming.pop(0)
        return None if lost is None else Slice(numbers([1]), 1, busy=1_000_000, lost=lost)


@pytest.mark.parametrize(
    ("connections", "lost", "kept", "repeated"),
    [
        (16, [0], 0, 0),
        (16, [900_000, 0], 0, 1),
        (16, [900_000, 300_000, 800_000], 300_000, 2),
        (16, [300_000, 900_000, 800_000], 300_000, 2),
        (16, [900_000, None], None, 1),
        (1, [900_000], 900_000, 0),
    ],
)
def test_a_disturbed_turn_of_throughput_is_taken_anew(
    connections: int, lost: list[int | None], kept: int | None, repeated: int
):
    """Twice at most; then the least disturbed one stands. A median of latencies does not mind."""
    plan = plan_of(("stdlib",), ("wire",), workloads=(Workload(connections=connections),))
    one = Scripted(plan, 0, Cores(None, None), {}, print).prepared(lost)
    found = one._turn(0)
    assert (found.lost if found else None) == kept
    assert one.repeated[0] == repeated
    assert one.coming == []


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
def test_a_driver_that_dies_or_hangs_costs_one_cell(monkeypatch: pytest.MonkeyPatch, how: signal.Signals):
    """The cell being asked fails; the driver is started anew, and the others keep all of their turns."""
    monkeypatch.setattr("wsbench.runner.round_processes.SILENCE_S", 0.1)
    plan = plan_of(("tornado", "stdlib", "tcp"), ("wire", "websockets"), timeout_s=0.3)
    events: list[object] = []
    killed: list[int] = []

    def kill(event: object) -> None:
        events.append(event)
        if isinstance(event, Turn) and event.done >= event.turns // 2 and not killed:
            killed.append(one.drivers["wire"].pid)
            os.kill(killed[0], how)

    one = RoundRun(plan, 0, choose_cores(), {}, kill)
    found = one.run()
    (failure,) = found.failures
    assert plan.cells[failure.cell].client == "wire"
    fate = "was killed by SIGKILL" if how is signal.SIGKILL else "did not answer within 1"
    assert failure.reason.startswith(f"the wire driver {fate}")
    assert {record.cell for record in found.cells} == {*range(len(plan.cells))} - {failure.cell}
    assert {len(record.medians_ns) for record in found.cells} == {PACE.latency_turns}
    assert not psutil.pid_exists(killed[0])
