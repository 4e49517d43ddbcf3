"""No file that no run can have written is read, and whatever is read can be shown."""

from __future__ import annotations

import contextlib
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from load_runs import load_run, plan_of
from loads import load_run_of, round_of, saved_lines, step_of
from runs import run_of
from wsbench.analysis.load import analyse_load
from wsbench.analysis.run import analyse
from wsbench.analysis.side_by_side import put_side_by_side
from wsbench.demand.workload import Workload
from wsbench.errors import UsageError
from wsbench.exporters.junit import junit
from wsbench.plan.margins import Comparison, Gates
from wsbench.records.load import LoadRun
from wsbench.records.run import Run
from wsbench.report.judgement import FORMATS as JUDGED
from wsbench.report.load import FORMATS as LOAD_FORMATS
from wsbench.report.run import FORMATS
from wsbench.report.side_by_side import FORMATS as SIDE_BY_SIDE
from wsbench.storage.errors import StoreError
from wsbench.storage.results import read_any
from wsbench.verdicts.baseline import Names, judge_stored
from wsbench.verdicts.load import judge_load

Lines = list[Any]

RUN = run_of(
    {"a=tornado": 60.0, "b=tornado": 61.0, "tcp": 30.0},
    workloads=(Workload(), Workload(connections=16)),
    rounds=4,
    comparison=Comparison((("a", "b"),), looks=(4,)),
)
LOAD = load_run(plan_of(rates=(2_000.0, 4_000.0)))
JUDGED_LOAD = load_run(plan_of(rates=(2_000.0,), slo=("p99=5ms", "errors=1%", "achieved=99%")))

TRIED = [
    step_of(0, rate, 0.045, holds=rate < 3_000, response="") for rate in (0.0, 2_000.0, 4_000.0, 2_900.0)
]
SEARCH = load_run_of(
    plan_of(slo=("p99=5ms", "capacity=900")),
    [round_of(TRIED, capacity=3_400.0, ceiling=9_000.0)],
    status="interrupted",
    unfinished=[step_of(1, rate, 0.045, holds=rate < 3_000) for rate in (3_400.0, 3_264.0, 2_900.0)],
)
"""A search that was stopped in its second round: lines 2 to 5 are steps, 6 is a round, 7 to 9 are steps."""


def lines_of(run: Run | LoadRun) -> list[bytes]:
    """Return the lines of a run's file; steps have theirs where there are any of a round that never ended."""
    lines = saved_lines(run) if isinstance(run, LoadRun) and run.unfinished else run.rounds
    return [msgspec.json.encode(one) for one in (run.header, *lines, run.closing)]


def parsed(run: Run | LoadRun) -> Lines:
    """Return the lines of a run's file as Python has them."""
    return [*map(json.loads, lines_of(run))]


def written(path: Path, lines: Lines) -> Path:
    """Write lines as a result file."""
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return path


def put(*keys: str | int, value: Any) -> Callable[[Lines], None]:
    """Return what puts a value where the keys lead."""

    def change(lines: Lines) -> None:
        place: Any = lines
        for key in keys[:-1]:
            place = place[key]
        place[keys[-1]] = value

    return change


def _cell(field: str, value: Any) -> Callable[[Lines], None]:
    return put(2, "cells", 0, field, value=value)


def _step(field: str, value: Any) -> Callable[[Lines], None]:
    return put(2, "steps", 0, field, value=value)


def _lacking(lines: Lines, label: str) -> None:
    """Make the last server of the plan a copy of the first, and take a cell from it."""
    put(0, "plan", "comparison", "null", value=label)(lines)
    lines[0]["plan"]["cells"].pop()


