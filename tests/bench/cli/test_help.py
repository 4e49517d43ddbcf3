"""What `--help` looks like."""

from __future__ import annotations

from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner
from wsbench.cli.help import EXAMPLES, OTHERS, SECTIONS, WAY_IN, WORDS
from wsbench.cli.main import app
from wsbench.cli.parser import ORDER

COMMANDS: dict[str, Any] = get_command(app).commands  # type: ignore[attr-defined]
ELSEWHERE = {"help", "version", "versions", "clear", "host", "port"}
"""Options that belong to one verb alone, and have no section."""


def told(*words: str, width: int = 80) -> str:
    """Return a help text on a terminal of so many columns."""
    return (
        CliRunner().invoke(app, [*words, "--help"], terminal_width=width, env={"COLUMNS": str(width)}).output
    )


@pytest.mark.parametrize("verb", ORDER)
def test_help_fits_80_columns_and_is_not_cut(verb: str) -> None:
    """With two examples of this verb at its end."""
    text = told(verb)
    examples = text.partition("Examples:\n")[2].splitlines()
    assert [line.strip() for line in examples if line] == [*EXAMPLES[verb]]
    assert max(map(len, text.partition("Examples:")[0].splitlines())) <= 80
    assert "..." not in text.replace("]...", "").replace("CANDIDATE...", "")


@pytest.mark.parametrize("verb", ORDER)
def test_examples_are_calls_that_the_parser_knows(verb: str) -> None:
    """No option of theirs is made up."""
    options = {word for one in COMMANDS[verb].params for word in (*one.opts, *one.secondary_opts)}
    assert len(EXAMPLES[verb]) == 2
    for line in EXAMPLES[verb]:
        assert line.split()[:2] == ["wsbench", verb]
        assert {word for word in line.split() if word.startswith("--")} <= options


def test_every_option_has_one_section() -> None:
    """What no section names would stand among the others, where nobody looks."""
    sections = [name for names in SECTIONS.values() for name in names]
    assert len(sections) == len(set(sections))
    params = [one for command in COMMANDS.values() for one in command.params]
    options = {one.name for one in params if one.param_type_name == "option"}
    assert options - set(sections) == ELSEWHERE - {"help", "version"}
    assert set(sections) <= options
    assert set(WORDS) <= {one.name for one in params}
    assert OTHERS in told("run")


def test_the_list_of_verbs_has_whole_sentences() -> None:
    """As their own help begins."""
    text = " ".join(told().split())
    for verb, command in COMMANDS.items():
        assert f"{verb} {command.help}" in text


def test_the_way_in_names_verbs_that_there_are() -> None:
    """And fits the screen."""
    lines = WAY_IN.splitlines()
    assert max(map(len, lines)) <= 80
    assert {line.split()[1] for line in lines if line.startswith("  wsbench")} <= set(COMMANDS)
