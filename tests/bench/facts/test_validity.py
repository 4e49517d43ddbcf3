"""Each control fires on what it is there for, and is silent otherwise."""

from __future__ import annotations

import msgspec
import pytest
from runs import run_of, slices
from wsbench.analysis.run import analyse
from wsbench.demand.workload import Workload
from wsbench.facts.facts import Facts
from wsbench.facts.validity import limit_of
from wsbench.plan.margins import Comparison, Gates
from wsbench.records.common import Closing, Handshake, Proof
from wsbench.records.run import Fairness, Round, Run
from wsbench.records.summary import summarise

WIDE = Workload(connections=16)


def texts(run: Run, *, invalid: bool) -> list[str]:
    """Return the notices of a kind."""
    return [notice.text for notice in analyse(run).notices if notice.invalid is invalid]


def test_a_clean_run_has_no_notices() -> None:
    """Nothing is said where there is nothing to say."""
    run = run_of({"tornado": 60.0, "tcp": 30.0}, workloads=[Workload(), WIDE])
    assert analyse(run).notices == ()


def test_a_server_faster_than_plain_tcp_makes_the_run_invalid() -> None:
    """The floor is the floor."""
    assert texts(run_of({"tornado": 25.0, "tcp": 30.0}), invalid=True) == [
        "tornado was faster than plain TCP: the run can't be right"
    ]


def test_a_rate_that_contradicts_its_latency_voids_its_cell() -> None:
    """Little's law: 16 in flight can't look like 8. The other cells obey it, so the run stands."""
    run = run_of({"tornado": 800.0}, workloads=[WIDE])
    lines = tuple(
        msgspec.structs.replace(
            one,
            cells=tuple(msgspec.structs.replace(cell, elapsed_ns=cell.elapsed_ns * 2) for cell in one.cells),
        )
        for one in run.rounds
    )
    broken = msgspec.structs.replace(run, rounds=lines)
    assert texts(broken, invalid=True) == []
    assert any("8.0 messages in flight where 16 were meant" in text for text in texts(broken, invalid=False))
    assert "contradict each other" in Facts(broken).void(0)


@pytest.mark.parametrize(
    ("client", "server", "limit"),
    [
        (0.99, 0.50, "client"),
        (0.99, 0.95, "server"),
        (0.50, 0.95, "server"),
        (0.50, 0.50, ""),
        (0.94, 0.50, ""),
    ],
)
def test_the_limit_is_the_side_whose_core_was_full(client: float, server: float, limit: str) -> None:
    """A full client is the limit only where the server was not full too."""
    record = summarise(0, slices(800_000, WIDE, client=client, server=server), Handshake())
    assert limit_of({0: record}, WIDE) == limit


def test_an_unknown_server_share_leaves_the_client_to_be_judged() -> None:
    """A server that is not ours has no CPU time to look at."""
    made = [msgspec.structs.replace(one, server_cpu=None) for one in slices(800_000, WIDE, client=0.99)]
    assert limit_of({0: summarise(0, made, Handshake())}, WIDE) == "client"


def test_the_machine_is_warned_about() -> None:
    """Load, governor and a single core each say what to do."""
    run = run_of({"tornado": 60.0}, busy=0.4, governor="powersave", server_core=None)
    found = " ".join(texts(run, invalid=False))
    assert "kept 40% of the cores busy" in found
    assert "performance" in found
    assert "share a core" in found


def test_cores_that_were_not_kept_awake_are_warned_about() -> None:
    """Asking for it is not having it."""
    run = run_of({"tornado": 60.0})
    asleep = msgspec.structs.replace(run.rounds[0], awake=False)
    found = texts(msgspec.structs.replace(run, rounds=(asleep, *run.rounds[1:])), invalid=False)
    assert found == ["the cores were not kept awake: latencies hold what waking them costs"]


def test_steal_is_warned_about() -> None:
    """Time taken by the host is said, with its share."""
    run = run_of({"tornado": 60.0})
    stolen = msgspec.structs.replace(run.rounds[0], steal=0.05)
    found = texts(msgspec.structs.replace(run, rounds=(stolen, *run.rounds[1:])), invalid=False)
    assert found == ["the host took up to 5% of a round away (steal): rerun at a quieter time"]


@pytest.mark.parametrize(
    ("pages", "found"),
    [
        (100, []),
        (
            101,
            ["up to 101 pages of memory were swapped during a round: end what fills it and rerun"],
        ),
    ],
)
def test_swapping_is_warned_about(pages: int, found: list[str]) -> None:
    """Memory that went to disk in the worst round is said; a few pages are anybody's."""
    run = run_of({"tornado": 60.0})
    swapped = msgspec.structs.replace(run.rounds[3], swapped=pages)
    rounds = (*run.rounds[:3], swapped, *run.rounds[4:])
    assert texts(msgspec.structs.replace(run, rounds=rounds), invalid=False) == found


