"""Result files against each other: what a user sees who compares what was stored."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from runs import NOISE, run_of
from wsbench.commands.compare import compare_and_report
from wsbench.demand.workload import Workload
from wsbench.planning.workloads import Words
from wsbench.records.run import Run
from wsbench.storage.results import Store
from wsbench.workflow.publish import Wishes

REFERENCE = Path(__file__).parents[3] / "results" / "reference" / "default.jsonl"
WIDE = Workload(connections=16)
SERVERS = {"tornado": 60.0, "websockets": 50.0, "stdlib": 40.0, "tcp": 20.0}


def stored(folder: Path, run: Run) -> str:
    """Store a run, and return the path of its file."""
    store = Store(folder, run.header)
    for one in run.rounds:
        store.append(one)
    assert run.closing
    store.append(run.closing)
    return str(store.path)


def compared(
    capsys: pytest.CaptureFixture[str], *files: str, strict: bool = False, form: str = "json"
) -> tuple[int, Any]:
    """Return the exit code of a comparison of files, and what it prints."""
    capsys.readouterr()
    code = compare_and_report(Words(servers=files), Wishes(form=form, strict=strict), seed=1, null=False)
    text = capsys.readouterr().out
    return code, json.loads(text) if form == "json" else text


def slowed(lines: list[str], cell: int, times: float) -> str:
    """Return the lines of a result file in which a cell takes so many times as long."""
    found = [lines[0]]
    for line in lines[1:]:
        record = json.loads(line)
        for one in record.get("cells", []):
            if one["cell"] == cell:
                one["medians_ns"] = [value * times for value in one["medians_ns"]]
                one["quantiles_ns"] = {name: value * times for name, value in one["quantiles_ns"].items()}
        found.append(json.dumps(record))
    return "\n".join(found) + "\n"


def test_the_shipped_reference_against_itself_is_judged(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Every line that can be; and where one cell takes three times as long, that line is the first."""
    code, document = compared(capsys, str(REFERENCE), str(REFERENCE))
    assert code == 0
    assert {one["verdict"] for one in document["verdicts"]} <= {"INCONCLUSIVE", "NOT JUDGED"}
    limited = {one["reason"] for one in document["verdicts"] if one["verdict"] == "NOT JUDGED"}
    assert all(reason.startswith("the client was the limit with ") for reason in limited)
    bad = tmp_path / "bad.jsonl"
    bad.write_text(slowed(REFERENCE.read_text().splitlines(), 0, 3.0))
    code, text = compared(capsys, str(REFERENCE), str(bad), form="table")
    assert code == 1
    assert text.startswith("REGRESSED in 1 of ")
    title, *table = text.split("\n\n")[1].splitlines()
    assert title.startswith("tornado of bad against tornado of default: round trip")
    assert [line.split()[-1] for line in table if "p50" in line] == ["REGRESSED"]


def test_what_was_lost_and_what_is_new_is_counted(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """In the headline, in JSON and by `--strict`; who is lost because it died is more than that."""
    both = run_of(SERVERS, workloads=[Workload(), WIDE], noise={"tornado": NOISE})
    narrow, dead = (
        run_of(SERVERS, workloads=[Workload()], noise={"tornado": NOISE}),
        run_of(SERVERS, workloads=[Workload(), WIDE], failures={"websockets": "it died"}),
    )
    first, second, third = (
        stored(tmp_path / name, one) for name, one in zip("abc", (both, narrow, dead), strict=True)
    )
    code, document = compared(capsys, first, second)
    assert (code, {one["what"] for one in document["unmatched"]}) == (0, {"lost"})
    assert compared(capsys, first, second, strict=True)[0] == 3
    _, text = compared(capsys, second, first, form="table")
    assert "Cells that only one side has: 2 added." in " ".join(text.split())
    code, document = compared(capsys, first, third)
    assert (code, document["verdict"]) == (4, "NOT JUDGED")
    assert {one["candidate"] for one in document["verdicts"] if one["lost"]} == {
        f"websockets of {Path(third).stem}"
    }


def test_a_control_of_the_whole_run_outweighs_a_regression(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A server faster than plain TCP: nothing of that run can be believed."""
    fine, broken = run_of(SERVERS), run_of({**SERVERS, "tornado": 200.0, "tcp": 55.0})
    files = [
        stored(tmp_path / name, msgspec.structs.replace(one))
        for name, one in zip("ab", (fine, broken), strict=True)
    ]
    code, text = compared(capsys, *files, form="table")
    assert code == 4
    assert text.startswith("INVALID, so nothing can be judged: ")
