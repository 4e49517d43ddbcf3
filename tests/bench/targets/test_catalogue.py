"""The table from a word to a contestant, and what is said about a word that is not in it."""

import ast
import importlib.util
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wsbench.environments.plugins import abilities, library_of
from wsbench.errors import UsageError
from wsbench.targets.catalogue import (
    CLIENTS,
    FLOOR,
    INSTRUMENT,
    LOOPS,
    REFERENCE,
    SERVERS,
    YARDSTICK,
    Contestant,
    choose,
)

ROWS = [("serve", one) for one in SERVERS.values()] + [("connect", one) for one in CLIENTS.values()]
OURS = [pytest.param(*row, id=f"{row[0]} {row[1].word}") for row in ROWS if row[1].module]


def test_choose_returns_the_known_word():
    """A known word comes back; an unknown one is told by its kind."""
    assert choose("client", "wire", CLIENTS) == "wire"
    with pytest.raises(UsageError, match=r"unknown client 'wires'; did you mean wire\? choose from wire, "):
        choose("client", "wires", CLIENTS)


def test_a_word_like_no_other_gets_the_list_alone():
    """Nothing is guessed where nothing is near."""
    with pytest.raises(UsageError) as caught:
        choose("fruit", "zzz", ("apple", "pear"))
    assert str(caught.value) == "unknown fruit 'zzz'; choose from apple, pear"


@given(st.text(max_size=20))
def test_the_message_is_one_line_whatever_the_word(word: str):
    """A word with line breaks or control characters in it is shown, not printed."""
    with pytest.raises(UsageError) as caught:
        choose("fruit", f"{word}!", ("apple", "pear"))
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("table", [SERVERS, CLIENTS], ids=["servers", "clients"])
def test_words_are_the_keys(table: dict[str, Contestant]):
    """A contestant is found under its own word, and no two share a file."""
    assert [one.word for one in table.values()] == list(table)
    modules = [one.module for one in table.values() if one.module]
    assert len(set(modules)) == len(modules)


@pytest.mark.parametrize(("function", "one"), OURS)
def test_every_module_of_the_table_exists(function: str, one: Contestant):
    """What the table names is found; it says in a few words what it is."""
    assert importlib.util.find_spec(one.module)
    assert one.about
    assert "\n" not in one.about


@pytest.mark.parametrize(("function", "one"), OURS)
def test_abilities_are_those_of_the_file(function: str, one: Contestant):
    """Nobody is promised a loop, TLS or deflate that the function of its file doesn't take.

    The library is that of the file, too: its LIBRARY is the distribution that the table asks for.
    """
    found = importlib.util.find_spec(one.module)
    assert found and found.origin
    tree = ast.parse(Path(found.origin).read_bytes())
    assert set(one.can) <= set(abilities(tree, function) or ())
    assert library_of(tree) == one.library


def test_only_the_instrument_has_no_module():
    """It is the bench's own; everybody else is a file, or an obstacle why there is none."""
    assert [one.word for _, one in ROWS if not one.module and not one.obstacle] == [INSTRUMENT]
    assert not [one.word for _, one in ROWS if one.module and one.obstacle]
    assert set(CLIENTS[INSTRUMENT].can) == {"tls", "deflate"}


def test_special_names_are_in_the_table():
    """Yardstick, floor and reference are servers; yardstick and floor need nothing that must be installed."""
    assert {YARDSTICK, FLOOR, REFERENCE} <= set(SERVERS)
    assert SERVERS[YARDSTICK].distributions == SERVERS[FLOOR].distributions == ()
    assert SERVERS[FLOOR].can == ()


def test_all_that_must_be_installed_is_library_and_needs():
    """The library comes first; without one there are the others alone."""
    one = Contestant("x", "wsbench.servers.x", "starlette", "an app", needs=("uvicorn", "websockets"))
    assert one.distributions == ("starlette", "uvicorn", "websockets")
    assert Contestant("x", "m", "", "", needs=("uvicorn",)).distributions == ("uvicorn",)
    assert Contestant("x", "m", "", "").distributions == ()


@pytest.mark.parametrize("one", [one for one in SERVERS.values() if one.library and not one.obstacle])
def test_every_server_of_a_library_says_from_which_version_on(one: Contestant):
    """Older ones are refused before anything is built for them."""
    assert re.fullmatch(r"\d+(\.\d+)+", one.oldest)


def test_asyncio_is_the_first_loop():
    """It is what a server runs on where nobody says anything."""
    assert LOOPS[0] == "asyncio"
    assert len(set(LOOPS)) == len(LOOPS)
