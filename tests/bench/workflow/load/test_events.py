"""Events as JSON lines: where they go, and what they say."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from loads import step_of
from wsbench.errors import UsageError
from wsbench.records.events import RoundDone, Stage, Stepped, Ticked
from wsbench.records.live import Told
from wsbench.workflow.load.events import Events, split_events


def test_events_are_told_from_formats():
    """They are no format: they are written while there is no result yet."""
    assert split_events(["html=a.html", "events=-"]) == (Path("-"), ("html=a.html",))
    assert split_events(["csv=events=1"]) == (None, ("csv=events=1",))
    for wrong in (["events="], ["events=a", "events=b"]):
        with pytest.raises(UsageError, match="one file"):
            split_events(wrong)


def test_a_file_that_cannot_be_written(tmp_path: Path):
    """It is told before anything is measured."""
    with pytest.raises(UsageError, match=re.escape(f"events={tmp_path}: can't write")):
        Events(tmp_path)


def test_lines_in_the_order_in_which_they_happen(tmp_path: Path):
    """Each has its kind first; what is no second, step or round is not there."""
    path, shown = tmp_path / "events.jsonl", list[object]()
    events = Events(path)
    on_event = events.after(shown.append)
    told = Told(900.0, 4, 900, 880, 25, errors=1, bins={640: 880})
    happened = [
        Stage("starting round 1"),
        Ticked(0, told, stage=1),
        Stepped(step_of(0, 900, 2, stage=1), 1, 1),
        RoundDone(0, 2.5),
    ]
    for one in happened:
        on_event(one)
    assert len(path.read_text().splitlines()) == 3  # each is there at once
    events.end(status="complete", exit_code=0)
    assert shown == happened
    second, step, done, end = map(json.loads, path.read_text().splitlines())
    assert second.pop("p50_ns") == second.pop("p99_ns") == pytest.approx(2**20, rel=0.02)
    assert second == {
        "event": "second",
        "round": 0,
        "stage": 1,
        "rate_msg_s": 900.0,
        "at_s": 4,
        "due": 900,
        "answered": 880,
        "waiting": 25,
        "errors": 1,
    }
    assert (step["event"], step["stage"], step["response_p99_ns"]) == ("step", 1, 4e6)
    assert (done, end) == (
        {"event": "round", "round": 0, "took_s": 2.5},
        {"event": "end", "status": "complete", "exit_code": 0},
    )
