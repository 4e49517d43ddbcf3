"""The runner: the gate first, then rounds; whatever happens, a closing line and nobody left."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from wsbench.conformance.gate import Tried
from wsbench.demand.workload import Wait, Workload
from wsbench.machine.cpus import Cores
from wsbench.machine.process import Child
from wsbench.plan.margins import Comparison
from wsbench.plan.run import Pace, Plan, cells_of
from wsbench.records.common import Closing
from wsbench.records.events import Event, Refused, RoundDone, Stage, Turn
from wsbench.records.run import Round
from wsbench.runner.run import Runner
from wsbench.targets.spec_parser import read_specs

pytestmark = pytest.mark.usefixtures("nobody_left")

BROKEN = Path(__file__).parents[2] / "servers" / "broken"
YARDSTICK = Path(__file__).parents[3] / "servers" / "stdlib_asyncio.py"
GATE = {
    "flipped": "breaks the contract (echo-repeated): byte 7 of 8 came back as 0x38, sent was 0x39",
    "dies": "dies exited with code 3: breaks the contract (echo-repeated): ",
    "missing_library": "missing_library: no_such_library is not installed: pip install no_such_library",
}


def plan_of(*texts: str, rounds: int = 1, **changes: object) -> Plan:
    """Return a small plan, wire driving."""
    servers = read_specs(texts)
    pace = Pace(latency_turns=2, latency_samples=60)
    return Plan(servers, cells_of(servers, ["wire"], [Workload()]), rounds, seed=1, pace=pace, **changes)


def run(
    plan: Plan,
    on_event: Callable[[Event], None] = lambda _: None,
    decided: Callable[[], bool] = lambda: False,
) -> list[Round | Closing]:
    """Run a plan and return what was saved."""
    saved: list[Round | Closing] = []
    assert Runner(plan, on_event, saved.append, decided).run() == saved[-1]
    return saved


def test_contract_breakers_are_not_measured():
    """The gate fails each breaker with its line, and the good server is measured all the same."""
    found, closing = run(plan_of("tornado", *(str(BROKEN / f"{name}.py") for name in GATE)))
    reasons = dict(zip(GATE, found.failures, strict=True))
    for name, failure in reasons.items():
        assert failure.reason.startswith(GATE[name]), failure.reason
    assert [record.cell for record in found.cells] == [0]
    assert set(found.servers) == {"tornado"}
    assert "this is the end" in reasons["dies"].stderr
    assert closing.status == "incomplete"


def test_every_round_is_saved_and_told():
    """Rounds come in order, each saved before it is told, and the closing line last."""
    events: list[Event] = []
    found = run(plan_of("stdlib", rounds=3), events.append)
    assert [one.number for one in found[:-1]] == [0, 1, 2]
    assert found[-1].status == "complete"
    assert [event.number for event in events if isinstance(event, RoundDone)] == [0, 1, 2]
    assert [event.text for event in events if isinstance(event, Stage)] == [
        "verifying stdlib",
        "starting round 1",
        "starting round 2",
        "starting round 3",
    ]


def test_the_budget_ends_a_run_between_rounds():
    """A run whose next round would pass the budget ends after a whole one, and says so."""
    first, closing = run(plan_of("stdlib", rounds=3, budget_s=0.001))
    assert (first.number, closing.status) == (0, "out of time")
    assert run(plan_of("stdlib", rounds=1, budget_s=0.001))[-1].status == "complete"


@pytest.mark.parametrize("answer", [False, True])
def test_a_comparison_is_looked_at_when_planned_and_ends_where_it_is_decided(answer: bool):
    """After round 1 of 2, and not at the last: that look is the verdict itself, with nothing to save."""
    seen: list[int] = []
    comparison = Comparison((("stdlib", "other"),), looks=(1, 2))
    plan = plan_of("stdlib", "other=stdlib", rounds=2, comparison=comparison)
    events: list[Event] = []

    def decided() -> bool:
        seen.append(sum(isinstance(event, RoundDone) for event in events))
        return answer

    found = run(plan, events.append, decided)
    assert seen == [1]
    assert (len(found) - 1, found[-1].status) == ((1, "decided") if answer else (2, "complete"))


def test_a_run_that_decides_nothing_is_never_asked():
    """Without a comparison there is no look, whatever `decided` would say."""
    assert run(plan_of("stdlib", rounds=2), decided=lambda: True)[-1].status == "complete"


@pytest.mark.parametrize("kind", [Stage, Turn, RoundDone])
def test_an_interrupt_closes_properly(kind: type):
    """Ctrl-C during the gate, a round or after it is a closing line, not a traceback."""

    def stop(event: Event) -> None:
        if isinstance(event, kind):
            raise KeyboardInterrupt

    found = run(plan_of("stdlib", rounds=3), stop)
    assert found[-1].status == "interrupted"
    assert len(found) == (2 if kind is RoundDone else 1)


def test_refused_targets_fail():
    """A URL where nobody listens is a failure of the gate; yardstick and floor alone are not measured."""
    events: list[Event] = []
    (closing,) = run(plan_of("nobody=ws://127.0.0.1:1/echo", "stdlib", "tcp"), events.append)
    assert closing.status == "failed"
    assert closing.failures[0].reason == "can't be reached at 127.0.0.1:1: connection refused"
    assert [one for one in events if isinstance(one, Refused)] == [
        Refused("nobody", closing.failures[0].reason)
    ]


@pytest.mark.parametrize(
    ("pairs", "pointless"),
    [([("a", "b")], True), ([("a", "b"), ("a", "c")], False), ([("b", "a"), ("b", "c")], True)],
)
def test_a_comparison_ends_where_no_pair_is_left(pairs: list[tuple[str, str]], pointless: bool):
    """Whoever of the two is refused."""
    plan = plan_of("a=tornado", "b=tornado", "c=tornado", comparison=Comparison(tuple(pairs), (6,)))
    one = Runner(plan, lambda _: None, lambda _: None)
    one.refuse(plan.spec_of("b"), Tried("it is gone"))
    assert one.is_pointless() is pointless


@pytest.mark.skipif(sys.platform != "linux", reason="needs SCHED_IDLE")
@pytest.mark.parametrize("keep_awake", [True, False])
def test_cores_are_kept_awake_on_demand(monkeypatch: pytest.MonkeyPatch, keep_awake: bool):
    """The plan says whether the cores are kept from sleeping; that it ended in a round is stored with it."""
    from wsbench.machine import cpus

    spinners: list[Child] = []
    start = cpus.start_child
    monkeypatch.setattr(
        cpus, "start_child", lambda name, order: spinners.append(start(name, order)) or spinners[-1]
    )

    def kill_one(event: Event) -> None:
        if isinstance(event, Turn) and event.round == 1 and spinners:
            spinners[0].process.kill()
            spinners[0].process.wait(30)  # at idle priority even dying waits for the core

    count = 2 if keep_awake else 1
    *rounds, _ = run(plan_of("stdlib", keep_awake=keep_awake, rounds=count), kill_one)
    chosen = [core for core in (cpus.choose_cores().server, cpus.choose_cores().client) if core is not None]
    assert len(spinners) == (len(chosen) if keep_awake else 0)
    kept = bool(spinners)
    assert [one.awake for one in rounds] == [kept, False][:count]
    why = (f"core {chosen[0]}: what keeps it awake was killed by SIGKILL",) if kept else ()
    assert [one.lapses for one in rounds] == [(), why][:count]


def test_a_run_over_tls_makes_its_certificates():
    """They are there for the gate and for every round, and each record says what was agreed on."""
    found, closing = run(plan_of("tornado@tls", "stdlib"))
    assert (closing.status, closing.failures) == ("complete", ())
    tls = {record.cell: record.handshake.tls for record in found.cells}
    assert tls[0].startswith("TLSv1.3 ")
    assert tls[1] == ""


def test_a_round_knows_code_and_libraries_of_its_servers():
    """They are found when the contract is tried: nobody asks a server that is being measured."""
    found, _ = run(plan_of("tornado", "stdlib"))
    assert all(found.servers[label].code for label in ("tornado", "stdlib"))
    assert found.servers["tornado"].libraries["tornado"] == found.servers["tornado"].version
    assert "tornado" not in found.servers["stdlib"].libraries


def test_a_server_without_what_was_asked_for_is_a_failure_of_the_gate(tmp_path: Path):
    """A file that knows nothing of deflate says so, and is not measured without it."""
    path = tmp_path / "plain.py"
    path.write_text("LIBRARY, VERSION = '', '1'\ndef serve(sock, ready, *, equal, limit): ready()")
    found, _ = run(plan_of(f"{path}@deflate", "tornado"))
    assert found.failures[0].reason == (
        "plain@deflate: it has no permessage-deflate: its serve() has no parameter deflate"
    )
    assert [record.cell for record in found.cells] == [1]


@pytest.mark.parametrize(("wait", "polite"), [("poll", (0,)), ("sleep", ()), (None, ())])
def test_a_client_that_polls_keeps_its_core_awake_itself(wait: Wait | None, polite: tuple[int, ...]):
    """Another process that spins there would only take it ticks; the server's core is kept awake always."""
    runner = Runner(plan_of("stdlib", client_wait=wait), lambda _: None, lambda _: None)
    assert runner.polite(Cores(server=1, client=0)) == polite


