"""A known delay put into a server, to see whether a run finds it.

A plain file beside server.py, which loads it by path where a delay is asked for: standard library only.
"""

from __future__ import annotations

import functools
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

WAITS = range(1_000, 2_000, 7)
"""The waits tried out to find the surplus, in ns: no step of the clock fits all of them."""
REPEATS = 10


def delayed(
    handler: Callable[..., Any], wait_ns: int, clock: Callable[[], int] = time.perf_counter_ns
) -> Callable[..., Any]:
    """Return a handler that first spins for `wait_ns`; a coroutine that comes back is handed on."""

    @functools.wraps(handler)
    def after_wait(*args: Any, **kwargs: Any) -> Any:
        end = clock() + wait_ns
        while clock() < end:
            pass
        return handler(*args, **kwargs)

    return after_wait


def surplus_ns(clock: Callable[[], int] = time.perf_counter_ns) -> int:
    """Measure how much more than its wait a delayed call costs, in ns: a call, and looks at the clock."""

    def nothing(_self: None, _message: None) -> None:
        pass

    def taken(handler: Callable[..., None]) -> int:
        begun = clock()
        handler(None, None)
        return clock() - begun

    bare, waited = [], []
    for wait in WAITS:
        slow = delayed(nothing, wait, clock)
        for _ in range(REPEATS):
            bare.append(taken(nothing))
            waited.append(taken(slow) - wait)
    return sorted(waited)[len(waited) // 2] - sorted(bare)[len(bare) // 2]


def insert(module: ModuleType, busy_ns: int, clock: Callable[[], int] = time.perf_counter_ns) -> None:
    """Have the function that a contestant names in HANDLER take `busy_ns` more on average.

    HANDLER is a name in the module, dotted for a method: `"Echo.on_message"`. It must be looked up anew for
    each message, or the change is not seen. Raises `LookupError` where there is none, `AttributeError` where
    it names nothing, and `ValueError` where waiting costs more than `busy_ns` by itself.
    """
    path = getattr(module, "HANDLER", "")
    if not path:
        raise LookupError("its file has no HANDLER: the name of what is called with every message")
    *owners, name = path.split(".")
    owner = functools.reduce(getattr, owners, module)
    handler, surplus = getattr(owner, name), surplus_ns(clock)
    if busy_ns < surplus:
        raise ValueError(f"can't add {busy_ns} ns: a wait takes {surplus} ns at the least")
    setattr(owner, name, delayed(handler, busy_ns - surplus, clock))
