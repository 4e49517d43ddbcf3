"""Values of options: files and variables that they name, which are never told, and what chance decides."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path

from ..errors import UsageError
from ..hiding import SEARCHED, hide
from ..plan.scenario import Scenario
from ..storage import scenario as files
from ..targets.addresses import address_of
from ..targets.secret_words import of_text, of_url
from ..targets.secrets import secrets_of
from ..targets.spec import ServerSpec
from ..targets.templates import expanded, is_utf8, refers
from ..targets.told_command import told_word


class _Variables(dict[str, str]):
    """The environment; a variable that is looked up is not told from then on."""

    def __getitem__(self, name: str) -> str:
        value = super().__getitem__(name)
        hide(value)
        return value


def read_value(text: str, option: str) -> str:
    """Return a value with `@FILE` and `${NAME}` in their place. Raises `UsageError`."""
    value = _read(text, option, lambda path: Path(path).read_text(encoding="utf-8"))
    if not is_utf8(value):  # of a variable
        raise UsageError(f"{option} {text}: it is not UTF-8")
    return value


def read_message(text: str) -> str:
    """Return a message as `read_value` does; what is no UTF-8 stands in it as `surrogateescape` has it.

    Raises `UsageError`.
    """
    if refers(text) and not is_utf8(text):  # which is stored as it was typed
        raise UsageError(f"--message {text!r}: the name of the file is not UTF-8")
    return _read(text, "--message", _as_it_is)


def read_scenario(path: str) -> Scenario:
    """Return what a scenario file says. Raises `UsageError`."""
    scenario = files.read_scenario(Path(path))
    for one in scenario.targets:
        hide(*told_word(one.word).secrets)
    return scenario


def require_addresses(specs: Iterable[ServerSpec]) -> None:
    """Find out whether the URLs of servers are some once their variables are filled in.

    What is filled in, and all that is secret in the specs, is not told from then on. Raises `UsageError`.
    """
    for spec in specs:
        hide(*secrets_of(spec))
        if spec.kind != "url":
            continue
        url = expanded(spec.url, f"the URL of {spec.label}", _Variables(os.environ), _as_it_is)
        hide(*of_url(url).secrets)
        try:
            user = address_of(url).user
        except ValueError:
            raise UsageError(f"{spec.label}: with its variables filled in, its URL is none") from None
        if user:
            raise UsageError(f"{spec.label}: its URL holds a user or password: send --header instead")


def _read(text: str, said: str, read: Callable[[str], str]) -> str:
    value = expanded(text, said, _Variables(os.environ), read)
    hide(value, *of_text(value[:SEARCHED]).secrets)
    return value


def _as_it_is(path: str) -> str:
    return Path(path).read_bytes().decode(errors="surrogateescape")


def seed_or_random(seed: int | None) -> int:
    """Return the seed, a random one where the user gave none."""
    return int.from_bytes(os.urandom(4), "big") if seed is None else seed
