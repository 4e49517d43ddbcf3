"""Keyword arguments are the options of the command line: by the same names, read by the same functions."""

from __future__ import annotations

import inspect

import pytest
from wsbench.cli import main
from wsbench.errors import UsageError
from wsbench.library.options import NO_OPTIONS, Margins, Options, margin_words, several, words_of
from wsbench.library.verbs import run
from wsbench.planning.workloads import Words


def test_the_options_are_those_of_run() -> None:
    """Each option of the command is a keyword, but for what is of a terminal; there are no others."""
    options = set(inspect.signature(main.run).parameters)
    of_terminals = {
        "ctx",
        "everybody",
        "dry_run",
        "resume",
        "details",
        "format",
        "write",
        "quiet",
        *NO_OPTIONS,
    }
    own = set(inspect.signature(run).parameters) - {"options"}
    assert options - of_terminals == {*Options.__annotations__, *own}


def test_without_options_nothing_was_said() -> None:
    """Defaults are the command line's."""
    assert words_of(["tornado"], {}) == Words(servers=("tornado",))


def test_one_value_or_several() -> None:
    """Where an option may be given several times, a list may stand, and commas as on the command line."""
    words = words_of(
        [], {"client": "wire,ws4py", "size": [64, 128], "depth": 32, "think": "1ms", "binary": True}
    )
    assert (words.clients, words.sizes, words.depths) == (("wire", "ws4py"), (64, 128), (32,))
    assert (words.think_us, words.kinds) == (1000, ("binary",))
    assert several("ab") == ("ab",)


def test_messages_and_replies_are_read_as_typed() -> None:
    """Files and variables stand in their place, and rules are rules."""
    words = words_of([], {"message": '{"id": {n}}', "reply": "json:to=id", "skip": 1})
    assert words.messages == ('{"id": {n}}',)
    assert words.axes.access.skip == 1
    assert words.axes.access.reply.rule == "json"


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({"sise": 3}, "did you mean size"),
        ({"scenario": "a.toml"}, "unknown option"),
        ({"reply": "telepathy"}, "telepathy"),
        ({"timeout": "soon"}, "--timeout"),
        ({"rounds": "x"}, "^rounds: a whole number, not 'x'"),
        ({"rounds": True}, "^rounds: a whole number, not True"),
        ({"size": ["a"]}, "^size: a whole number, or several, not 'a'"),
        ({"think": None}, "^think: a string, not None"),
        ({"tls": "yes"}, "^tls: True or False, not 'yes'"),
    ],
)
def test_what_is_off_is_one_line(options: dict[str, object], what: str) -> None:
    """It says what and which."""
    with pytest.raises(UsageError, match=what):
        words_of([], options)


def test_none_is_what_was_not_given() -> None:
    """Where the command line has nothing for it."""
    assert words_of([], {"size": None, "rounds": None, "timeout": None}) == Words()


@pytest.mark.parametrize(
    ("margin", "what"),
    [
        (True, "margin True: write a number"),
        (-3, "margin -3: a margin is a number of percent"),
        ("much", "margin much: a margin is a number of percent"),
        ({"rtt_p5": 3}, "unknown metric of margin 'rtt_p5'; did you mean rtt_p50"),
        (["3", "4"], "margin 4: all that is gated has one already"),
    ],
)
def test_a_margin_that_is_none_is_told_of_the_argument(margin: Margins, what: str) -> None:
    """Nobody typed an option."""
    with pytest.raises(UsageError) as raised:
        margin_words(margin)
    assert str(raised.value).startswith(what)


def test_margins_are_percent() -> None:
    """One for all, by metric, or as typed."""
    assert margin_words(None) == ()
    assert margin_words(5) == ("5",)
    assert margin_words({"instructions": 0.5}) == ("instructions=0.5",)
    assert margin_words(["2", "rtt_p99=10"]) == ("2", "rtt_p99=10")