SPEED = Gates(metrics={"server_cpu": 0.0})


def null_run(second: float, gates: Gates = SPEED, **changes: object) -> Run:
    """Return a comparison of a and b whose second copy of a, c, takes `second` times as long as a."""
    servers = {"a=tornado": 60.0, "b=tornado": 60.0, "c=tornado": 60.0 * second}
    return run_of(servers, comparison=Comparison((("a", "b"),), gates, null="c"), **changes)


@pytest.mark.parametrize(
    ("second", "workload", "apart"),
    [
        (1.04, Workload(), ["+4.0% in rtt_p50"]),
        (0.95, Workload(), ["-5.0% in rtt_p50"]),
        (1.05, WIDE, ["-4.8% in throughput"]),
        (1.02, Workload(), []),
        (0.98, WIDE, []),
    ],
)
def test_a_second_copy_that_differs_makes_the_run_invalid(
    second: float, workload: Workload, apart: list[str]
) -> None:
    """Surely apart by more than half the margin of 5 %, faster or slower, it contradicts the method."""
    found = texts(null_run(second, workloads=[workload]), invalid=True)
    assert found == [
        f"a second copy of a differs from it by {one} ({workload}): rerun at a quieter time" for one in apart
    ]


def test_a_second_copy_is_held_to_the_margins_of_the_run() -> None:
    """A wider margin lets it pass, and what is not gated is not looked at."""
    (cpu,) = texts(null_run(1.04, Gates(metrics={"rtt_p50": 0.0})), invalid=True)
    assert "+4.0% in server_cpu" in cpu
    assert texts(null_run(1.04, Gates(margin=0.10)), invalid=True) == []
    assert texts(null_run(1.04, Gates(metrics={"rtt_p50": 0.0, "server_cpu": 0.0})), invalid=True) == []


def test_a_second_copy_that_is_not_surely_apart_passes() -> None:
    """A wide spread around a large gap is a noisy machine, which the verdicts say by themselves."""
    noise = {"c": (1.3, 0.8, 1.2, 0.9, 1.25, 0.85, 1.3, 0.8)}
    assert texts(null_run(1.04, noise=noise), invalid=True) == []


def test_without_a_second_copy_nothing_is_held_against_it() -> None:
    """Base and candidate may differ: that is what is asked."""
    comparison = Comparison(pairs=(("a", "b"),))
    run = run_of({"a=tornado": 60.0, "b=tornado": 90.0}, comparison=comparison)
    assert texts(run, invalid=True) == []


def test_declared_deviations_are_footnotes_said_once() -> None:
    """A deviation stands below every table, not once a round."""
    run = run_of({"tornado": 60.0})
    proof = Proof("1", "CPython", "asyncio.Loop", (), {"bad-utf8": "drops the connection"})
    lines = tuple(msgspec.structs.replace(one, servers={"tornado": proof}) for one in run.rounds)
    found = texts(msgspec.structs.replace(run, rounds=lines), invalid=False)
    assert found == ["tornado: drops the connection"]


def test_a_run_out_of_time_says_how_many_rounds_it_has() -> None:
    """Fewer rounds than planned are not passed over."""
    run = run_of({"tornado": 60.0}, rounds=5)
    plan = msgspec.structs.replace(run.header.plan, rounds=8)
    header = msgspec.structs.replace(run.header, plan=plan)
    run = Run(header, run.rounds, Closing("", "out of time"))
    assert texts(run, invalid=False) == ["5 of 8 rounds fitted into the time"]


def test_agreed_extensions_are_said() -> None:
    """Who compressed is named."""
    run = run_of({"tornado": 60.0})
    lines = tuple(
        msgspec.structs.replace(
            one,
            cells=tuple(
                msgspec.structs.replace(cell, handshake=Handshake("permessage-deflate")) for cell in one.cells
            ),
        )
        for one in run.rounds
    )
    found = texts(msgspec.structs.replace(run, rounds=lines), invalid=False)
    assert found == ["tornado by wire: agreed on permessage-deflate"]


def uneven(**changes: float) -> Run:
    """Return a run at 16 connections with one round whose connections were served like that."""
    run = run_of({"tornado": 800.0}, workloads=[WIDE])
    fair = Fairness(jain=1.0, slowest=0.95, starved=0)

    def served(fairness: Fairness, one: Round) -> Round:
        cells = tuple(msgspec.structs.replace(cell, fairness=fairness) for cell in one.cells)
        return msgspec.structs.replace(one, cells=cells)

    first = served(msgspec.structs.replace(fair, **changes), run.rounds[0])
    return msgspec.structs.replace(run, rounds=(first, *(served(fair, one) for one in run.rounds[1:])))


