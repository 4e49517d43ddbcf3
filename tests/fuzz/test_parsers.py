"""Whatever a parser reads, it raises its documented error in one line or nothing; `make fuzz` tries more."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from parser import Parser
from parsers import PARSERS

EXAMPLES = 40
"""For each parser in each run of the suite."""


def changed(seed: bytes, at: float, gone: int, new: bytes) -> bytes:
    """Return a valid input with some bytes replaced, at a share of its length."""
    begin = round(at * len(seed))
    return seed[:begin] + new + seed[begin + gone :]


def inputs(parser: Parser) -> st.SearchStrategy[bytes]:
    """Return valid inputs that were changed in one place, and words in any order."""
    words = st.sampled_from(parser.words) if parser.words else st.binary(min_size=1, max_size=4)
    piece = words | st.binary(max_size=4)
    near = st.builds(
        changed, st.sampled_from(parser.seeds), st.floats(0, 1), st.integers(0, 9), piece | st.just(b"")
    )
    return near | st.lists(words | piece, max_size=9).map(b"".join)


@pytest.mark.parametrize("name", PARSERS)
def test_the_first_seed_is_valid(name: str) -> None:
    """It is read without an error, or changing it would be of no use."""
    PARSERS[name].parse(PARSERS[name].seeds[0])


@pytest.mark.parametrize("name", PARSERS)
@settings(max_examples=EXAMPLES)
@given(data=st.data())
def test_no_input_is_a_crash(name: str, data: st.DataObject) -> None:
    """Nothing is raised but what is documented, and all that the parser asserts of its result holds."""
    PARSERS[name].take(data.draw(inputs(PARSERS[name])))
