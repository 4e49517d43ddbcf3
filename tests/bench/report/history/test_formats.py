"""What programs read of a history has every run of every series."""

from __future__ import annotations

import csv
import io
import json

from histories import history, run_on, stepped
from wsbench.report.history.formats import FORMATS


def test_csv_has_a_line_for_each_run():
    """With the level it is on, and the word where that changed."""
    lines = list(csv.DictReader(io.StringIO(FORMATS["csv"](history(*stepped())))))
    assert len(lines) == 20
    assert [at for at, line in enumerate(lines) if line["change"] == "REGRESSED"] == [12]
    assert lines[11]["level"] == lines[0]["level"] != lines[12]["level"]
    assert (lines[3]["label"], lines[3]["file"]) == ("c3", "003.jsonl")


def test_json_has_points_levels_changes_and_marks():
    """And no infinity: an end that is none is null."""
    found = json.loads(FORMATS["json"](history(*stepped(), run_on(30, rounds=3))))
    (series,) = found["series"]
    assert found["runs"] == len(series["points"]) == 21
    assert series["points"][-1]["high"] is None
    assert [one["word"] for one in series["changes"]] == ["REGRESSED"]
    assert series["changes"][0]["started"] == series["points"][12]["started"]
    assert len(series["levels"]) == 2
    assert series["marks"] == []


def test_markdown_has_a_table():
    """For a summary."""
    text = FORMATS["markdown"](history(*stepped()))
    assert "| server | runs | ×stdlib | over time | last | change |" in text
    assert "| tornado | 20 |" in text
