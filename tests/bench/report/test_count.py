"""The report of counts: tables, CSV and JSON."""

import csv
import io
import json

from count_runs import count_run_of
from msgspec.structs import replace
from wsbench.analysis.count import analyse_counts
from wsbench.demand.workload import Workload
from wsbench.report.count import FORMATS, pages

BOTH = {"aiohttp": 72_000.0, "tornado": 400_000.0}


def test_the_table_has_a_row_for_each_server():
    """Instructions with their spread, multiples of the reference, system calls by name below."""
    (page,) = pages(analyse_counts(count_run_of(BOTH, more={"syscalls": 3.0})), 120)
    (table,) = page.tables
    heads = [name for name, _ in table.columns]
    assert heads[:5] == ["server", "version", "loop", "instructions", "×"]
    assert table.title == "Work per message, 64 B text, 1 connection, depth 1"
    assert [row[heads.index("×")] for row in table.rows] == ["0.18", "1.00"]
    assert table.rows[0][heads.index("instructions")].startswith("72,0")
    assert "±" in table.rows[0][heads.index("instructions")]
    assert "tornado system calls: read 2.00, sendto 1.00." in table.below
    assert any("valgrind 3.19.0" in line for line in page.closing)


def test_a_server_alone_is_taken_apart():
    """What the counts are made of, by name; of several only JSON has it."""
    run = count_run_of({"tornado": 1.0}, more={"calls": 3.0})
    parts = {"calls": {f"function {n} (web.py:{n})": float(n) for n in range(1, 30)}}
    (first, *others) = run.rounds
    counts = (first.counts[0], replace(first.counts[1], parts=parts))
    run = replace(run, rounds=(replace(first, counts=counts), *others))
    (page,) = pages(analyse_counts(run), 120)
    assert [table.title.partition(",")[0] for table in page.tables] == [
        "Work per message",
        "tornado: Python calls by name",
    ]
    assert len(page.tables[1].rows) == 12
    assert page.tables[1].rows[0] == ("function 29 (web.py:29)", "29.0")


def test_csv_and_json_have_the_same_rows():
    """One estimate a line, with the fields that every run has."""
    run = count_run_of(BOTH, more={"syscalls": 3.0}, workloads=(Workload(), Workload(depth=32)))
    analysis = analyse_counts(run)
    rows = list(csv.DictReader(io.StringIO(FORMATS["csv"](analysis))))
    document = json.loads(FORMATS["json"](analysis))
    assert len(rows) == len(document["rows"]) == 8
    assert {row["metric"] for row in rows} == {"instructions", "syscalls"}
    assert {row["unit"] for row in rows} == {"instructions/msg", "calls/msg"}
    assert float(rows[0]["value"]) == document["rows"][0]["value"]
    assert document["tools"] == {"valgrind": "3.19.0"}
    named = {"server": "tornado", "metric": "syscalls", "name": "read", "value": 2.0}
    assert any(named.items() <= one.items() for one in document["parts"])


def test_a_server_that_failed_is_blamed_below_the_table():
    """By its name."""
    text = FORMATS["table"](analyse_counts(count_run_of(BOTH, failures={0: "it died"})))
    assert "aiohttp: it died" in text
    assert '"reason": "it died"' in FORMATS["json"](
        analyse_counts(count_run_of(BOTH, failures={0: "it died"}))
    )
