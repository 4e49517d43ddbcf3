"""Options that several commands share: how they are spread over a command, and what becomes of them."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Annotated, Any, get_args

import pytest
import typer
from msgspec.structs import replace
from typer.testing import CliRunner
from wsbench.cli import options
from wsbench.cli.options import axes_of, seed_of, split, spread, words_of
from wsbench.errors import UsageError
from wsbench.plan.workloads import Words
from wsbench.targets.reply import Reply
from wsbench.targets.spec import Access, Axes


def app_of(command: Callable[..., Any]) -> typer.Typer:
    """Return a command line of this command alone."""
    app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    app.command()(command)
    return app


def words_from(*argv: str) -> Words:
    """Return what the parser and `words_of` make of the options of a command line."""
    found: list[Words] = []

    @spread(words=words_of)
    def measure(*, words: Words) -> None:
        found.append(words)

    app_of(measure)(list(argv), standalone_mode=False)
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
        ("--reply ehco", "--reply 'ehco': choose echo, any or prefix:TEXT"),
        ("--header nothing", "--header 'nothing': write it as 'Name: value'"),
    ],
)
def test_words_that_are_off_get_one_line(argv: str, line: str) -> None:
    """What the parser can't know is refused before anything else is done."""
    with pytest.raises(UsageError) as caught:
        words_from(*argv.split())
    assert str(caught.value).startswith(line)


def colour(
    red: Annotated[int, typer.Option(help="How red.")] = 1,
    blue: Annotated[list[int] | None, typer.Option("--blue", help="How blue.")] = None,
) -> tuple[int, tuple[int, ...]]:
    """Return a colour."""
    return red, tuple(blue or ())


@spread(colour=colour)
def shape(*, colour: object, size: Annotated[int, typer.Option(help="How large.")] = 5) -> tuple[object, int]:
    """Return a coloured shape."""
    return colour, size


def test_the_options_stand_where_the_parameter_stood() -> None:
    """Names, types and defaults are the builder's, all by keyword; the command keeps its name and words."""

    @spread(shape=shape)
    def draw(name: str, *, shape: object, loud: bool = False) -> None:
        """Draw it."""

    found = inspect.signature(draw).parameters
    assert [*found] == ["name", "red", "blue", "size", "loud"]
    assert {one.kind for one in found.values()} == {inspect.Parameter.KEYWORD_ONLY}
    assert [found[name].default for name in ("red", "size", "loud")] == [1, 5, False]
    types = {name: get_args(found[name].annotation)[:1] for name in ("red", "blue", "size")}
    assert types == {"red": (int,), "blue": (list[int] | None,), "size": (int,)}
    assert (draw.__name__, draw.__doc__) == ("draw", "Draw it.")
    assert set(draw.__annotations__) == set(found)


def drawing(found: list[object]) -> typer.Typer:
    """Return a command line that keeps what its command was called with."""

    @spread(shape=shape)
    def draw(name: str, *, shape: object, loud: bool = False) -> None:
        """Draw it."""
        found.append((name, shape, loud))

    return app_of(draw)


@pytest.mark.parametrize(
    ("argv", "called"),
    [
        (["x"], ("x", ((1, ()), 5), False)),
        (["--red", "2", "x", "--blue", "3", "--loud", "--blue", "4"], ("x", ((2, (3, 4)), 5), True)),
        (["--size", "7", "x"], ("x", ((1, ()), 7), False)),
    ],
)
def test_a_command_is_called_with_what_its_builders_return(argv: list[str], called: object) -> None:
    """Also where a builder has a builder of its own."""
    found: list[object] = []
    drawing(found)(argv, standalone_mode=False)
    assert found == [called]


def test_the_help_shows_spread_options_as_any_others() -> None:
    """In the order of the parameters, with their texts; of the parameter itself there is nothing."""
    shown = CliRunner().invoke(drawing([]), ["--help"]).stdout
    places = [shown.index(text) for text in ("Draw it.", "How red.", "How blue.", "How large.", "--loud")]
    assert places == sorted(places)
    assert "--shape" not in shown
    assert "--colour" not in shown


def test_a_wrong_value_is_the_parsers_to_tell() -> None:
    """The type of a spread option is the builder's."""
    done = CliRunner().invoke(drawing([]), ["x", "--red", "rosy"])
    assert done.exit_code == 2
    assert "Invalid value for '--red'" in done.output


def test_an_option_of_two_owners_is_refused_when_it_is_written() -> None:
    """A command that has an option of its builder's name is a mistake of ours, and is no command."""

    def twice(red: int = 0, *, colour: object) -> None:
        """Have two of them."""

    with pytest.raises(ValueError, match="duplicate parameter name: 'red'"):
        spread(colour=colour)(twice)


def test_a_value_of_a_builder_that_is_off_reaches_the_caller() -> None:
    """What a builder raises is not swallowed, and the command is not called."""

    def refuse(red: int = 0) -> None:
        raise UsageError(f"--red {red}: not today")

    @spread(colour=refuse)
    def draw(*, colour: object) -> None:
        raise AssertionError

    with pytest.raises(UsageError, match="--red 7: not today"):
        app_of(draw)(["--red", "7"], standalone_mode=False)


def test_commands_have_the_shared_options() -> None:
    """`run` and `compare` have all of them; `verify` and `serve` those about servers."""
    from wsbench.cli import gate as cli_gate
    from wsbench.cli import main as cli

    def options_of(function: Callable[..., Any]) -> set[str]:
        return {*inspect.signature(function).parameters}

    about_servers = options_of(axes_of)
    assert about_servers < options_of(words_of)
    for command in (cli.run, cli_gate.compare):
        assert options_of(words_of) <= options_of(command)
    for command in (cli.verify, cli.serve):
        assert about_servers <= options_of(command)
        assert not (options_of(words_of) - about_servers - {"as_shipped"}) & options_of(command)


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
    assert split(words) == parts


def test_a_seed_is_taken_or_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """0 is a seed like any other; one that is drawn is four random bytes."""
    assert (seed_of(0), seed_of(7)) == (0, 7)
    monkeypatch.setattr(options.os, "urandom", lambda count: bytes(range(1, count + 1)))
    assert seed_of(None) == 0x01020304
