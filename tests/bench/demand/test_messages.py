"""Messages of the user's: what is stored of them, and whether they are the same again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from wsbench.demand.messages import sent_of, spread, told, weighed, with_messages, without_messages
from wsbench.demand.workload import Workload
from wsbench.errors import UsageError

SAY = told(b"hello")


def reading(text: str) -> Callable[[str], str]:
    """Return what reads any file or variable as this text."""
    return lambda _: text


def stored(**changes: object) -> Workload:
    """Return a workload as a result file has it."""
    return without_messages(Workload(5, **{"messages": ("hello",), **changes}))


def test_messages_take_turns_by_their_weights() -> None:
    """As evenly as can be, and each as often as it weighs; without weights each once."""
    assert spread([4, 1, 2]) == [0, 2, 0, 1, 0, 2, 0]
    assert weighed(["a", "b"], [2, 1]) == ["a", "b", "a"]
    assert weighed(["a", "b"], []) == ["a", "b"]
    assert weighed([], []) == []


@pytest.mark.parametrize(
    ("weights", "line"),
    [
        ([1], "--weight: give one for each --message, in their order; these are 2 --message and 1 --weight"),
        ([1, 0], "--weight 0: at least 1; leave out a message that is not to be sent"),
        ([9_999, 2], "--weight: all together are 10,001, at most 10,000"),
    ],
)
def test_weights_that_are_off_are_told(weights: list[int], line: str) -> None:
    """In one line."""
    with pytest.raises(UsageError, match=line):
        weighed(["a", "b"], weights)


def test_length_and_digest_are_stored() -> None:
    """And nothing of the text; what named a file stays as it was typed."""
    assert SAY == "5 B, sha256 2cf24dba5fb0a30e"
    assert stored(typed=("@say.txt",)) == Workload(5, messages=(SAY,), typed=("@say.txt",))
    assert without_messages(Workload()) == Workload()


def test_what_named_a_file_is_read_again() -> None:
    """What was typed out is found among those that are given again, in whatever order."""
    named = stored(typed=("@say.txt",))
    assert with_messages(named, (), reading("hello")) == Workload(5, messages=("hello",), typed=("@say.txt",))
    both = stored(messages=("hello", "x"), typed=("", ""))
    assert with_messages(both, ("x", "hello"), reading("")).messages == ("hello", "x")
    assert with_messages(Workload(), ("x",), reading("")) == Workload()


def test_a_secret_beside_a_variable_is_not_stored() -> None:
    """The message has to be given again then."""
    one = stored(typed=('{"token": "sesame", "n": "${N}"}',))
    assert one.typed == ('{"token": "…", "n": "${N}"}',)
    assert with_messages(one, ("hello",), reading("other")).messages == ("hello",)


def test_bytes_are_read_again() -> None:
    """As they were, not as text."""
    raw = stored(messages=("\xff\xfe",), typed=("@b",), encoding="latin-1", text=False)
    assert raw.messages == (told(b"\xff\xfe"),)
    assert with_messages(raw, (), reading("\udcff\udcfe")).encoded == (b"\xff\xfe",)


@pytest.mark.parametrize(
    ("workload", "given", "why"),
    [
        (
            stored(typed=("@say.txt",)),
            (),
            f"the message of --message @say.txt has changed since the baseline: {SAY}; now {told(b'bye')}",
        ),
        (
            stored(),
            (),
            f"the baseline's message ({SAY}): it was typed out, so it is not stored; give it again with --me",
        ),
        (
            stored(),
            ("hallo",),
            f"the baseline's message ({SAY}): none that was given is the same; give it again with --message",
        ),
    ],
)
def test_what_is_not_the_same_is_told(workload: Workload, given: tuple[str, ...], why: str) -> None:
    """In one line."""
    with pytest.raises(UsageError) as caught:
        with_messages(workload, given, reading("bye"))
    assert str(caught.value)[: len(why)] == why


def test_text_must_be_utf8() -> None:
    """Binary need not be; each character stands for a byte then, in all of them."""
    odd = ("é", "\udcff")
    with pytest.raises(UsageError, match=r"^--message @b: it is not UTF-8, as text must be: add --binary$"):
        sent_of(odd, ("", "@b"), text=True)
    assert sent_of(odd, ("", "@b"), text=False) == {
        "messages": ("\xc3\xa9", "\xff"),
        "typed": ("", "@b"),
        "encoding": "latin-1",
    }
    assert sent_of(("é",), ("",), text=True) == {"messages": ("é",), "typed": ("",)}
