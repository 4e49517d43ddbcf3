"""`--scenario`: what a file says stands in for what was not typed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner
from wsbench.cli.main import app
from wsbench.commands import compare, load, run
from wsbench.errors import UsageError
from wsbench.planning.load import LoadWords
from wsbench.planning.workloads import Words
from wsbench.targets.spec import PASSWORD, ServerSpec
from wsbench.targets.spec_parser import read_specs

FILE = """
rate = 200
depth = [1, 4]
message = "hello"
timeout = "2s"
keep-awake = false
seed = 7

[targets.me]
url = "wss://h/"
headers = { A = "${SECRET}" }
certificate = "c.pem"
key = "k.pem"
password = "${SECRET}"
redirects = 2

[targets.ours]
server = "tornado"
cores = "1,3"
"""


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Return what the commands are called with, first the words."""
    found: list[Any] = []

    def take(words: Any, *_: object, **options: object) -> int:
        found[:] = [words, options]
        return 0

    monkeypatch.setattr(run, "run_and_report", take)
    monkeypatch.setattr(load, "load_and_report", take)
    monkeypatch.setattr(compare, "compare_and_report", take)
    monkeypatch.setenv("SECRET", "sesame")
    return found


def told(tmp_path: Path, *words: str, text: str = FILE) -> None:
    """Run a command with a scenario file."""
    file = tmp_path / "s.toml"
    file.write_text(text)
    CliRunner().invoke(app, [*words, "--scenario", str(file)], catch_exceptions=False)


def specs_of(words: Words) -> tuple[ServerSpec, ...]:
    """Return the servers that were asked for."""
    return read_specs(words.servers, words.axes)


@pytest.mark.parametrize("command", ["run", "compare"])
def test_a_file_says_all(tmp_path: Path, asked: list[Any], command: str) -> None:
    """Options, the servers, and what no option says of them; what is of another command is left to that."""
    told(tmp_path, command)
    words: Words = asked[0]
    assert (words.servers, words.depths, words.messages) == (("me", "ours"), (1, 4), ("hello",))
    assert (words.timeout_s, words.keep_awake) == (2.0, False)
    assert asked[1]["seed"] == 7
    me, ours = specs_of(words)
    assert (me.label, me.url, me.tls, me.cores) == ("me", "wss://h/", True, "")
    assert me.access.headers == (("A", "sesame"),)
    assert me.access.typed == (("A", "${SECRET}"), (PASSWORD, "${SECRET}"))
    assert me.access.identity == (f"{tmp_path}/c.pem", f"{tmp_path}/k.pem", "sesame")
    assert me.access.redirects == 2
    assert (ours.label, ours.name, ours.cores) == ("ours", "tornado", "1,3")


def test_what_is_typed_wins(tmp_path: Path, asked: list[Any]) -> None:
    """Also the servers, among which names of the file may be."""
    told(tmp_path, "run", "aiohttp", "me", "--depth", "2", "--keep-awake", "--message", "x", "--seed", "8")
    words: Words = asked[0]
    assert (words.depths, words.keep_awake, words.messages) == ((2,), True, ("x",))
    assert [spec.label for spec in specs_of(words)] == ["aiohttp", "me"]
    assert asked[1]["seed"] == 8


def test_one_target_is_loaded(tmp_path: Path, asked: list[Any]) -> None:
    """The only one of a file goes without saying."""
    told(tmp_path, "load", text="rate = 200\nbinary = true\n[targets.a]\nurl = 'ws://h/'")
    words: LoadWords = asked[0]
    assert (words.target, words.rates, words.text) == ("a", (200.0,), False)


@pytest.mark.parametrize(
    ("command", "text", "why"),
    [
        (
            "run",
            "conections = 1",
            r"^unknown key in .*s\.toml 'conections'; did you mean connections\? choose",
        ),
        ("load", "connections = [1, 2]", r"s\.toml: connections is one value for load, not several$"),
        ("run", "scenario = 'x'", r"^unknown key in .*s\.toml 'scenario'"),
    ],
)
def test_what_is_off_gets_one_line(
    tmp_path: Path, asked: list[Any], command: str, text: str, why: str
) -> None:
    """Before anything is asked for."""
    with pytest.raises(UsageError, match=why):
        told(tmp_path, command, "tornado", text=text)
    assert asked == []
