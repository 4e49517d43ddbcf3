"""Options that several commands share: what becomes of them."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer
from msgspec.structs import replace
from wsbench.cli import gate as cli_gate
from wsbench.cli import main as cli
from wsbench.cli.options import axes_from_options, split_at_commas, words_from_options
from wsbench.cli.output_options import Output
from wsbench.cli.parser import expand_parameters
from wsbench.errors import UsageError
from wsbench.planning.workloads import Words
from wsbench.targets.reply import Reply
from wsbench.targets.spec import Access, Axes
from wsbench.workflow.publish import Wishes


def words_from(*argv: str) -> Words:
    """Return what the parser and `words_from_options` make of the options of a command line."""
    found: list[Words] = []

    app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)

    @app.command()
    @expand_parameters(words=words_from_options)
    def measure(*, words: Words) -> None:
        found.append(words)

    app(list(argv), standalone_mode=False)
    return found[0]


def asked(**changes: Any) -> Words:
    """Return the words of somebody who asks that of all servers."""
    return Words(axes=replace(Axes(), **changes))


def with_access(**changes: Any) -> Words:
    """Return the words of somebody whose own server is spoken to like that."""
    return asked(access=replace(Access(), **changes))


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        ("", Words()),
        ("--client wire --client ws4py", Words(clients=("wire", "ws4py"))),
        ("-c wire,ws4py", Words(clients=("wire", "ws4py"))),
        ("--size 0 --size 64", Words(sizes=(0, 64))),
        ("--text", Words(kinds=("text",))),
        ("--binary", Words(kinds=("binary",))),
        ("--binary --text", Words(kinds=("text", "binary"))),
        ("--fragments 2 --fragments 3", Words(fragments=(2, 3))),
        ("--payload words", Words(payloads=("words",))),
        ("--payload random,words", Words(payloads=("random", "words"))),
        ("--connections 1 --connections 16", Words(connections=(1, 16))),
        ("--depth 32", Words(depths=(32,))),
        ("--idle 10 --idle 1000", Words(idle=(10, 1000))),
        ("--slow-readers 3", Words(slow_readers=(3,))),
        ("--think 0", Words(think_us=0)),
        ("--as-shipped", Words(as_shipped=True)),
        ("--rounds 3", Words(rounds=3)),
        ("--keep-awake", Words()),
        ("--no-keep-awake", Words(keep_awake=False)),
        ("--explain", Words(explain=True)),
        ("--loop uvloop", asked(loops=("uvloop",))),
        ("--loop asyncio,uvloop", asked(loops=("asyncio", "uvloop"))),
        ("--loop asyncio --loop uvloop", asked(loops=("asyncio", "uvloop"))),
        ("--python 3.12,3.13", asked(pythons=("3.12", "3.13"))),
        ("--python python3.12 --python 3.13t", asked(pythons=("3.12", "3.13t"))),
        ("--python /opt/bin/python", asked(pythons=("/opt/bin/python",))),
        ("--tls", asked(tls=True)),
        ("--deflate", asked(deflate=True)),
        ("--reply echo", Words()),
        ("--reply any", with_access(reply=Reply("any"))),
        ("--reply prefix:x", with_access(reply=Reply("prefix", "x"))),
        ("--header A:b --header C:d,e", with_access(headers=(("A", "b"), ("C", "d,e")))),
        ("--subprotocol chat,v2 --subprotocol v3", with_access(subprotocols=("chat", "v2", "v3"))),
        ("--ca some/ca.pem", with_access(ca="some/ca.pem")),
        ("--insecure", with_access(insecure=True)),
    ],
)
def test_each_option_ends_up_in_its_field(argv: str, words: Words) -> None:
    """Through the parser that the commands have; what was not said stays as it is."""
    assert words_from(*argv.split()) == words


def test_all_of_them_go_together() -> None:
    """No option is in the way of another."""
    found = words_from(
        "--tls", "--size", "9", "--loop", "uvloop", "--text", "--header", "A: b c", "--depth", "2"
    )
    axes = Axes(loops=("uvloop",), tls=True, access=Access(headers=(("A", "b c"),)))
    assert found == Words(sizes=(9,), kinds=("text",), depths=(2,), axes=axes)


@pytest.mark.parametrize(
    ("argv", "line"),
    [
        ("--loop uvlop", "unknown loop 'uvlop'; did you mean uvloop? choose from asyncio, uvloop"),
        ("--loop asyncio,trio", "unknown loop 'trio'; choose from asyncio, uvloop"),
        ("--python 3.12,pypy", "'pypy' is no interpreter: write 3.13, 3.13.1 or a path with a / in it"),
        (
            "--reply ehco",
            "--reply 'ehco': choose echo, same-bytes, any, none, prefix:TEXT, contains",
        ),
        ("--header nothing", "--header without a colon: write it as 'Name: value', in one line"),
    ],
)
def test_words_that_are_off_get_one_line(argv: str, line: str) -> None:
    """What the parser can't know is refused before anything else is done."""
    with pytest.raises(UsageError) as caught:
        words_from(*argv.split())
    assert str(caught.value).startswith(line)


