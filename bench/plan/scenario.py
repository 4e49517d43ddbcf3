"""A scenario file: options of the command line, messages with weights, and targets by name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from ..demand.messages import MOST_MESSAGES, spread
from ..errors import UsageError
from ..targets.catalogue import choose
from ..targets.spec_parser import read_header

_NAME = re.compile(r"[\w.+-]+")
_CORES = re.compile(r"\d+(,\d+)*")


class TargetTable(msgspec.Struct, frozen=True):
    """One target of a file. One of `url`, `command` and `server` says what it is; see `targets.named`."""

    name: str
    url: str = ""
    command: str = ""
    server: str = ""
    headers: dict[str, str] = {}
    certificate: str = ""
    key: str = ""
    password: str = ""
    redirects: int = 0
    cores: str = ""

    @property
    def word(self) -> str:
        """What it is, as on the command line."""
        return f"{self.name}={self.url or self.server or f'cmd:{self.command}'}"


class Scenario(msgspec.Struct, frozen=True):
    """What a file says: `options` by the names that they have on the command line, `targets` in order."""

    options: dict[str, Any] = {}
    targets: tuple[TargetTable, ...] = ()


def scenario_of(document: Mapping[str, Any], file: str) -> Scenario:
    """Return what a file says; whether there are such options is the command line's to know.

    Raises `UsageError` for tables and keys that there are not, and for values that can't be.
    """
    rest = {name.replace("-", "_"): value for name, value in document.items()}
    tables, messages = rest.pop("targets", {}), rest.pop("messages", None)
    if not isinstance(tables, Mapping) or not all(isinstance(one, Mapping) for one in tables.values()):
        raise UsageError(f"{file}: write [targets.NAME] with url, command or server below it")
    if odd := next((name for name, value in rest.items() if isinstance(value, Mapping)), ""):
        choose(f"table in {file}", odd, ("targets", "messages"))
    if messages is not None:
        if "message" in rest:
            raise UsageError(f"{file}: it has both message and [[messages]]: choose one")
        rest["message"] = in_turn(messages, file)
    return Scenario(rest, tuple(_target(name, table, file) for name, table in tables.items()))


def in_turn(tables: object, file: str) -> list[str]:
    """Return messages as they take turns, each as often as it weighs and as evenly as can be.

    Raises `UsageError`.
    """
    if not isinstance(tables, list) or not tables or not all(isinstance(one, Mapping) for one in tables):
        raise UsageError(f"{file}: write [[messages]] with text and weight below each")
    weights: list[tuple[str, int]] = []
    for one in tables:
        for name in one:
            choose(f"key of [[messages]] in {file}", name, ("text", "weight"))
        text, weight = one.get("text"), one.get("weight", 1)
        if not isinstance(text, str):
            raise UsageError(f"{file}: each of [[messages]] has a text, or @FILE as its text")
        if type(weight) is not int or weight < 1:
            raise UsageError(f"{file}: weight {weight!r}: a whole number, at least 1")
        weights.append((text, weight))
    total = sum(weight for _, weight in weights)
    if total > MOST_MESSAGES:
        raise UsageError(f"{file}: the weights of all messages are {total:,}, at most {MOST_MESSAGES:,}")
    return [weights[place][0] for place in spread([weight for _, weight in weights])]


def _target(name: str, table: Mapping[str, Any], file: str) -> TargetTable:
    where = f"[targets.{name}] in {file}"
    if not _NAME.fullmatch(name):
        raise UsageError(f"{where}: a name has letters, digits and . + - _ only")
    for key in table:
        choose(f"key of {where}", key, TargetTable.__struct_fields__[1:])
    values = dict(table)
    cores = values.get("cores", "")
    if isinstance(cores, list):  # of numbers; one alone stands twice, for a number alone is how many
        cores = ",".join(map(str, cores * 2 if len(cores) == 1 else cores))
    values["cores"] = str(cores)
    try:
        found = msgspec.convert({"name": name, **values}, TargetTable)
    except msgspec.ValidationError as problem:
        raise UsageError(f"{where}: {problem}") from None
    _require(found, where)
    return found


def _require(one: TargetTable, where: str) -> None:
    """Raise `UsageError` for what does not fit together."""
    for name, value in one.headers.items():
        read_header(f"{name}: {value}")
    if sum(map(bool, (one.url, one.command, one.server))) != 1:
        raise UsageError(f"{where}: say what it is by one of url, command and server")
    if bool(one.certificate) != bool(one.key) or (one.password and not one.key):
        raise UsageError(f"{where}: certificate and key go together, and password with them")
    if one.certificate and not one.url.startswith("wss://"):
        raise UsageError(f"{where}: a certificate of a client goes with a url that begins with wss://")
    if one.redirects < 0 or (one.redirects and not one.url):
        raise UsageError(f"{where}: redirects is how many to follow from a url, at least 0")
    if one.cores and (one.url or not _CORES.fullmatch(one.cores)):
        raise UsageError(f"{where}: cores are of a command or a server, [1, 2] by number, or how many: 2")
    if one.headers and one.server:
        raise UsageError(f"{where}: headers are for a url or a command")
