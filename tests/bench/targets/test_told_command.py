"""The command that was typed, as a summary shows it."""

from __future__ import annotations

import shlex

import pytest
from wsbench.targets.told_command import told_command


@pytest.mark.parametrize(
    ("words", "line", "places"),
    [
        ("run tornado aiohttp --rounds 3", "wsbench run tornado aiohttp --rounds 3", ""),
        (
            "run x=ws://h/ --header 'Authorization: Bearer a b' --header=X:y",
            "wsbench run x=ws://h/ --header 'Authorization: …' '--header=X: …'",
            "--header Authorization, --header X",
        ),
        ("run x=ws://h/ --header 'A:${TOKEN}'", "wsbench run x=ws://h/ --header 'A: ${TOKEN}'", ""),
        ("run x=ws://h/ --first a --message=b", "wsbench run x=ws://h/ --first … --message=…", None),
        (
            "run x=ws://h/ --first @a --message '${B}'",
            "wsbench run x=ws://h/ --first @a --message '${B}'",
            "",
        ),
        ("run x=ws://h/ --header oops", "wsbench run x=ws://h/ --header …", "--header"),
        ("run x=ws://h/?token=a", "wsbench run x=ws://h/?token=…", "the … of x=ws://h/?token=…"),
        (
            "run 'x=cmd:T=a node {port} --token b'",
            "wsbench run 'x=cmd:T=… node {port} --token …'",
            "the … of x=cmd:T=… node {port} --token …",
        ),
        ("run x --token abc", "wsbench run x --token …", "--token"),
        ("load ws://h/ --message --first", "wsbench load ws://h/ --message …", "--message"),
    ],
)
def test_a_command_is_told_without_secrets(words: str, line: str, places: str | None):
    """It says what has to be filled in, and is told alike if it is told again."""
    told = told_command(shlex.split(words))
    assert shlex.split(told.line) == shlex.split(line)
    assert told_command(told.words).words == told.words
    if places is None:
        assert told.places == ("--first", "--message")
    elif places:
        assert told.to_fill_in == f"… is not shown: fill in {places}."
    else:
        assert (told.to_fill_in, told.secrets) == ("", ())


def test_what_was_left_out_is_known():
    """So that no line of the command repeats it."""
    words = ["run", "x=cmd:T=one node {port} --token two", "y=wss://h/?k=Three", "--header", "A: four"]
    assert told_command([*words, "--message", "five"]).secrets == ("one", "two", "Three", "four", "five")


def test_a_value_that_names_a_variable_may_hold_a_secret_besides():
    """That one is left out."""
    told = told_command(["run", "x=ws://h/", "--first", '{"token": "abc", "n": "${N}"}'])
    assert told.words[-1] == '{"token": "…", "n": "${N}"}'
    assert told.secrets == ("abc",)
