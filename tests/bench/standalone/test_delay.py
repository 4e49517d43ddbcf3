"""A delay is as long as it was asked for, on a clock that stands still between looks at it."""

import asyncio
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wsbench.standalone import delay, server

SERVERS = Path(__file__).parents[3] / "servers"


class Clock:
    """A clock that goes on by `step` ns at each look, and only there."""

    def __init__(self, step: int) -> None:
        self.step = step
        self.now = 0

    def __call__(self) -> int:
        """Look at it."""
        self.now += self.step
        return self.now


class Echo:
    """A server's handler."""

    def on_message(self, message: str) -> tuple["Echo", str]:
        """Return what came in."""
        return self, message

    async def later(self, message: str) -> str:
        """Return what came in, as a coroutine."""
        await asyncio.sleep(0)
        return message


def module_of(handler: str) -> SimpleNamespace:
    """Return a contestant with a class of its own and the handler named."""
    return SimpleNamespace(HANDLER=handler, Echo=type("Echo", (Echo,), {}), echo=lambda message: message)


@settings(max_examples=30, deadline=None)
@given(step=st.integers(10, 200), busy_ns=st.integers(1_000, 20_000))
def test_the_added_time_is_the_one_asked_for(step: int, busy_ns: int):
    """What the looks at the clock cost is part of the delay: it is off by less than one of them."""
    clock = Clock(step)
    module = module_of("Echo.on_message")
    delay.insert(module, busy_ns, clock)
    before = clock.now
    for _ in range(10):
        module.Echo().on_message("hi")
    assert abs((clock.now - before) / 10 - busy_ns) < step


@settings(max_examples=30, deadline=None)
@given(step=st.integers(10, 200))
def test_the_surplus_is_a_look_and_a_half(step: int):
    """The first look at the clock is too much, and so is half a step, by which the last one comes late."""
    assert step <= delay.surplus_ns(Clock(step)) <= 2 * step


def test_a_delayed_handler_does_what_it_did():
    """Methods keep their object, arguments and result; functions are replaced in the module itself."""
    module = module_of("Echo.on_message")
    delay.insert(module, 1_000, Clock(10))
    one = module.Echo()
    assert one.on_message("hi") == one.on_message(message="hi") == (one, "hi")
    module = module_of("echo")
    before = module.echo
    delay.insert(module, 1_000, Clock(10))
    assert module.echo is not before
    assert module.echo("hi") == "hi"


def test_a_coroutine_is_handed_on():
    """The wait is before the call; what is awaited is the handler's own coroutine."""
    clock = Clock(10)
    module = module_of("Echo.later")
    delay.insert(module, 1_000, clock)
    before = clock.now
    coroutine = module.Echo().later("hi")
    assert clock.now - before >= 990
    assert asyncio.run(coroutine) == "hi"


@pytest.mark.parametrize(
    ("handler", "busy_ns", "kind", "text"),
    [
        ("", 1_000, LookupError, "its file has no HANDLER"),
        ("Echo.gone", 1_000, AttributeError, "has no attribute 'gone'"),
        ("Gone.on_message", 1_000, AttributeError, "has no attribute 'Gone'"),
        ("echo", 9, ValueError, "can't add 9 ns: a wait takes 1[0-9] ns at the least"),
    ],
)
def test_what_can_not_be_delayed_is_told(handler: str, busy_ns: int, kind: type[Exception], text: str):
    """No handler, a wrong one, or too short a time: one line each."""
    with pytest.raises(kind, match=text):
        delay.insert(module_of(handler), busy_ns, Clock(10))


def test_tornado_names_its_handler():
    """What tornado's file names is what Tornado calls with each message on /echo, and not on /socket."""
    module = server.load(str(SERVERS / "tornado_asyncio.py"))
    echo, socket = module.Echo.on_message, module.Socket.on_message
    delay.insert(module, 1_000, Clock(10))
    assert module.Echo.on_message.__wrapped__ is echo
    assert module.Socket.on_message is socket


def test_it_needs_nothing_of_ours():
    """It runs where wsbench is not installed."""
    code = f"import runpy, sys; runpy.run_path({delay.__file__!r}); assert 'wsbench' not in sys.modules"
    subprocess.run([sys.executable, "-I", "-S", "-c", code], check=True)
