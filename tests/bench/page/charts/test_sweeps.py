"""Over payload, connections and depth, and over versions."""

from __future__ import annotations

import pytest
from drawn import checked, rows_of, timed
from msgspec.structs import replace
from runs import run_of
from wsbench.analysis.run import analyse
from wsbench.demand.workload import Workload
from wsbench.page.charts.drawing import Cast
from wsbench.page.charts.sweeps import draw, draw_versions
from wsbench.records.run import Run

CAST = Cast(("tornado", "new"), ("stdlib", "tcp"))


@pytest.mark.parametrize(
    ("workloads", "titles"),
    [
        ([Workload()], []),
        ([Workload(), Workload(connections=16)], []),
        (
            [Workload(size=64), Workload(size=4096)],
            ["p50 µs over payload, bytes, text, 1 connection, depth 1, driven by wire"],
        ),
        (
            [Workload(connections=1), Workload(connections=16), Workload(connections=64)],
            ["msg/s over connections, 64 B text, depth 1, driven by wire"],
        ),
        (
            [Workload(depth=8), Workload(depth=64), Workload(depth=64, size=9)],
            [
                "msg/s over payload, bytes, text, 1 connection, depth 64, driven by wire",
                "msg/s over messages in flight on each connection, 64 B text, 1 connection, driven by wire",
            ],
        ),
        (
            [Workload(idle=0), Workload(idle=100)],
            ["p50 µs over idle connections beside, 64 B text, 1 connection, depth 1, driven by wire"],
        ),
    ],
)
def test_what_varies_alone_has_a_chart(workloads: list[Workload], titles: list[str]) -> None:
    """Only workloads that are else the same, and measure the same."""
    found = checked(draw(analyse(timed(workloads=workloads, rounds=2)), CAST))
    assert [one.title for one in found] == titles


def of_versions(**versions: str) -> Run:
    """Return a run of Tornado in some versions, by label."""
    run = run_of({f"{label}=tornado": 60.0 for label in versions})
    rounds = [
        replace(
            one, servers={name: replace(proof, version=versions[name]) for name, proof in one.servers.items()}
        )
        for one in run.rounds
    ]
    return replace(run, rounds=tuple(rounds))


def test_versions_stand_as_they_were_named() -> None:
    """On an axis of words, one line a library."""
    run = of_versions(a="9.0", b="10.0")
    (found,) = checked(draw_versions(analyse(run), run.header.plan, Cast(("a", "b"))))
    assert [row["at"] for row in rows_of(found)] == ["9.0", "10.0"]
    assert "a 60.0 [" in found.words
    run = of_versions(a="9.0", b="9.0")
    assert list(draw_versions(analyse(run), run.header.plan, Cast(("a", "b")))) == []