def test_a_client_that_polls_measures_as_one_that_sleeps():
    """All the same numbers are there, and the server's CPU time is known."""
    polled, slept = (run(plan_of("stdlib", client_wait=wait))[0].cells[0] for wait in ("poll", "sleep"))
    assert polled.latencies >= 60
    assert polled.quantiles_ns.keys() == slept.quantiles_ns.keys()
    assert min(polled.server_cpu_ns, polled.client_cpu_ns, slept.server_cpu_ns, slept.client_cpu_ns) > 0


def test_a_fault_in_a_later_round_leaves_the_rounds_before(tmp_path: Path):
    """A server that dies in the third of four rounds has the records of two, and the others those of all."""
    marker = tmp_path / "rounds"
    frail = tmp_path / "frail.py"
    frail.write_text(
        "from pathlib import Path\n"
        "import runpy, sys\n"
        f"MARKER = Path({str(marker)!r})\n"
        f"theirs = runpy.run_path({str(YARDSTICK)!r}, run_name='theirs')\n"
        "LIBRARY, VERSION = '', '1'\n"
        "async def serve(sock, ready, **options):\n"
        "    MARKER.write_text(MARKER.read_text() + 'x' if MARKER.exists() else 'x')\n"
        "    if len(MARKER.read_text()) == 4:\n"  # the first is that of the gate
        "        sys.exit('worn out')\n"
        "    await theirs['serve'](sock, ready, equal=True, limit=2**24)\n"
    )
    *rounds, closing = run(plan_of("tornado", f"frail={frail}", rounds=4))
    assert [sorted(record.cell for record in one.cells) for one in rounds] == [[0, 1], [0, 1], [0], [0]]
    assert (closing.status, {failure.cell for failure in closing.failures}) == ("incomplete", {1})
