"""The options of the command line as keyword arguments, read by the same functions."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias, TypedDict, TypeVar

from msgspec.structs import replace

from ..cli.options import words_from_options
from ..errors import UsageError
from ..plan.margins import Gates, read_margins
from ..planning.workloads import Words
from ..targets.catalogue import choose
from .arguments import require_types

T = TypeVar("T")

Some: TypeAlias = T | Sequence[T]
"""One value, or several, where an option may be given several times."""

Margins: TypeAlias = float | str | Sequence[str] | Mapping[str, float]
"""In percent: one for all, words as `--margin` takes them, or numbers by metric."""

NO_OPTIONS = ("scenario",)
"""What is for a command line alone: a file whose keys stand in for words that were not typed."""


class Options(TypedDict, total=False):
    """What is measured and how: the options of `wsbench run`, by the same names.

    `wsbench run --help` tells what each of them is. Where an option may be given several times, a list may
    stand; durations are words such as `"5s"`.
    """

    client: Some[str]
    size: Some[int]
    text: bool
    binary: bool
    fragments: Some[int]
    payload: Some[str]
    connections: Some[int]
    depth: Some[int]
    idle: Some[int]
    slow_readers: Some[int]
    think: str
    loop: Some[str]
    python: Some[str]
    tls: bool
    deflate: bool
    reply: str
    first: str
    connect_to: str
    skip: int
    header: Some[str]
    subprotocol: Some[str]
    ca: str
    insecure: bool
    as_shipped: bool
    rounds: int | None
    keep_awake: bool
    client_wait: str | None
    timeout: str | None
    start_timeout: str | None
    network: str | None
    message: Some[str]
    weight: Some[int]
    explain: bool


def _known() -> dict[str, inspect.Parameter]:
    found = inspect.signature(words_from_options).parameters
    return {name: one for name, one in found.items() if name not in NO_OPTIONS}


def words_of(servers: Sequence[str], options: Mapping[str, Any]) -> Words:
    """Return what is to be measured. Raises `UsageError`, also for an option that there is not.

    None stands for an option that was not given, where the command line has nothing in its place.
    """
    known = _known()
    for name in options:
        choose("option", name, known)
    require_types(Options, {name: one for name, one in options.items() if one is not known[name].default})
    values = {name: _value(one, options.get(name, one.default)) for name, one in known.items()}
    words: Words = words_from_options(**values, **dict.fromkeys(NO_OPTIONS, ""))
    return replace(words, servers=tuple(servers))


def _value(parameter: inspect.Parameter, value: Any) -> Any:
    """Return a value as the parser has it: a list where an option may be given several times."""
    many = "list[" in str(parameter.annotation)
    if value is None or not many:
        return value
    return list(several(value))


def several(value: Any) -> tuple[Any, ...]:
    """Return one value, or several, as a tuple."""
    if isinstance(value, str | bytes) or not isinstance(value, Sequence):
        return (value,)
    return tuple(value)


def margin_words(margin: Margins | None) -> tuple[str, ...]:
    """Return margins as `--margin` takes them. Raises `UsageError` for what is none."""
    if margin is None:
        return ()
    if isinstance(margin, Mapping):
        words = tuple(f"{name}={_percent(share)}" for name, share in margin.items())
    else:
        words = tuple(map(_percent, several(margin)))
    read_margins(words, Gates(), "margin")  # what is wrong with them is told of the argument
    return words


def _percent(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return repr(value)
    raise UsageError(f"margin {value!r}: write a number of percent, words, or numbers by metric")
