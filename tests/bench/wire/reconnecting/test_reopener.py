"""Connections that are opened in threads: each request has its outcome, and nothing stays open."""

import select
import sys
from collections.abc import Callable
from typing import Any

from wsbench.websocket.target import Target
from wsbench.wire.reconnecting.reopener import AT_ONCE, Outcome, Reopener


def outcomes_of(reopener: Reopener, count: int) -> dict[int, Outcome]:
    """Wait for so many outcomes."""
    found: dict[int, Outcome] = {}
    while len(found) < count:
        assert select.select([reopener.wake], [], [], 20)[0]
        found |= dict(reopener.outcomes())
    return found


def test_each_request_has_its_outcome(scripted: Callable):
    """More of them than there are threads; each took some time, and can be used."""
    server = scripted(lambda link: link.sock.sendall(b"!"))
    reopener = Reopener(Target(*server.address, 5))
    try:
        for place in range(2 * AT_ONCE):
            reopener.ask(place)
        found = outcomes_of(reopener, 2 * AT_ONCE)
    finally:
        reopener.stop()
    assert sorted(found) == list(range(2 * AT_ONCE))
    for (sock, response), took in found.values():
        assert took > 0
        assert response.rest or sock.recv(1) == b"!"
        sock.close()


def test_what_can_not_be_opened_says_why():
    """A problem is an outcome."""
    reopener = Reopener(Target("127.0.0.1", 1, "/", 5))
    reopener.ask(7)
    found = outcomes_of(reopener, 1)
    reopener.stop()
    assert isinstance(found[7], ConnectionRefusedError)


def test_what_nobody_fetches_is_closed(scripted: Callable):
    """When it is stopped, and also what is opened after that; how threads take turns is as before."""
    ended: list[Any] = []

    def behave(link: Any) -> None:
        link.sock.settimeout(20)
        ended.append(link.sock.recv(1))

    interval = sys.getswitchinterval()
    server = scripted(behave)
    reopener = Reopener(Target(*server.address, 5))
    assert sys.getswitchinterval() < interval
    reopener.ask(0)
    assert select.select([reopener.wake], [], [], 20)[0]
    reopener.ask(1)
    reopener.stop()
    assert sys.getswitchinterval() == interval
    server.threads[1].join(20)
    assert ended[:1] == [b""]