def test_commands_have_the_shared_options() -> None:
    """`run` and `compare` have all of them; `verify` and `serve` those about servers."""

    def options_of(function: Callable[..., Any]) -> set[str]:
        return {*inspect.signature(function).parameters}

    about_servers = options_of(axes_from_options)
    assert about_servers < options_of(words_from_options)
    for command in (cli.run, cli_gate.compare):
        assert options_of(words_from_options) <= options_of(command)
    for command in (cli.verify, cli.serve):
        assert about_servers <= options_of(command)
        assert not (options_of(words_from_options) - about_servers - {"as_shipped"}) & options_of(command)


@pytest.mark.parametrize(
    ("argv", "output"),
    [
        (["run"], Output(5, "run", Path("results"), "table", (), quiet=False)),
        (["load", "tornado"], Output(5, "load", Path("results"), "table", (), quiet=False)),
        (
            [
                "run",
                *[
                    "--label",
                    "x",
                    "--out",
                    "y",
                    "--format",
                    "csv",
                    "--write",
                    "html=a",
                    "--write",
                    "svg:p50=b",
                    "-q",
                ],
            ],
            Output(5, "x", Path("y"), "csv", ("html=a", "svg:p50=b"), quiet=True),
        ),
    ],
)
def test_where_a_result_goes_reaches_the_command(
    monkeypatch: pytest.MonkeyPatch, argv: list[str], output: Output
) -> None:
    """`run` and `load` have the same options for it, and each its own label by default."""
    found: list[dict[str, Any]] = []

    def keep(_words: object, **rest: Any) -> int:
        found.append(rest)
        return 0

    verb = argv[0]
    monkeypatch.setattr(f"wsbench.commands.{verb}.{verb}_and_report", keep)
    cli.app([*argv, "--seed", "5"], standalone_mode=False)
    assert output._asdict().items() <= found[0].items()


@pytest.mark.parametrize(
    ("argv", "wishes"),
    [
        ("", Wishes()),
        (
            "--margin 3 --margin rtt_p99=4% --strict --out y --format json --junit z --write html=a -q",
            Wishes(("3", "rtt_p99=4%"), True, Path("y"), "json", Path("z"), quiet=True, write=("html=a",)),
        ),
    ],
)
@pytest.mark.parametrize("verb", ["compare", "check"])
def test_where_a_judgement_goes_reaches_the_command(
    monkeypatch: pytest.MonkeyPatch, verb: str, argv: str, wishes: Wishes
) -> None:
    """`compare` and `check` have the same options for it."""
    found: list[tuple[Wishes, int]] = []

    def keep(_words: object, wishes: Wishes, *, seed: int, **_rest: Any) -> int:
        found.append((wishes, seed))
        return 0

    monkeypatch.setattr(f"wsbench.commands.{verb}.{verb}_and_report", keep)
    cli.app([verb, "tornado", "--seed", "5", *argv.split()], standalone_mode=False)
    assert found == [(wishes, 5)]


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (None, ()),
        ([], ()),
        (["a"], ("a",)),
        (["a,b", "c"], ("a", "b", "c")),
        (["a,,b,"], ("a", "b")),
        ([""], ()),
    ],
)
def test_commas_are_as_good_as_repeating(words: list[str] | None, parts: tuple[str, ...]) -> None:
    """Empty parts are none."""
    assert split_at_commas(words) == parts
