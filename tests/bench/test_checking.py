"""`check` without measuring: which sessions count, and what is measured to be held against them."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from runs import run_of
from wsbench.checking import as_in, contestants_of, read_baseline, rebuilt
from wsbench.faces.store import Store
from wsbench.values.catalogue import UsageError
from wsbench.values.choice import Words, make_session
from wsbench.values.schema import Run
from wsbench.values.workload import Workload

US = {"tornado": 60.0, "stdlib": 40.0, "tcp": 30.0}


def stored(folder: Path, run: Run, label: str = "baseline") -> Path:
    """Write a run whole and return its file."""
    store = Store(folder, msgspec.structs.replace(run.header, label=label))
    for line in (*run.rounds, run.closing):
        if line:
            store.append(line)
    return store.path


def closed(run: Run, status: str) -> Run:
    """Return a run that ended otherwise."""
    return msgspec.structs.replace(run, closing=msgspec.structs.replace(run.closing, status=status))


def test_a_file_that_is_named_is_the_baseline_and_a_folder_offers_its_newest(tmp_path: Path) -> None:
    """Other runs beside them are no sessions; a folder of another machine's still has a newest."""
    files = [stored(tmp_path, run_of(US, started=f"2026-01-0{day}T00:00:00+00:00")) for day in (1, 2, 3)]
    stored(tmp_path, run_of(US, started="2026-01-04T00:00:00+00:00"), "run")
    base, older = read_baseline(files[1])
    assert (base.header.started[8:10], [run.header.started[8:10] for run in older]) == ("02", ["01", "03"])
    assert read_baseline(tmp_path)[0].header.started[:10] == "2026-01-03"


def test_the_newest_of_this_machine_comes_before_a_newer_one_of_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder may be shared by machines of two kinds."""
    mine = run_of(US, cpu="This CPU", started="2026-01-01T00:00:00+00:00")
    monkeypatch.setattr("wsbench.checking.describe", lambda _cores: mine.header.environment)
    stored(tmp_path, mine)
    stored(tmp_path, run_of(US, cpu="Other CPU", started="2026-01-02T00:00:00+00:00"))
    assert read_baseline(tmp_path)[0].header.environment.cpu == "This CPU"


def test_what_was_stopped_or_invalid_is_no_session(tmp_path: Path) -> None:
    """Neither that nor what can't be read voids the others; named, it gets one line."""
    stopped = stored(tmp_path, closed(run_of(US), "interrupted"))
    faster = stored(tmp_path, run_of({**US, "tornado": 20.0}))
    (tmp_path / "junk.jsonl").write_text("{}")
    with pytest.raises(UsageError, match="there is no baseline in"):
        read_baseline(tmp_path)
    for path in (stopped, faster):
        with pytest.raises(UsageError, match="was stopped or is INVALID"):
            read_baseline(path)
    stored(tmp_path, run_of(US))
    assert len(read_baseline(tmp_path)[1]) == 1


def test_what_was_pinned_then_is_as_it_is_today_now() -> None:
    """A version, an interpreter or a delay of the baseline is not asked of today's server."""
    run = run_of(US)
    pinned = [
        msgspec.structs.replace(one, version="1.0", python="/p", busy_ns=9) for one in run.header.plan.servers
    ]
    (spec,) = contestants_of(msgspec.structs.replace(run.header.plan, servers=tuple(pinned)), ())
    assert (spec.label, spec.version, spec.python, spec.busy_ns) == ("tornado", "", "", 0)


def test_yardstick_and_floor_are_not_judged() -> None:
    """They are in every run to measure by; somebody else's name gets one line with those there are."""
    plan = run_of(US).header.plan
    assert [spec.label for spec in contestants_of(plan, ())] == ["tornado"]
    with pytest.raises(UsageError, match="unknown server in the baseline 'stdlib'"):
        contestants_of(plan, ["stdlib"])
    with pytest.raises(UsageError, match="no server to judge"):
        contestants_of(run_of({"stdlib": 40.0}).header.plan, ())


def test_wire_measures_the_baselines_workloads() -> None:
    """Wire if it drove there, else whoever did, else whom the user names; the payload is what it was."""
    workloads = (Workload(size=16_384, text=False, think_us=0), Workload(size=16_384, connections=16))
    plan = run_of(US, workloads=workloads).header.plan
    again = make_session(Words(), contestants_of(plan, ()), as_in(plan, ()), seed=1)
    assert {cell.workload for cell in again.cells} == set(workloads)
    assert {cell.client for cell in again.cells} == {"wire"}
    by_ws4py = run_of({"tornado": 60.0}, client="ws4py").header.plan
    assert as_in(by_ws4py, ()).clients == ("ws4py",)
    assert as_in(by_ws4py, ["wire"]).clients == ("wire",)


def test_somebody_elses_server_can_not_be_rebuilt() -> None:
    """A URL is theirs to start: what is stored is all there is."""
    run = run_of({"theirs=ws://localhost:1/echo": 60.0})
    assert rebuilt(run, run.header.plan.servers, "") == ([], "theirs: it was not ours to start")
