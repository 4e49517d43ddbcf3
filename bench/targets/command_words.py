"""How a command of the user's is read: variables, program and arguments, and no shell."""

from __future__ import annotations

import re
import shlex

BUILTINS = frozenset(
    {
        *(".", "!", "(", "[[", "{", "alias", "case", "cd", "declare", "eval", "exec", "export", "for", "if"),
        *("let", "local", "popd", "pushd", "readonly", "set", "shift", "source", "trap", "typeset"),
        *("ulimit", "umask", "unset", "until", "wait", "while"),
    }
)
"""First words that are no programs."""

_VARIABLE = re.compile(r"([A-Za-z_]\w*)=(.*)", re.ASCII | re.DOTALL)
_QUOTED = re.compile(r"""\\.|'[^']*'|"(?:\\.|[^"\\])*\"""", re.DOTALL)
_SYNTAX = re.compile(r"\|\|?|&&?|;|>>?|<|\$\(|`")
_PATTERN = re.compile(r"(?<!\S)[^\s=-][^\s=]*\*|(?<!\S)\*")


def command_words(command: str) -> tuple[dict[str, str], list[str]]:
    """Return the variables that stand before a command (`NAME=value`), and its words.

    Raises `ValueError` where a quotation is not closed.
    """
    words, variables = shlex.split(command), dict[str, str]()
    while words and (found := _VARIABLE.fullmatch(words[0])):
        variables[found[1]] = found[2]
        del words[0]
    return variables, words


def shell_syntax(command: str) -> str:
    """Return the first thing in a command that only a shell understands, "" where there is none.

    What is quoted is an argument; so is a `*` in an option (`--allow=*`).
    """
    bare = _QUOTED.sub("q", command)
    if found := _SYNTAX.search(bare):
        return found[0]
    if _PATTERN.search(bare):
        return "*"
    words = command_words(command)[1]
    return words[0] if words and words[0] in BUILTINS else ""


def why_not(command: str) -> str:
    """Say in one line why a command can't be started, "" where it can be tried."""
    try:
        words = command_words(command)[1]
    except ValueError as problem:
        return str(problem).lower()
    if not words or "{port}" not in command:
        return "a command says where its port goes, as in mine='cmd:node server.js {port}'"
    if not words[0]:
        return "the word where its program should be is empty"
    if syntax := shell_syntax(command):
        return f"{syntax} needs a shell, and there is none: quote it, or write cmd:sh -c '…{{port}}…'"
    return ""
