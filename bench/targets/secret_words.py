"""Where secrets stand in what a user types (commands, URLs, messages), and the same text without them.

Nobody marks a secret as one. A value counts as one by the name before it (`--token`, `API_KEY=`, `?auth=`,
`"password":`), by where it stands (user and password of a URL, a variable before a command), or because it
looks like one: long, of letters and digits. A value that names a variable (`$TOKEN`, `${TOKEN}`) or a file
holds none.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import unquote

from ..hiding import HIDDEN

_SECRET = re.compile(
    r"\w*(token|secret|passw(or)?d|passphrase|credential|cookie)s?|\w*key|pass|pwd|auth(orization)?|bearer|jwt"
    r"|sid|session(id)?|sig(nature)?|ticket|pin|otp|pat"
)
_BETWEEN = re.compile(r"[-_.\s]+|(?<=[a-z])(?=[A-Z])")
"""What separates the words of a name: `auth-token`, `AUTH_TOKEN`, `authToken`."""

_QUOTED = r"'[^']*'|\"(?:\\.|[^\"\\])*\""
_VARIABLE = re.compile(rf"(?P<name>\b[A-Za-z_]\w*)=(?P<value>(?:{_QUOTED}|\S)*+)")
_VARIABLES = re.compile(rf"^(?:\s*\b[A-Za-z_]\w*=(?:{_QUOTED}|\S)*+(?=\s))+")
"""What stands before a command, for its environment."""

_NAMED = re.compile(
    r"(?<![\w-])(?P<name>--?[A-Za-z][\w.-]*(?:=|\s+(?!-))|[A-Za-z_]\w*=)"
    rf"(?P<value>{_QUOTED}|[^\s'\"]+)"
)
_HEADER = re.compile(r"(?<![\w-])(?P<name>[A-Za-z][\w-]*):\s+(?P<value>[^\s'\"][^'\"\n]*)")
_PAIR = re.compile(r"[\"'](?P<name>[\w.-]+)[\"']\s*:\s*(?P<q>[\"'])(?P<value>(?:\\.|(?!(?P=q)).)+)")
_WORD = re.compile(r"(?<![^\s'\"])(?P<name>)(?P<value>[^\s'\"]+)(?![^\s'\"])")
_URL = re.compile(r"[A-Za-z][\w+.-]*://[^\s'\"]+")
_USER = re.compile(r"(?<=://)(?P<name>)(?P<value>[^/?#@]*)(?=@)")
_ASKED = re.compile(r"(?P<name>[?&;#](?:[^=&;#]*=)?)(?P<value>[^&;#]+)")

_PLAIN = re.compile(r"[a-z]{1,12}|[A-Z]{1,6}|\d{1,6}")
"""Values in the query of a URL that are told: a short word or a number, of no name that sounds secret."""

_PATH = re.compile(
    r"(~|\.{0,2})/[\w./-]+|[\w./-]+\.(cnf|conf|crt|env|ini|jks|json|key|p12|pem|pfx|pub|toml|txt|ya?ml)"
)
_REFERENCE = re.compile(r"([A-Za-z]+\s+)?\$\w+|.*(\$\{\w+\}|\{(port|host)\}).*", re.DOTALL)


class Told(NamedTuple):
    """A text as it may be told, and what was left out of it."""

    text: str
    secrets: tuple[str, ...] = ()


def sounds_secret(name: str) -> bool:
    """Whether a value of this name is a secret, by the name's last word: `--auth-token`, `dbPassword`."""
    return bool(_SECRET.fullmatch(_BETWEEN.split(name.strip("-_. \t\n0123456789?&;#=:"))[-1].lower()))


def looks_secret(word: str) -> bool:
    """Whether a word looks like a token or key: made of letters and digits, and longer than names are."""
    digits, letters = sum(map(str.isdigit, word)), sum(map(str.isalpha, word))
    mixed = word != word.lower() and word != word.upper()
    made = digits >= 2 and letters >= 2 and len(word) >= (10 if mixed else 16)
    return made and not re.search(r"[/{}:@,\\]|\.\w{1,5}$", word)


def of_url(url: str) -> Told:
    """Return a URL without user and password, and without what its query says beyond plain words."""
    found: list[str] = []
    url = _without(_USER, url, lambda _name, _value: True, found)
    head, mark, asked = url.partition(_first_of(url))
    asked = _without(
        _ASKED, mark + asked, lambda name, value: sounds_secret(name) or not _PLAIN.fullmatch(value), found
    )
    return Told(head + asked, tuple(dict.fromkeys((*found, *map(unquote, found)))))


def _first_of(url: str) -> str:
    """Return what the query or the fragment of a URL begins with."""
    marks = [one for one in url if one in "?#"]
    return marks[0] if marks else "?"


def of_text(text: str) -> Told:
    """Return any text without its secrets: a message, a header, an option, a URL."""
    found: list[str] = []

    def without_url(match: re.Match[str]) -> str:
        told = of_url(match[0])
        found.extend(told.secrets)
        return told.text

    text = _URL.sub(without_url, text)
    for pattern in (_HEADER, _PAIR):
        text = _without(pattern, text, lambda name, _value: sounds_secret(name), found)
    text = _without(
        _NAMED, text, lambda name, value: sounds_secret(name) and not _PATH.fullmatch(value), found
    )
    text = _without(_WORD, text, lambda _name, value: looks_secret(value), found)
    return Told(text, tuple(found))


def of_command(command: str) -> Told:
    """Return a command line without its secrets; the variables before it are all taken for some."""
    found: list[str] = []
    before = _VARIABLES.match(command)
    variables = command[: before.end()] if before else ""
    rest = of_text(command[len(variables) :])
    variables = _without(_VARIABLE, variables, lambda _name, _value: True, found)
    return Told(variables + rest.text, (*found, *rest.secrets))


def _without(
    pattern: re.Pattern[str], text: str, is_secret: Callable[[str, str], bool], found: list[str]
) -> str:
    """Return a text in which each value of a pattern that is a secret is hidden, and add those to `found`.

    What is none may itself hold another name with its value: `-e TOKEN=…`.
    """
    parts, kept, at = list[str](), 0, 0
    while match := pattern.search(text, at):
        value = match["value"]
        bare = value[1:-1] if value[:1] in {"'", '"'} and value[-1:] == value[:1] else value
        at = match.end()
        if not bare or bare == HIDDEN or _REFERENCE.fullmatch(bare) or not is_secret(match["name"], bare):
            at = max(match.start("value"), match.start() + 1)
            continue
        found.append(bare)
        parts += [text[kept : match.start("value")], HIDDEN]
        kept = at
    return "".join([*parts, text[kept:]])
