"""Who listens on a port."""

import os
import socket

import pytest
from wsbench.machine.listener import listens


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_a_process_listens_where_one_of_its_sockets_does(host: str):
    """On either kind of address; one that is closed listens no more."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, 0), family=family) as listener:
        port = listener.getsockname()[1]
        assert listens([os.getppid(), os.getpid()], port)
        assert not listens([], port)
    assert not listens([os.getpid()], port)


def test_a_process_that_has_ended_listens_nowhere():
    """No number of a process is as large as that."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        assert not listens([2**22 + 1], listener.getsockname()[1])
