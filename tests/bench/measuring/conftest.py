"""What the tests of wire share."""

import contextlib
from collections.abc import Callable
from typing import Any

import pytest
from wsbench.measuring.wire import WireSession
from wsbench.values.slices import Slice
from wsbench.values.workload import Workload, payloads


@pytest.fixture
def exchange() -> Callable[..., Slice]:
    """Return what runs one slice with wire: `exchange(server, workload, count, plain=, timeout=)`."""

    def exchange(
        server: Any, workload: Workload, count: int = 60, *, plain: bool = False, timeout: float = 10
    ) -> Slice:
        """Run one slice with wire."""
        session = WireSession(server.address, workload, payloads(workload, 1), plain=plain, timeout=timeout)
        with contextlib.closing(session):
            session.open()
            return session.run(workload.window, count)

    return exchange
