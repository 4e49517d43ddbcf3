"""Being in a network namespace for a while."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from ..standalone.child import enter

HERE = "/proc/thread-self/ns/net"


@contextmanager
def visiting(namespace: str) -> Iterator[None]:
    """Be in a network namespace inside the block, this thread alone; "" stays. Raises `OSError`.

    What is made inside stays there: sockets, threads, and processes with all that they start. So whoever is
    to live there needs no word about it, and no program before its own.
    """
    if not namespace:
        yield
        return
    home = os.open(HERE, os.O_RDONLY)
    try:
        enter(namespace)
        yield
    finally:
        enter(f"/proc/self/fd/{home}")
        os.close(home)
