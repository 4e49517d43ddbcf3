"""What may be passed for an argument: the annotations of a call, held against its values before it begins."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from os import PathLike
from pathlib import Path
from types import NoneType
from typing import Any, Literal, ParamSpec, TypeVar, get_args, get_origin, get_type_hints

from ..errors import UsageError

P = ParamSpec("P")
R = TypeVar("R")

CALLED = {str: "a string", int: "a whole number", bool: "True or False", Path: "a path"}
"""What is said of a type; any other is called by its name."""

READ_ELSEWHERE = frozenset({"margin", "options"})
"""Names left out here: `margin_words` says more of margins, and options have annotations of their own."""


def typed(function: Callable[P, R]) -> Callable[P, R]:
    """Have a function raise `UsageError` for a value of another type than its annotations name."""
    shape = inspect.signature(function)
    starred = {one.name for one in shape.parameters.values() if one.kind is one.VAR_POSITIONAL}

    @wraps(function)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        for name, value in shape.bind(*args, **kwargs).arguments.items():
            for one in value if name in starred else (value,):
                require_types(function, {name: one})
        return function(*args, **kwargs)

    return checked


def require_types(annotated: Any, values: Mapping[str, object]) -> None:
    """Raise `UsageError` for the first value of another type than a function, or a class, names for it.

    Names without an annotation are somebody else's.
    """
    hints = get_type_hints(annotated)
    for name, value in values.items():
        if name in hints and name not in READ_ELSEWHERE:
            require_type(name, value, hints[name])


def require_type(name: str, value: object, hint: Any) -> None:
    """Raise `UsageError` for a value of another type than an annotation names."""
    kinds, repeated = _kinds(hint), any(get_origin(one) is Sequence for one in get_args(hint))
    if value is None and NoneType in kinds:
        return
    many = repeated and isinstance(value, Sequence) and not isinstance(value, str | bytes)
    plain = [kind for kind in kinds if kind is not NoneType]
    for one in value if many and isinstance(value, Sequence) else (value,):
        if not any(_is(one, kind) for kind in plain):
            wanted = " or ".join(CALLED.get(kind, f"a {kind.__name__}") for kind in plain)
            raise UsageError(f"{name}: {wanted}{', or several' if repeated else ''}, not {_told(one)}")


def _kinds(hint: Any) -> list[type]:
    """Return the types of one value; the words of a `Literal` are strings."""
    if get_origin(hint) is Literal:
        return [str]
    found = [one for one in get_args(hint) or (hint,) if get_origin(one) is not Sequence]
    return [str if get_origin(one) is Literal else one for one in found]


def _is(value: object, kind: type) -> bool:
    """Whether a value is of a type: a truth value is no number, and other libraries have paths, too."""
    if kind is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, PathLike if kind is Path else kind)


def _told(value: object) -> str:
    """Return a value as a message may have it: what is in a header given as a dict may be a secret."""
    if value is None or isinstance(value, str | int | float):
        return repr(value)
    return f"{type(value).__name__}(…)"
