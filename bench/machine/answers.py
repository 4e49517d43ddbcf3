"""What a child says, as a record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import msgspec

from .process import ChildError

Answer = TypeVar("Answer")


def answer_of(
    who: str, message: Mapping[str, Any], kind: type[Answer], hook: Callable[[type, Any], Any] | None = None
) -> Answer:
    """Return what a child said; `hook` reads what JSON has no type for.

    Raises `ChildError`, naming the field, where it is no such record.
    """
    try:
        return msgspec.convert(message, kind, strict=False, dec_hook=hook)
    except msgspec.ValidationError as problem:
        raise ChildError(f"{who}: its process says of itself what can't be read: {problem}") from None
