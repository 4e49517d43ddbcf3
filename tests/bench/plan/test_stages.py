"""Stages as they are typed."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wsbench.errors import UsageError
from wsbench.plan.stages import RateStage, read_stage, read_stages


@pytest.mark.parametrize(
    ("text", "stage"),
    [
        ("30s:0-2000", RateStage(30, 0, 2000)),
        ("1m:2000", RateStage(60, 2000, 2000)),
        ("500ms:2000-0", RateStage(0.5, 2000, 0)),
        ("10s:1.5@100", RateStage(10, 1.5, 1.5, 100)),
        (" 10s : 20 - 40 @ 3 ", RateStage(10, 20, 40, 3)),
    ],
)
def test_a_stage(text: str, stage: RateStage):
    """A time, a rate or two, and over how many connections."""
    assert read_stage(text) == stage


@given(st.integers(1, 10**7), st.integers(1, 10**5), st.integers(0, 10**5), st.none() | st.integers(1, 10**5))
def test_what_a_stage_is_called_reads_as_the_stage(ms: int, first: int, last: int, connections: int | None):
    """Its name can be typed again."""
    stage = RateStage(ms / 1000, first / 10, last / 10, connections)
    if stage.messages >= 1:
        assert read_stages([str(stage)]) == (stage,)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "write DURATION:RATE"),
        ("30s", "write DURATION:RATE"),
        ("30s:", "write DURATION:RATE"),
        ("30s:fast", "write DURATION:RATE"),
        ("30s:5-", "write DURATION:RATE"),
        ("30s:-5", "write DURATION:RATE"),
        ("30s:5@x", "write DURATION:RATE"),
        ("30:5", "of what?"),
        ("30h:5", "no unit of time"),
        ("0s:5", "lasts no time"),
        ("9000000s:5", "longer than a week"),
        ("1s:0", "no message is due"),
        ("1s:0-1", "no message is due"),
        ("1s:5@0", "at least @1"),
    ],
)
def test_what_is_none(text: str, said: str):
    """The message has what was typed."""
    with pytest.raises(UsageError, match=re.escape(said)):
        read_stage(text)
