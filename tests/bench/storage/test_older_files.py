"""Files that earlier versions stored: one of every schema that is promised is read, numbers and all."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import NamedTuple

import pytest
from wsbench.commands.report import report_files
from wsbench.records.common import OLDEST, SCHEMA
from wsbench.storage.results import read_any

ROOT = Path(__file__).parents[3]


class Stored(NamedTuple):
    """A file as it was written then; its schema, the exit code of its report, and a server it is about."""

    path: Path
    schema: int
    code: int
    server: str


FILES = [
    Stored(Path(__file__).parent / "older" / "load-schema-2.jsonl.gz", 2, 4, "stdlib"),  # the client was late
    Stored(ROOT / "results" / "reference" / "default.jsonl", 2, 0, "tornado"),
    Stored(ROOT / "results" / "reference" / "counts.jsonl.gz", 3, 0, "tornado"),
]


def test_there_is_a_file_of_every_schema_that_is_read() -> None:
    """Whoever raises the schema adds one."""
    assert {one.schema for one in FILES} == set(range(OLDEST, SCHEMA + 1))


@pytest.mark.parametrize("stored", FILES, ids=lambda one: one.path.name)
def test_it_is_read_whole_and_shown(stored: Stored, capsys: pytest.CaptureFixture[str]) -> None:
    """All its rounds, and its answer."""
    raw = stored.path.read_bytes()
    lines = (gzip.decompress(raw) if stored.path.suffix == ".gz" else raw).splitlines()
    run = read_any(stored.path)
    assert run.header.schema == stored.schema
    assert run.closing
    assert len(run.rounds) == len(lines) - 2 > 1
    assert report_files([stored.path], "table") == stored.code
    assert re.search(rf"\b{stored.server}\b", capsys.readouterr().out)


def test_the_policy_names_the_schemas_that_are_read_and_written() -> None:
    """So does the document of the format."""
    policy = (ROOT / "docs" / "support.md").read_text()
    row = re.search(r"^\| result files .*\| schemas ([\d and]+) \| schema (\d+) \|$", policy, re.MULTILINE)
    assert row
    assert [int(one) for one in row[1].split(" and ")] == [*range(OLDEST, SCHEMA + 1)]
    assert int(row[2]) == SCHEMA
    table = re.findall(r"^\| (\d+) \| ", (ROOT / "docs" / "file-format.md").read_text(), re.MULTILINE)
    assert sorted(map(int, table)) == [*range(OLDEST, SCHEMA + 1)]
