"""Services of tests: how they are named, and started when their address is asked for."""

from __future__ import annotations

import shlex
import socket
import sys
from pathlib import Path

import pytest
from wsbench.errors import UsageError
from wsbench.library import service
from wsbench.library.service import Service, with_last_words, word_of

ECHO = Path(__file__).parents[1] / "server_that_echoes.py"


@pytest.mark.parametrize(
    ("target", "word"),
    [
        ("cmd:node server.js {port}", "service=cmd:node server.js {port}"),
        ("shop=cmd:node server.js {port}", "shop=cmd:node server.js {port}"),
        ("cmd:serve", "service=cmd:serve"),
        ("tornado", "service=tornado"),
        ("./mine.py", "service=./mine.py"),
        ("ws://localhost:9/echo", "service=ws://localhost:9/echo"),
    ],
)
def test_words_are_those_of_the_command_line(target: str, word: str) -> None:
    """With a label, so that a baseline knows them again."""
    assert word_of(target, Path("/root")) == word


def test_an_app_is_started_by_uvicorn(monkeypatch: pytest.MonkeyPatch) -> None:
    """By this interpreter, from the root of the tests; a factory as such."""
    root = Path("/a folder")
    python, folder = shlex.quote(sys.executable), shlex.quote(str(root))
    begin = f"service=cmd:{python} -m uvicorn --app-dir {folder} --log-level warning"
    assert word_of("shop.main:app", root) == f"{begin} shop.main:app --port {{port}}"
    assert word_of("shop:make()", root) == f"{begin} --factory shop:make --port {{port}}"
    monkeypatch.setattr(service, "find_spec", lambda _name: None)
    with pytest.raises(UsageError, match="pip install uvicorn"):
        word_of("shop:app", root)


def test_what_is_no_word_is_refused() -> None:
    """A marker may say anything."""
    with pytest.raises(UsageError, match=r"^target: a string, not 5$"):
        word_of(5, Path("/root"))  # type: ignore[arg-type]


def test_last_words_are_few() -> None:
    """The last five lines, in one."""
    assert with_last_words("it ended", ["1", "2", "3", "4", "5", "6"]) == "it ended | 2 | 3 | 4 | 5 | 6"
    assert with_last_words("it ended", ()) == "it ended"


@pytest.mark.usefixtures("nobody_left")
def test_it_runs_from_the_first_time_its_address_is_asked_for() -> None:
    """Until it is stopped."""
    one = Service(word_of(f"cmd:{sys.executable} -S {ECHO} {{port}}", Path()))
    one.stop()
    assert one.url == f"ws://127.0.0.1:{one.port}/echo"
    socket.create_connection(("127.0.0.1", one.port), 5).close()
    one.stop()


@pytest.mark.usefixtures("nobody_left")
def test_what_does_not_start_says_why() -> None:
    """With its last words."""
    with pytest.raises(UsageError, match="no such thing"):
        print(Service(f"service=cmd:{sys.executable} -c 'raise SystemExit(\"no such thing\")' {{port}}").url)
    with pytest.raises(UsageError, match="a test gets no certificate"):
        print(Service("service=tornado@tls").url)
