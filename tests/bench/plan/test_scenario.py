"""What a scenario file says, and what it can't say."""

from __future__ import annotations

import tomllib
from itertools import groupby

import pytest
from wsbench.errors import UsageError
from wsbench.plan.scenario import Scenario, TargetTable, in_turn, scenario_of


def read(text: str) -> Scenario:
    """Return what a file with this text says."""
    return scenario_of(tomllib.loads(text), "s.toml")


def test_options_and_targets() -> None:
    """Options as they are typed, with - or _; targets in their order."""
    found = read(
        "slow-readers = 1\nreply = 'any'\n"
        "[targets.b]\nurl = 'ws://b/'\nheaders = {A = '${B}'}\nredirects = 1\n"
        "[targets.a]\ncommand = 'x {port}'\ncores = [0, 2]\n[targets.c]\nserver = 'tornado@tls'\ncores = 2"
    )
    assert found.options == {"slow_readers": 1, "reply": "any"}
    assert found.targets == (
        TargetTable("b", url="ws://b/", headers={"A": "${B}"}, redirects=1),
        TargetTable("a", command="x {port}", cores="0,2"),
        TargetTable("c", server="tornado@tls", cores="2"),
    )
    assert [one.word for one in found.targets] == ["b=ws://b/", "a=cmd:x {port}", "c=tornado@tls"]


@pytest.mark.parametrize(
    ("written", "wish"), [("3", "3"), ("[3]", "3,3"), ("[0, 3]", "0,3"), ("'0,3'", "0,3"), ("[]", "")]
)
def test_a_list_of_cores_is_of_numbers(written: str, wish: str) -> None:
    """One in a list is core number 3, alone it is how many."""
    (found,) = read(f"[targets.a]\nserver = 'tornado'\ncores = {written}").targets
    assert found.cores == wish


def test_messages_take_turns_by_their_weights() -> None:
    """As evenly as can be: no message stands in one block."""
    found = in_turn([{"text": "a", "weight": 4}, {"text": "b"}, {"text": "c", "weight": 2}], "s.toml")
    assert sorted(found) == ["a", "a", "a", "a", "b", "c", "c"]
    assert max(len(list(run)) for _, run in groupby(found)) == 1
    assert read("[[messages]]\ntext = 'x'").options == {"message": ["x"]}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[target.x]", "unknown table in s.toml 'target'; did you mean targets? choose from"),
        ("targets = 1", "s.toml: write [targets.NAME] with url, command or server below it"),
        ("[targets.x]\nurll = 1", "unknown key of [targets.x] in s.toml 'urll'; did you mean url? choose"),
        ("[targets.x]", "[targets.x] in s.toml: say what it is by one of url, command and server"),
        ("[targets.x]\nurl = 'ws://a/'\nserver = 'b'", "[targets.x] in s.toml: say what it is by one of url"),
        ("[targets.x]\nurl = 1", "[targets.x] in s.toml: Expected `str`, got `int` - at `$.url`"),
        ("[targets.'x y']\nurl = 'ws://a/'", "[targets.x y] in s.toml: a name has letters, digits and"),
        (
            "[targets.x]\nurl = 'wss://a/'\nkey = 'k'",
            "[targets.x] in s.toml: certificate and key go together",
        ),
        (
            "[targets.x]\nurl = 'ws://a/'\nkey = 'k'\ncertificate = 'c'",
            "[targets.x] in s.toml: a certificate of a client goes with a url that begins with wss://",
        ),
        (
            "[targets.x]\nserver = 'a'\nredirects = 1",
            "[targets.x] in s.toml: redirects is how many to follow",
        ),
        (
            "[targets.x]\nurl = 'ws://a/'\ncores = 2",
            "[targets.x] in s.toml: cores are of a command or a serv",
        ),
        (
            "[targets.x]\nserver = 'a'\ncores = 'all'",
            "[targets.x] in s.toml: cores are of a command or a ser",
        ),
        ("[targets.x]\nserver = 'a'\nheaders = {A = 'b'}", "[targets.x] in s.toml: headers are for a url or"),
        ("[targets.x]\nurl = 'ws://a/'\nheaders = {'A b' = 'c'}", "--header 'A b': write it as"),
        ("message = 'a'\n[[messages]]\ntext = 'b'", "s.toml: it has both message and [[messages]]: choose"),
        ("messages = 'a'", "s.toml: write [[messages]] with text and weight below each"),
        ("[[messages]]\nweight = 2", "s.toml: each of [[messages]] has a text, or @FILE as its text"),
        ("[[messages]]\ntext = 'a'\nweight = 0.5", "s.toml: weight 0.5: a whole number, at least 1"),
        ("[[messages]]\ntext = 'a'\nweight = 99999", "s.toml: the weights of all messages are 99,999, at mo"),
        ("[[messages]]\ntxt = 'a'", "unknown key of [[messages]] in s.toml 'txt'; did you mean text?"),
    ],
)
def test_what_can_not_be_is_told(text: str, why: str) -> None:
    """In one line, with the nearest name."""
    with pytest.raises(UsageError) as caught:
        read(text)
    assert str(caught.value)[: len(why)] == why
