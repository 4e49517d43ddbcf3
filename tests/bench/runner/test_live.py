"""What is heard of agents: each second once, together, and all of it by the end of a step."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest
from wsbench.records.live import Told
from wsbench.runner.live import Line


def second(at_s: int, due: int = 5) -> Told:
    """Return a second of one agent."""
    return Told(10.0, at_s, due, due, 0, bins={3: due})


@pytest.fixture
def heard() -> list[Told]:
    """Return what was heard."""
    return []


@pytest.fixture
def line(heard: list[Told]) -> Iterator[Line]:
    """Return the line of two agents."""
    one = Line(2, heard.append)
    yield one
    one.close()


def say(line: Line, *seconds: Told) -> None:
    """Tell as agents do."""
    for one in seconds:
        line.theirs.send(msgspec.json.encode(one))


def test_a_second_of_both_agents_is_one(line: Line, heard: list[Told]):
    """In order, however agents take turns; the line can be opened again for the next step."""
    for _ in range(2):
        heard.clear()
        with line.open():
            say(line, second(0), second(0), second(1), second(2), second(1), second(2))
        assert [(one.at_s, one.due, one.bins) for one in heard] == [(at, 10, {3: 10}) for at in range(3)]


def test_what_one_agent_told_alone_is_not_lost(line: Line, heard: list[Told]):
    """It comes when the other is two seconds further, or at the end."""
    with line.open():
        say(line, second(0), second(1), second(1), second(2), second(2), second(3))
    assert [(one.at_s, one.due) for one in heard] == [(1, 10), (0, 5), (2, 10), (3, 5)]
