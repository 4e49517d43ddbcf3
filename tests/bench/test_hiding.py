"""Texts of others without what was handed to `hide`."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wsbench.hiding import HIDDEN, LEAST, PIECE, SEARCHED, forget, hide, told

ALPHABET = "abcdefghijklmnopqrstuvwxyz"


@pytest.fixture(autouse=True)
def nothing_hidden() -> Iterator[None]:
    """Begin and end as a command does."""
    forget()
    yield
    forget()


def test_a_value_is_hidden_wherever_it_stands():
    """Several in one text, the longest first, until the command is over."""
    hide("sesame", "sesame street")
    assert told("sesame: no sesame street, sesame") == f"{HIDDEN}: no {HIDDEN}, {HIDDEN}"
    forget()
    assert told("sesame") == "sesame"


@pytest.mark.parametrize("value", ['it\'s "sesame"', "two\nlines", "tür zu", 'back\\slash "x"'])
def test_it_is_known_however_it_is_written(value: str):
    """As a `repr` and JSON write it: exceptions and logs of servers do."""
    hide(value)
    for text in (value, repr(value)[1:-1], json.dumps(value)[1:-1]):
        assert told(f"no <{text}>") == f"no <{HIDDEN}>"


def test_what_is_shorter_stands_in_every_text():
    """A message of two letters hides nothing."""
    hide("a", "no", "yes", " ")
    assert told("a no is no yes") == "a no is no yes"
    hide("yes!")
    assert told("yes!") == HIDDEN
    assert len("yes!") == LEAST


@pytest.mark.parametrize("begin", range(len(ALPHABET) - PIECE + 1))
def test_a_piece_is_hidden(begin: int):
    """Servers cut what they quote, at either end; what is shorter than a piece may be chance."""
    hide(ALPHABET)
    assert told(f"no {ALPHABET[begin : begin + PIECE]}!") == f"no {HIDDEN}!"
    assert told(f"no {ALPHABET[begin : begin + PIECE - 1]}!") != f"no {HIDDEN}!"


def test_pieces_are_as_long_as_can_be():
    """All that hangs together goes, and each of several."""
    hide(ALPHABET)
    assert told(f"<{ALPHABET[3:20]}> and <{ALPHABET[5:]}>") == f"<{HIDDEN}> and <{HIDDEN}>"


def test_the_beginning_of_a_large_message_is_looked_for():
    """Of a file of megabytes what may be quoted is its beginning."""
    hide("0123456789abcdef" + "x" * 2 * SEARCHED)
    assert told("the latest beginning 0123456789abcdefxxx") == f"the latest beginning {HIDDEN}"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("can't fetch https://me:sesame@index/simple", f"can't fetch https://{HIDDEN}@index/simple"),
        ("ssh://git@host/it is fine", "ssh://git@host/it is fine"),
        ("see https://host/a:b@c", "see https://host/a:b@c"),
    ],
)
def test_a_password_in_any_url_is_hidden(text: str, shown: str):
    """Whoever wrote it: an index, a proxy, a repository."""
    assert told(text) == shown


@given(st.text(), st.text(min_size=LEAST))
def test_no_text_has_a_hidden_value(text: str, value: str):
    """Whatever stands around it."""
    forget()
    hide(value)
    if len(value.strip()) >= LEAST and HIDDEN not in value:
        assert value.strip() not in told(f"{text}{value}{text}")
