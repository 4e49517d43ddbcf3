"""Commands are words and variables, and no shell; test_spec_parser.py makes specs of them."""

import pytest
from wsbench.targets.command_words import command_words, shell_syntax, why_not


@pytest.mark.parametrize(
    ("command", "variables", "words"),
    [
        ("node s.js {port}", {}, ["node", "s.js", "{port}"]),
        ("NODE_ENV=production node s.js {port}", {"NODE_ENV": "production"}, ["node", "s.js", "{port}"]),
        ("A= B='c d' _e1=f=g x y=z", {"A": "", "B": "c d", "_e1": "f=g"}, ["x", "y=z"]),
        ("PORT={port} ./s", {"PORT": "{port}"}, ["./s"]),
        ("1A=b c", {}, ["1A=b", "c"]),
        ("--a=b c", {}, ["--a=b", "c"]),
        ("A=b", {"A": "b"}, []),
    ],
)
def test_variables_stand_before_the_program(command: str, variables: dict[str, str], words: list[str]):
    """As in a shell: what looks like one behind it is an argument."""
    assert command_words(command) == (variables, words)


@pytest.mark.parametrize(
    ("command", "syntax"),
    [
        ("a {port} | b", "|"),
        ("a {port} || b", "||"),
        ("a {port}&", "&"),
        ("a {port} && b", "&&"),
        ("a; b {port}", ";"),
        ("a {port} >log", ">"),
        ("a {port} 2>&1", ">"),
        ("a {port} >> log", ">>"),
        ("a {port} < in", "<"),
        ("a $(b) {port}", "$("),
        ("a `b` {port}", "`"),
        ("a *.js {port}", "*"),
        ("a src/*.js {port}", "*"),
        ("a * {port}", "*"),
        ("cd x {port}", "cd"),
        ("A=b export C={port}", "export"),
        ("source env {port}", "source"),
        (". env {port}", "."),
    ],
)
def test_what_only_a_shell_understands_is_found(command: str, syntax: str):
    """The line says what it is, and how it is written."""
    assert shell_syntax(command) == syntax
    line = f"{syntax} needs a shell, and there is none: quote it, or write cmd:sh -c '…{{port}}…'"
    assert why_not(command) == line


@pytest.mark.parametrize(
    "command",
    [
        "sh -c 'cd x && node s.js {port} > log; a | b $(c) `d` *.e'",
        'a "b; c" {port}',
        'a "b \\" > c" {port}',
        r"a b\;c \* \> {port}",
        "a --allow=* --at=http://h/x*y {port}",
        "a -I* {port}",
        "a cd export {port}",
        "a $HOME {port} # ~ ? [x]",
        "./cd {port}",
    ],
)
def test_what_is_quoted_or_an_option_is_an_argument(command: str):
    """It is handed on as it is."""
    assert shell_syntax(command) == ""
    assert why_not(command) == ""


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("", "a command says where its port goes"),
        ("A={port}", "a command says where its port goes"),
        ("node s.js", "a command says where its port goes"),
        ("A=b '' {port}", "the word where its program should be is empty"),
        ("node 's.js {port}", "no closing quotation"),
        ("node 's.js; {port}", "no closing quotation"),
    ],
)
def test_why_a_command_can_not_be_started(command: str, why: str):
    """One line."""
    assert why_not(command).startswith(why)