WRONG: list[tuple[Run | LoadRun, Callable[[Lines], object], int, str]] = [
    (RUN, lambda lines: lines.insert(3, lines[0]), 4, "a second header; two runs need two files"),
    (
        RUN,
        lambda lines: lines.extend(list(lines)),
        7,
        "it comes after the closing line; two runs need two files",
    ),
    (
        RUN,
        lambda lines: lines.append(lines[-1]),
        7,
        "it comes after the closing line; two runs need two files",
    ),
    (RUN, lambda lines: lines.insert(2, lines[1]), 3, "round 0 again"),
    (RUN, lambda lines: lines.pop(2), 3, "round 2 where round 1 should be"),
    (RUN, lambda lines: lines.insert(1, lines.pop(2)), 2, "round 1 where round 0 should be"),
    (
        RUN,
        lambda lines: lines.insert(1, parsed(LOAD)[1]),
        2,
        "it is of the other kind of run than the header",
    ),
    (LOAD, lambda lines: lines.insert(1, parsed(RUN)[1]), 2, "it is of the other kind of run than the hea"),
    (RUN, _cell("cell", 6), 3, "cells name cell 6, and the plan has 6"),
    (RUN, _cell("cell", -1), 3, "round.cells[0].cell can't be -1"),
    (RUN, _cell("cell", 1), 3, "cell 1 is there twice"),
    (
        RUN,
        put(2, "failures", value=[{"cell": 9, "reason": "x"}]),
        3,
        "failures name cell 9, and the plan has 6",
    ),
    (RUN, put(-1, "failures", value=[{"cell": 9, "reason": "x"}]), 6, "failures name cell 9, and the plan h"),
    (
        RUN,
        put(2, "servers", "c", value={"version": "", "python": "", "loop": ""}),
        3,
        "servers name 'c', and",
    ),
    (RUN, put(2, "rss", "c", value=1), 3, "rss name 'c', and the plan has a, b, tcp"),
    (RUN, lambda lines: lines[2]["servers"].pop("b"), 3, "cells name 'b', and what ran has a, "),
    (
        RUN,
        put(2, "clients", "x", value={"version": "", "python": "", "loop": ""}),
        3,
        "clients name 'x', and",
    ),
    (RUN, _cell("rates", [1.0]), 3, "cell 0: medians_ns, rates and server_cpus_ns have 4, 1 and 4 entries"),
    (RUN, _cell("server_cpus_ns", [1.0]), 3, "medians_ns, rates and server_cpus_ns have 4, 4 and 1 entries"),
    (RUN, _cell("medians_ns", [1.0, 2.0, -3.0, 4.0]), 3, "round.cells[0].medians_ns[2] can't be -3.0"),
    (RUN, _cell("rates", [1.0, 2.0, 0.0, 4.0]), 3, "medians_ns and rates can't hold a 0"),
    (RUN, _cell("latencies", 0), 3, "cell 0: latencies can't be 0"),
    (RUN, _cell("exchanged", -1), 3, "round.cells[0].exchanged can't be -1"),
    (RUN, _cell("busy_ns", 10**30), 3, f"round.cells[0].busy_ns can't be {10**30}"),
    (RUN, _cell("mean_ns", 1e-300), 3, "round.cells[0].mean_ns can't be 1e-300"),
    (
        RUN,
        _cell("quantiles_ns", {"p50": 2.0, "p99": 1.0}),
        3,
        "a higher quantile is shorter than a lower one",
    ),
    (RUN, _cell("quantiles_ns", {"fast": 2.0}), 3, "quantiles_ns has a name that is no quantile's: fast"),
    (
        RUN,
        _cell("fairness", {"jain": 2.0, "slowest": 1.0, "starved": 0}),
        3,
        "fairness: jain and slowest are",
    ),
    (RUN, _cell("crowd", {"connections": 0, "connect_ns": 1}), 3, "crowd: connections and connect_ns can't"),
    (
        RUN,
        _cell("slow", {"messages": 1, "beyond_ns": 1, "during_gc": 1, "during_stall": 1}),
        3,
        "slow: more messages met a pause than there are",
    ),
    (RUN, put(0, "plan", "cells", value=[]), 1, "the plan has no cells or no rounds"),
    (RUN, put(0, "plan", "cells", 0, "server", value="x"), 1, "cells name 'x', and the plan has a, b, "),
    (RUN, put(0, "plan", "servers", 0, "label", value="b"), 1, "server b is there twice"),
    (RUN, put(0, "plan", "cells", 0, "workload", "depth", value=0), 1, "no connections, depth or fragments"),
    (RUN, put(0, "plan", "comparison", "pairs", value=[["a", "x"]]), 1, "comparison name 'x', and the plan"),
    (RUN, put(0, "plan", "comparison", "pairs", value=[]), 1, "the comparison has no pair"),
    (RUN, lambda lines: _lacking(lines, "tcp"), 1, "tcp is a copy of a, and they have not the same cells"),
    (
        RUN,
        put(0, "plan", "comparison", "clients", value=[["wire", "x"]]),
        1,
        "comparison name 'x', and the p",
    ),
    (RUN, put(0, "environment", "busy", value=-1.0), 1, "header.environment.busy can't be -1.0"),
    (LOAD, lambda lines: lines.insert(3, lines[0]), 4, "a second header; two runs need two files"),
    (LOAD, lambda lines: lines.insert(2, lines[1]), 3, "round 0 again"),
    (LOAD, _step("round", 0), 3, "step 0: it is of round 0 in the line of round 1"),
    (LOAD, _step("scheduled", -1), 3, "loadround.steps[0].scheduled can't be -1"),
    (
        LOAD,
        _step("response_ns", {"p50": 2.0, "p99": 1.0}),
        3,
        "step 0: response_ns: a higher quantile is sho",
    ),
    (LOAD, put(2, "capacity", value=0), 3, "capacity and ceiling can't be 0"),
    (LOAD, put(0, "plan", "agents", value=0), 1, "the plan has no rounds or no agents"),
    (LOAD, put(0, "plan", "rates", value=[0.0]), 1, "a rate can't be 0"),
    (JUDGED_LOAD, _step("response", "x"), 3, "step 0: response is no histogram"),
    (JUDGED_LOAD, put(0, "plan", "thresholds", 0, "metric", value="rss"), 1, "no threshold can be about rss"),
    (LOAD, put(0, "plan", "mode", value="slo"), 1, "a search for the highest rate needs a limit"),
    (RUN, lambda lines: lines.insert(1, parsed(SEARCH)[1]), 2, "it is of the other kind of run than the he"),
    (SEARCH, lambda lines: lines.insert(6, lines[4]), 7, "a step of round 0, which is finished"),
    (SEARCH, lambda lines: lines.pop(5), 6, "a step of round 1 where round 0 should be"),
    (SEARCH, lambda lines: lines.insert(8, lines[7]), 9, "step 1 again"),
    (SEARCH, lambda lines: lines.pop(7), 8, "step 2 where step 1 should be"),
    (SEARCH, lambda lines: lines.insert(6, lines.pop(7)), 7, "step 1 where step 0 should be"),
    (SEARCH, lambda lines: lines.insert(6, lines[5]), 7, "round 0 again"),
    (SEARCH, lambda lines: lines.pop(4), 5, "round 0 has other steps than the lines before it"),
    (SEARCH, put(5, "steps", 0, "achieved", value=1.5), 6, "round 0 has other steps than the lines before"),
    (SEARCH, put(5, "steps", value=[]), 6, "round 0 has other steps than the lines before it"),
    (SEARCH, put(-1, "status", value="complete"), 10, "it says complete, and round 1 was not finished"),
    (SEARCH, put(7, "number", value=-1), 8, "step -1 again"),
    (SEARCH, put(7, "number", value="1"), 8, "Expected `int`, got `str` - at `$.number`"),
    (SEARCH, put(7, "step", value=[]), 8, "Expected `object`, got `array` - at `$.step`"),
    (SEARCH, lambda lines: lines[7].pop("step"), 8, "missing required field `step`"),
    (SEARCH, lambda lines: lines[7]["step"].pop("rate"), 8, "missing required field `rate` - at `$.step`"),
    (
        SEARCH,
        put(7, "step", "holds", value="yes"),
        8,
        "Expected `bool | null`, got `str` - at `$.step.holds`",
    ),
    (SEARCH, put(7, "step", "scheduled", value=-1), 8, "loadstep.step.scheduled can't be -1"),
    (SEARCH, put(7, "step", "rate", value=1e30), 8, "loadstep.step.rate can't be 1e+30"),
    (
        SEARCH,
        put(7, "step", "response_ns", value={"p50": 2.0, "p99": 1.0}),
        8,
        "response_ns: a higher quanti",
    ),
    (SEARCH, put(7, "step", "service_ns", value={"fast": 2.0}), 8, "service_ns has a name that is no quanti"),
    (SEARCH, put(7, "step", "response", value="x"), 8, "response is no histogram"),
    (SEARCH, put(7, "line", value="load-stop"), 8, "is no line of a result file: Invalid value 'load-stop'"),
]


