"""The decorator that lets commands share options, through the parser that the commands have."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, get_args

import pytest
import typer
from typer.testing import CliRunner
from wsbench.cli.parser import Parser, expand_parameters
from wsbench.errors import UsageError


def app_of(command: Callable[..., Any]) -> typer.Typer:
    """Return a command line of this command alone."""
    app = Parser(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    app.command()(command)
    return app


def colour(
    red: Annotated[int, typer.Option(help="How red.")] = 1,
    blue: Annotated[list[int] | None, typer.Option("--blue", help="How blue.")] = None,
) -> tuple[int, tuple[int, ...]]:
    """Return a colour."""
    return red, tuple(blue or ())


@expand_parameters(colour=colour)
def shape(*, colour: object, size: Annotated[int, typer.Option(help="How large.")] = 5) -> tuple[object, int]:
    """Return a coloured shape."""
    return colour, size


def test_the_options_stand_where_the_parameter_stood() -> None:
    """Names, types and defaults are the builder's, all by keyword; the command keeps its name and words."""

    @expand_parameters(shape=shape)
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

    @expand_parameters(shape=shape)
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


def test_the_help_shows_shared_options_as_any_others() -> None:
    """In their sections, with their texts; of the parameter itself there is nothing."""
    shown = CliRunner().invoke(drawing([]), ["--help"]).stdout
    places = [shown.index(text) for text in ("Draw it.", "How large.", "How red.", "How blue.", "--loud")]
    assert places == sorted(places)
    assert "--shape" not in shown
    assert "--colour" not in shown


def test_a_wrong_value_is_the_parsers_to_tell() -> None:
    """The type of a shared option is the builder's."""
    done = CliRunner().invoke(drawing([]), ["x", "--red", "rosy"])
    assert done.exit_code == 2
    assert "Invalid value for '--red'" in done.output


def test_an_option_of_two_owners_is_refused_when_it_is_written() -> None:
    """A command that has an option of its builder's name is a mistake of ours, and is no command."""

    def twice(red: int = 0, *, colour: object) -> None:
        """Have two of them."""

    with pytest.raises(ValueError, match="duplicate parameter name: 'red'"):
        expand_parameters(colour=colour)(twice)


def test_a_value_of_a_builder_that_is_off_reaches_the_caller() -> None:
    """What a builder raises is not swallowed, and the command is not called."""

    def refuse(red: int = 0) -> None:
        raise UsageError(f"--red {red}: not today")

    @expand_parameters(colour=refuse)
    def draw(*, colour: object) -> None:
        raise AssertionError

    with pytest.raises(UsageError, match="--red 7: not today"):
        app_of(draw)(["--red", "7"], standalone_mode=False)


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["\udcff"], "name '\\udcff': it is not UTF-8"),
        (["x", "--blue", "a", "--blue", "b\udcff"], "--blue 'b\\udcff': it is not UTF-8"),
    ],
)
def test_what_is_typed_is_utf8(argv: list[str], said: str) -> None:
    """It is stored and sent as UTF-8; a message and the name of a file may have other bytes."""
    called: list[object] = []

    def draw(
        name: str,
        message: Annotated[str, typer.Option("--message")] = "",
        out: Annotated[Path | None, typer.Option("--out")] = None,
        blue: Annotated[list[str] | None, typer.Option("--blue")] = None,
    ) -> None:
        called.append((name, message, out, blue))

    app_of(draw)(["ä", "--message", "\udcff", "--out", "\udcfe"], standalone_mode=False)
    assert called == [("ä", "\udcff", Path("\udcfe"), None)]
    with pytest.raises(UsageError) as caught:
        app_of(draw)(argv, standalone_mode=False)
    assert str(caught.value) == said


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["x", "--red", "2", "--red", "3"], "--red is given 2 times: give it once"),
        (["x", "--red=2", "--red=2", "--red", "2"], "--red is given 3 times: give it once"),
        (["--awake", "x", "--no-awake"], "--awake/--no-awake is given 2 times: give it once"),
        (["x", "-s", "2", "--size", "3"], "--size/-s is given 2 times: give it once"),
    ],
)
def test_an_option_of_one_value_is_given_once(argv: list[str], said: str) -> None:
    """The last one would win without a word; options of several values and plain flags may be repeated."""
    called: list[object] = []

    def draw(
        name: str,
        red: int = 1,
        size: Annotated[int, typer.Option("--size", "-s")] = 1,
        awake: Annotated[bool, typer.Option("--awake/--no-awake")] = True,
        loud: Annotated[bool, typer.Option("--loud")] = False,
        blue: Annotated[list[int] | None, typer.Option("--blue")] = None,
    ) -> None:
        called.append((name, red, size, awake, loud, blue))

    app_of(draw)(["x", "--loud", "--loud", "--blue", "1", "--blue", "2"], standalone_mode=False)
    assert called == [("x", 1, 1, True, True, [1, 2])]
    with pytest.raises(UsageError) as caught:
        app_of(draw)(argv, standalone_mode=False)
    assert str(caught.value) == said
