"""What every process of ours does: here what can be called; test_server.py and test_process_end.py run it."""

import importlib.metadata

import pytest
from wsbench.standalone import child

TORNADO = importlib.metadata.version("tornado")


@pytest.mark.parametrize(
    ("problem", "line"),
    [
        (ModuleNotFoundError("no", name="a"), "a is not installed: pip install a"),
        (ModuleNotFoundError("no", name="a.b"), "a is not installed: pip install a"),
        (ModuleNotFoundError("no", name="tornado.x.y"), f"tornado {TORNADO} has no module tornado.x.y"),
        (ModuleNotFoundError("no", name="asyncio.x"), "asyncio has no module asyncio.x"),
        (ModuleNotFoundError("no"), "ModuleNotFoundError: no"),
        (child.UnableError("it can't"), "it can't"),
        (OSError(98, "Address already in use"), "Address already in use"),
        (FileNotFoundError(2, "No such file", "/x"), "FileNotFoundError: [Errno 2] No such file: '/x'"),
        (ValueError("one\ntwo"), "ValueError: one"),
        (KeyError("x"), "KeyError: 'x'"),
    ],
)
def test_problems_are_one_line(problem: BaseException, line: str):
    """What is known is said in words, anything else by its class."""
    assert child.explain(problem) == line


@pytest.mark.parametrize("nowhere", [None, ""])
def test_nobody_enters_what_is_not_named(nowhere: str | None):
    """Without a network a process stays where it is; test_link.py enters some."""
    child.enter(nowhere)


def test_a_namespace_that_has_gone():
    """Its file is gone with it, and the error names it."""
    with pytest.raises(FileNotFoundError, match="/proc/0/fd/9"):
        child.enter("/proc/0/fd/9")
