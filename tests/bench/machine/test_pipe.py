"""Pipes that nobody reads, and how processes end."""

import os
import threading

import pytest
from wsbench.machine.pipe import ended, put


def test_all_of_it_arrives():
    """Also what is longer than a pipe holds."""
    reader, writer = os.pipe()
    data, found = os.urandom(300_000), bytearray()

    def read() -> None:
        while len(found) < len(data):
            found.extend(os.read(reader, 65_536))

    thread = threading.Thread(target=read)
    thread.start()
    put(writer, data, 60)
    thread.join()
    os.close(reader)
    assert found == data
    with pytest.raises(BrokenPipeError):
        put(writer, b"x", 60)
    os.close(writer)


def test_who_does_not_read_is_not_waited_for():
    """A stopped process has a full pipe at some time."""
    reader, writer = os.pipe()
    with pytest.raises(TimeoutError):
        put(writer, bytes(1 << 20), 0.01)
    os.close(reader)
    os.close(writer)


@pytest.mark.parametrize(
    ("code", "words"),
    [(3, "exited with code 3"), (-9, "was killed by SIGKILL"), (-40, "was killed by signal 40")],
)
def test_how_it_ended(code: int, words: str):
    """Of signals the name, if there is one."""
    assert ended(code) == words
