"""Children that are ended whatever happens."""

import sys
from collections.abc import Callable, Iterator

import psutil
import pytest
from wsbench.machine.process import Child, stop_all


def child_of(code: str, **options: object) -> Child:
    """Start Python code as the child called `it`."""
    return Child("it", [sys.executable, "-S", "-c", code], **options)


def _is_gone(pid: int) -> bool:
    """Tell whether a process is no more, or a zombie that whoever inherited it has not buried."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@pytest.fixture
def start() -> Iterator[Callable[..., Child]]:
    """Start children that are ended after the test, whatever happens."""
    children: list[Child] = []

    def begin(code: str, **options: object) -> Child:
        children.append(child_of(code, **options))
        return children[-1]

    yield begin
    stop_all(children)


@pytest.fixture
def gone() -> Callable[[int], bool]:
    """Return what tells whether a process is gone."""
    return _is_gone
