"""What one agent saw: it comes back from JSON as it was, and older reports have less."""

from __future__ import annotations

import msgspec
from wsbench.driver.agent import failed
from wsbench.records.rates.report import AgentReport, AgentSecond


def test_a_report_survives_the_way_between_processes() -> None:
    """With its seconds, and the parts that are reports themselves."""
    part = msgspec.structs.replace(failed("late"), seconds=(AgentSecond(0, 10, 9, 1, "", ""),))
    whole = msgspec.structs.replace(failed(""), parts=(part,), errors={"reset": 1})
    assert msgspec.json.decode(msgspec.json.encode(whole), type=AgentReport) == whole


def test_what_an_agent_need_not_say_is_nothing() -> None:
    """No errors, no seconds, no stages."""
    one = AgentReport(1, 1, 0, 1, "", "", "", 1)
    assert (one.errors, one.seconds, one.parts, one.failure) == ({}, (), (), "")
