"""Tests marked `quiet` run while no other test does, though several processes share the suite out."""

import fcntl
from collections.abc import Generator
from pathlib import Path

import pytest

DOOR, ROOM = Path(__file__).with_name("conftest.py"), Path(__file__)
"""Files that are locked: whoever starts a test goes through the door, and is in the room till its end."""


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Run a test beside others, or alone where it measures.

    Whoever waits to be alone holds the door, so that no more tests begin. This wraps the timeout of the
    test too: waiting for others does not count.
    """
    alone = item.get_closest_marker("quiet") is not None
    with DOOR.open() as door, ROOM.open() as room:
        fcntl.flock(door, fcntl.LOCK_EX)
        fcntl.flock(room, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        fcntl.flock(door, fcntl.LOCK_UN)
        try:
            return (yield)
        finally:
            fcntl.flock(room, fcntl.LOCK_UN)
