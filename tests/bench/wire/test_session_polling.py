"""wire while it polls: the same replies, and the same errors."""

from collections.abc import Callable
from typing import Any

import pytest
from wsbench.demand.workload import Workload
from wsbench.measuring.recorder import ReplyError
from wsbench.websocket import frames
from wsbench.websocket.frames import server_frame

SHAPES = {
    "depth 1": Workload(),
    "without think time": Workload(think_us=0),
    "depth 8": Workload(depth=8),
    "3 connections": Workload(connections=3),
    "3 connections, depth 2": Workload(connections=3, depth=2),
    "1 MiB": Workload(2**20),
}
WORKLOADS = pytest.mark.parametrize("workload", SHAPES.values(), ids=SHAPES)


def _by_frame(link: Any) -> None:
    for message in link.messages():
        link.sock.sendall(server_frame(*message))


def _in_pieces(link: Any) -> None:
    """Send a ping before each reply, which comes in two segments."""
    for message in link.messages():
        data = server_frame(frames.PING, b"") + server_frame(*message)
        link.sock.sendall(data[:20])
        link.sock.sendall(data[20:])


@WORKLOADS
@pytest.mark.parametrize("under_tls", [False, True])
@pytest.mark.parametrize("behave", [_by_frame, _in_pieces], ids=lambda one: one.__name__)
def test_all_loops_poll(
    scripted: Any, exchange: Any, tls: Any, behave: Callable, under_tls: bool, workload: Workload
):
    """Each reply counts once."""
    count = 30 if workload.size < 1_000 else 4
    server = scripted(behave, tls=tls.server if under_tls else None)
    found = exchange(server, workload, count, tls=tls.client if under_tls else None, polls=True)
    assert count <= len(found.latencies) < count + workload.window
    assert len(found.answered) == (workload.connections if workload.connections > 1 else 0)


@WORKLOADS
def test_a_wrong_reply_is_wrong(scripted: Any, exchange: Any, workload: Workload):
    """Its number is told."""

    def behave(link: Any) -> None:
        for opcode, payload in link.messages():
            link.sock.sendall(server_frame(opcode, payload[:-1]))

    with pytest.raises(ReplyError, match="reply 1: "):
        exchange(scripted(behave), workload, polls=True)


@pytest.mark.parametrize("workload", [Workload(), Workload(connections=3), Workload(2**20)], ids=str)
def test_silence_and_the_end_are_told(scripted: Any, exchange: Any, workload: Workload):
    """After the timeout, and at once."""
    with pytest.raises(TimeoutError, match=r"no reply within 0\.2 s"):
        exchange(scripted(lambda link: link.read(10**9)), workload, polls=True, timeout=0.2)
    with pytest.raises(ConnectionError):
        exchange(scripted(lambda link: link.read(6)), workload, polls=True)


def test_who_sleeps_spins_for_nothing(scripted: Any, exchange: Any):
    """Without think time nothing is left out."""
    assert exchange(scripted(_by_frame), Workload(think_us=0), 30).thought == 0
