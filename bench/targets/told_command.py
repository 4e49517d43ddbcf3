"""The command that a user typed, as it may be told, stored and typed again."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import NamedTuple

from ..hiding import HIDDEN
from .secret_words import Told, of_command, of_text, sounds_secret
from .templates import refers

VALUES = ("--header", "--first", "--message")
"""Options whose values are told only where they name a file or a variable."""


class ToldCommand(NamedTuple):
    """The words of a command without its secrets, those, and where `…` stands in the words."""

    words: tuple[str, ...]
    secrets: tuple[str, ...]
    places: tuple[str, ...]

    @property
    def line(self) -> str:
        """The command as a shell takes it."""
        return shlex.join(("wsbench", *self.words))

    @property
    def to_fill_in(self) -> str:
        """A sentence on what has to be filled in before it is run again, "" for nothing."""
        if not self.places:
            return ""
        return f"{HIDDEN} is not shown: fill in {', '.join(dict.fromkeys(self.places))}."


def told_command(words: Sequence[str]) -> ToldCommand:
    """Return what was typed behind `wsbench`, as it may be told."""
    shown, secrets, places, before = list[str](), list[str](), list[str](), ""
    for word in words:
        option, equals, value = word.partition("=")
        if before in VALUES:
            told, place = _value(before, word)
        elif equals and option in VALUES:
            told, place = _value(option, value)
            told = Told(f"{option}={told.text}", told.secrets)
        elif before.startswith("-") and sounds_secret(before) and not word.startswith("-"):
            told, place = Told(HIDDEN, (word,)), before
        else:
            told, place = told_word(word), ""
        before = "" if before in VALUES else word
        shown.append(told.text)
        secrets += told.secrets
        places += [place or f"the … of {told.text}"] if HIDDEN in told.text else []
    return ToldCommand(tuple(shown), tuple(secrets), tuple(places))


def told_word(word: str) -> Told:
    """Return a word of the command line, such as a target, without its secrets."""
    label, colon, command = word.partition("cmd:")
    if not colon or (label and not label.endswith("=")):
        return of_text(word)
    told = of_command(command)
    return Told(f"{label}cmd:{told.text}", told.secrets)


def told_value(value: str) -> Told:
    """Return a value of `VALUES`: itself where it names a file or a variable, but for other secrets in it."""
    return of_text(value) if refers(value) else Told(HIDDEN, (value,))


def _value(option: str, text: str) -> tuple[Told, str]:
    """Return the value of an option of `VALUES`, and what the option is for."""
    name, colon, value = text.partition(":") if option == "--header" else ("", "", text)
    if option == "--header" and not colon:
        return Told(HIDDEN, (text,)), option
    told = told_value(value.strip())
    return Told(
        f"{name}{colon} {told.text}" if colon else told.text, told.secrets
    ), f"{option} {name}".strip()