@pytest.mark.parametrize(("run", "change", "number", "problem"), WRONG, ids=[one[3][:40] for one in WRONG])
def test_what_no_run_writes_is_refused_by_file_and_line(
    tmp_path: Path, run: Run | LoadRun, change: Callable[[Lines], object], number: int, problem: str
) -> None:
    """One line names both and what is wrong; no number is shown of such a file."""
    lines = parsed(run)
    change(lines)
    path = written(tmp_path / "x.jsonl", lines)
    with pytest.raises(StoreError) as caught:
        read_any(path)
    assert str(caught.value).startswith(f"{path}, line {number}")
    assert problem in str(caught.value)
    assert "\n" not in str(caught.value)


VALUES = [None, -1, 0, 1, 1e-300, 1e18, 2**63, 10**30, "", "x\n", "p50", "stdlib", [], {}, True, [1], 0.5]


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every place of a line: what holds it, and its key."""
    found = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in found:
        yield value, key
        yield from _places(inner)


def _changed(rng: random.Random, old: Any) -> Any:
    """Return another value for an old one, more often than not of its kind."""
    if rng.random() < 0.3:
        return rng.choice(VALUES)
    if isinstance(old, bool):
        return not old
    if isinstance(old, int | float):
        return rng.choice([old * 2, old * 1_000_000, old // 1_000, 0])
    if isinstance(old, list):
        return rng.choice([[], old + old, old[:1], old[1:]])
    return rng.choice(["", "a", "tornado", "wire"]) if isinstance(old, str) else old


def mutated(rng: random.Random, run: Run | LoadRun) -> bytes:
    """Return the file of a run after one thing happened to it."""
    lines = lines_of(run)
    at, kind = rng.randrange(len(lines)), rng.randrange(20)
    if kind == 0:
        lines.insert(rng.randrange(len(lines)), lines[at])
    elif kind == 1:
        del lines[at]
    elif kind == 2:
        lines.insert(rng.randrange(len(lines)), lines.pop(at))
    elif kind < 5:
        text = bytearray(lines[at])
        text[rng.randrange(len(text))] = rng.randrange(256)
        lines[at] = bytes(text)
    else:
        line = json.loads(lines[at])
        holder, key = rng.choice(list(_places(line)))
        holder[key] = _changed(rng, holder[key])
        lines[at] = json.dumps(line).encode()
    return b"\n".join(lines) + rng.choice([b"", b"\n"])


@settings(max_examples=120)
@given(rng=st.randoms(use_true_random=False), run=st.sampled_from([RUN, LOAD, JUDGED_LOAD, SEARCH]))
def test_whatever_is_read_can_be_analysed_and_shown(
    tmp_path_factory: pytest.TempPathFactory, rng: random.Random, run: Run | LoadRun
) -> None:
    """Reading raises its documented error or nothing, and no format fails on what it returns."""
    path = tmp_path_factory.getbasetemp() / "mutated.jsonl"
    path.write_bytes(mutated(rng, run))
    try:
        found = read_any(path)
    except StoreError:
        return
    if isinstance(found, LoadRun):
        assert {one.round for one in found.unfinished} <= {len(found.rounds)}  # no step counts twice
        assert all(form(analyse_load(found)) for form in LOAD_FORMATS.values())
        with contextlib.suppress(UsageError):
            assert junit(judge_load(LOAD, found, Gates(), Names("old", "new")), strict=True)
    else:
        assert all(form(analyse(found)) for form in FORMATS.values())
        with contextlib.suppress(UsageError):  # they may have no cell in common any more
            judgement = judge_stored(RUN, [], found, Gates(), Names("old", "new"))
            assert all(form(judgement) for form in JUDGED.values())
            assert junit(judgement, strict=True)
    both = put_side_by_side([("one", run), ("two", found)])
    assert all(form(both) for form in SIDE_BY_SIDE.values())