@pytest.mark.parametrize(
    ("changes", "seen"),
    [
        ({}, ""),
        ({"jain": 0.9, "slowest": 0.2}, ""),
        ({"jain": 0.71, "slowest": 0.2}, "the slowest got 20% of the mean, Jain's index was 0.71"),
        (
            {"starved": 3, "slowest": 0.9},
            "up to 3 of 16 connections got no reply in a slice, the slowest got 90% of the mean,"
            " Jain's index was 1.00",
        ),
    ],
)
def test_connections_that_were_served_unevenly_are_told(changes: dict[str, float], seen: str) -> None:
    """In the worst round, by their number and by the slowest; their percentiles are withheld then."""
    found = texts(uneven(**changes), invalid=False)
    what = f"tornado by wire ({WIDE}): served some connections while others waited ({seen});"
    assert found == (
        [f"{what} throughput is valid, latency is not: some connections got no replies"] if seen else []
    )


def test_time_in_flight_that_belongs_to_nobody_is_told_with_the_connections() -> None:
    """Both ways of looking at it in one line; without counts of connections there is the time alone."""
    counted = ", the slowest got 95% of the mean, Jain's index was 1.00"
    for run, rest in ((uneven(), counted), (run_of({"tornado": 800.0}, workloads=[WIDE]), "")):
        (record,) = run.rounds[0].cells
        stuck = msgspec.structs.replace(record, flown_ns=record.flown_ns * 4 // 3)
        rounds = (msgspec.structs.replace(run.rounds[0], cells=(stuck,)), *run.rounds[1:])
        (text,) = texts(msgspec.structs.replace(run, rounds=rounds), invalid=False)
        assert f"waited (25% of all time in flight{rest});" in text


@pytest.mark.parametrize(("repeated", "said"), [(3, False), (4, True)])
def test_turns_that_others_disturbed_are_counted(repeated: int, said: bool) -> None:
    """Of 4 turns in each of 8 rounds more than a tenth were repeated; a few are anybody's."""
    run = run_of({"tornado": 60.0}, workloads=[WIDE])
    first = msgspec.structs.replace(run.rounds[0].cells[0], repeated=repeated, disturbed=1)
    rounds = (msgspec.structs.replace(run.rounds[0], cells=(first,)), *run.rounds[1:])
    text = (
        "other programs took a core away, so 4 of 32 throughput turns were repeated, and 1 stayed disturbed"
    )
    found = [f"{text}: end them and rerun"] if said else []
    assert texts(msgspec.structs.replace(run, rounds=rounds), invalid=False) == found


@pytest.mark.parametrize(("rtt_us", "said"), [(19_000.0, []), (100_000.0, ["100 ms", "4 turns", "of 40"])])
def test_who_is_far_has_fewer_turns(rtt_us: float, said: list[str]) -> None:
    """Once for each server; here rounds have four turns instead of forty."""
    run = run_of({"tornado": rtt_us}, workloads=[Workload(), Workload(text=False)])
    found = texts(run, invalid=False)
    assert len(found) == bool(said)
    assert all(part in found[0] for part in said)


@pytest.mark.parametrize(
    ("workload", "rtt_us", "limit"),
    [
        (WIDE, 600.0, "invalid"),
        (msgspec.structs.replace(WIDE, messages=("hello",)), 600.0, "client"),
        (msgspec.structs.replace(WIDE, messages=("hello",)), 1_000.0, "invalid"),
    ],
)
def test_a_window_that_is_not_kept_full_with_messages_of_ones_own_is_the_clients_limit(
    workload: Workload, rtt_us: float, limit: str
) -> None:
    """Of 800 µs that 16 in flight take there; more in flight than were sent are wrong in any case."""
    made = slices(800_000, workload)
    moved = [msgspec.structs.replace(one, flown=round(one.flown * rtt_us / 800)) for one in made]
    assert limit_of({0: summarise(0, moved, Handshake())}, workload) == limit


@pytest.mark.parametrize(
    ("url", "changes", "said"),
    [
        ("wss://h/", {"insecure": True}, True),
        ("wss://h/", {}, False),
        ("ws://h/", {"insecure": True}, False),
        ("ws://h/", {"insecure": True, "redirects": 1}, True),  # it may lead to TLS
    ],
)
def test_who_was_trusted_unseen_is_told(url: str, changes: dict[str, object], said: bool) -> None:
    """With --insecure, below every table."""
    run = run_of({f"x={url}": 60.0, "tcp": 30.0})
    specs = [
        msgspec.structs.replace(one, access=msgspec.structs.replace(one.access, **changes))
        for one in run.header.plan.servers
    ]
    header = msgspec.structs.replace(run.header, plan=run.header.plan.with_servers(specs))
    found = texts(msgspec.structs.replace(run, header=header), invalid=False)
    told = "x: its certificate was not verified (--insecure); anybody may have answered"
    assert found == ([told] if said else [])
