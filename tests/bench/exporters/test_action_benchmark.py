"""The files of the benchmark action, held against what its documentation asks for: it can't run here."""

from __future__ import annotations

import json
import re

import pytest
from exported import counts, reference, table
from wsbench.errors import UsageError
from wsbench.exporters.action_benchmark import bigger_is_better, smaller_is_better
from wsbench.plan.metrics import METRICS

DRAWN = re.compile(r"^(?:\+-|±) \d+\.\d+$")
"""What a range must look like for the action to draw it."""


def test_each_number_is_in_the_file_of_its_direction() -> None:
    """With the value, unit and interval of our table, under a name that stays."""
    files = {"lower": smaller_is_better(reference()), "higher": bigger_is_better(reference())}
    entries = {better: json.loads(text) for better, text in files.items()}
    assert {better: len(found) for better, found in entries.items()} == {"lower": 54, "higher": 10}
    for better, found in entries.items():
        for one in found:
            row = table()[one["name"]]
            assert METRICS[row["metric"]].better == better
            assert (one["value"], one["unit"]) == (float(row["value"]), row["unit"])
            assert DRAWN.match(one["range"])
            half = max(float(row["high"]) - one["value"], one["value"] - float(row["low"]))
            assert float(one["range"][2:]) == pytest.approx(half, abs=1e-6)
            assert "8 rounds" in one["extra"]


def test_without_a_number_of_a_direction_there_is_no_file() -> None:
    """Of what is counted, less is better always."""
    assert len(json.loads(smaller_is_better(counts()))) > 20
    with pytest.raises(UsageError, match="nothing that is better the bigger it is"):
        bigger_is_better(counts())
