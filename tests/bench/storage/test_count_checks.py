"""What no run of counts can have written: one line that names file and line."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from count_runs import count_run_of
from hypothesis import given
from hypothesis import strategies as st
from wsbench.plan.margins import Comparison
from wsbench.records.count import Count, CountRun
from wsbench.storage.errors import StoreError
from wsbench.storage.results import Store, read_any, read_run, read_timed

RUN = count_run_of({"tornado": 1_000.0, "aiohttp": 500.0}, more={"syscalls": 3.0}, rounds=2)
replace = msgspec.structs.replace


def written(run: CountRun, path: Path) -> Path:
    """Write a run line by line."""
    lines = [run.header, *run.rounds, *([run.closing] if run.closing else [])]
    path.write_bytes(b"".join(msgspec.json.encode(line) + b"\n" for line in lines))
    return path


def test_counts_come_back_as_they_were_written(tmp_path: Path):
    """Through the store."""
    store = Store(tmp_path, RUN.header)
    for line in (*RUN.rounds, RUN.closing):
        assert line
        store.append(line)
    assert store.path
    assert read_any(store.path) == RUN
    for reader in (read_run, read_timed):
        with pytest.raises(StoreError, match="is of counts"):
            reader(store.path)


def plan(**changes: object) -> Callable[[CountRun], CountRun]:
    """Return what changes the plan of a run."""
    return lambda run: replace(run, header=replace(run.header, plan=replace(run.header.plan, **changes)))


def first(**changes: object) -> Callable[[CountRun], CountRun]:
    """Return what changes the first round of a run."""
    return lambda run: replace(run, rounds=(replace(run.rounds[0], **changes), *run.rounds[1:]))


ONE = Count(0, "calls", {"calls": 1.0})


@pytest.mark.parametrize(
    ("change", "line", "says"),
    [
        (plan(cells=()), 1, "no cells"),
        (plan(rounds=0), 1, "no rounds"),
        (plan(short=250), 1, "the short window"),
        (plan(servers=RUN.header.plan.servers[:1]), 1, "cells name 'aiohttp'"),
        (plan(cells=RUN.header.plan.cells * 2), 1, "is there twice"),
        (plan(comparison=Comparison(())), 1, "no pair"),
        (plan(comparison=Comparison((("tornado", "x"),))), 1, "comparison name 'x'"),
        (
            plan(comparison=Comparison((("tornado", "aiohttp"),)), cells=RUN.header.plan.cells[:1]),
            1,
            "the same cells",
        ),
        (plan(instruments=("calls",)), 2, "instructions are counted, and the plan has calls"),
        (first(number=1), 2, "round 1 where round 0"),
        (first(counts=(ONE, ONE)), 2, "is there twice"),
        (first(counts=(replace(ONE, cell=7),)), 2, "counts name cell 7"),
        (first(counts=(replace(ONE, values={"calls": -1.0}),)), 2, "can't be -1"),
        (first(counts=(replace(ONE, values={"steps": 1.0}),)), 2, "values name 'steps'"),
        (first(counts=(replace(ONE, parts={"steps": {}}),)), 2, "parts name 'steps'"),
        (first(servers={"x": RUN.rounds[0].servers["tornado"]}), 2, "servers name 'x'"),
        (lambda run: replace(run, rounds=run.rounds[:1] * 2), 3, "round 0 again"),
    ],
)
def test_each_contradiction_is_named(
    tmp_path: Path, change: Callable[[CountRun], CountRun], line: int, says: str
):
    """With the file and the line."""
    path = written(change(RUN), tmp_path / "a.jsonl")
    with pytest.raises(StoreError, match=f"a.jsonl, line {line}: .*{says}"):
        read_any(path)


TEXT = b"".join(msgspec.json.encode(line) + b"\n" for line in (RUN.header, *RUN.rounds, RUN.closing))


@given(st.integers(0, len(TEXT) - 1), st.binary(max_size=3))
def test_a_changed_file_raises_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, place: int, other: bytes
):
    """Some bytes in the place of one."""
    path = tmp_path_factory.mktemp("counts") / "a.jsonl"
    path.write_bytes(TEXT[:place] + other + TEXT[place + 1 :])
    try:
        read_any(path)
    except StoreError as problem:
        text = str(problem)
    else:
        text = ""
    assert "\n" not in text
