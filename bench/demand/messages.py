"""Messages of the user's in a plan: what they may be, what is stored of them, and how they are found."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from ..errors import UsageError
from ..hiding import HIDDEN
from ..targets.reply import MISSING, Reply
from ..targets.templates import as_bytes, filled, is_utf8
from ..targets.told_command import told_value
from .workload import Workload

MOST_MESSAGES = 10_000
"""A message stands in a turn as often as it weighs, and a turn has so many at most."""


def sent_of(messages: tuple[str, ...], typed: tuple[str, ...], *, text: bool) -> dict[str, Any]:
    """Return the fields of a workload that say what messages of the user's are sent.

    Raises `UsageError` for text that is no UTF-8.
    """
    if all(map(is_utf8, messages)):
        return {"messages": messages, "typed": typed}
    if text:
        odd = next(number for number, one in enumerate(messages) if not is_utf8(one))
        which = f" {typed[odd]}" if typed else ""
        raise UsageError(f"--message{which}: it is not UTF-8, as text must be: add --binary")
    return {"messages": tuple(map(as_bytes, messages)), "typed": typed, "encoding": "latin-1"}


def spread(weights: Sequence[int]) -> list[int]:
    """Return a turn in which each place from 0 on stands as often as it weighs, as evenly as can be."""
    moments = [
        ((number + 0.5) / weight, place) for place, weight in enumerate(weights) for number in range(weight)
    ]  # over a turn, whose length is 1
    return [place for _, place in sorted(moments, key=lambda one: one[0])]


def weighed(messages: Sequence[str], weights: Sequence[int]) -> list[str]:
    """Return messages as they take turns, each as often as it weighs; all once where nothing is said.

    Raises `UsageError`.
    """
    if not weights:
        return list(messages)
    if len(weights) != len(messages):
        many = f"{len(messages)} --message and {len(weights)} --weight"
        raise UsageError(f"--weight: give one for each --message, in their order; these are {many}")
    if min(weights) < 1:
        raise UsageError(f"--weight {min(weights)}: at least 1; leave out a message that is not to be sent")
    if sum(weights) > MOST_MESSAGES:
        raise UsageError(f"--weight: all together are {sum(weights):,}, at most {MOST_MESSAGES:,}")
    return [messages[place] for place in spread(weights)]


def require_answerable(messages: tuple[str, ...], reply: Reply) -> None:
    """Raise `UsageError` where a rule asks for something that messages of the user's don't have."""
    if reply.rule != "json":
        return
    if not messages:
        raise UsageError(f"--reply {reply} needs a --message: random payloads are no JSON")
    path = reply.text.partition("=")[2]
    for number, one in enumerate(messages, 1):
        sample = filled(one, {"n": "1", "uuid": "u", "timestamp": "1"})
        if reply.asked(sample.encode(errors="surrogateescape")) is MISSING:
            raise UsageError(f"--reply {reply}: message {number} is no JSON that has {path!r}")


def longest(messages: tuple[str, ...]) -> int:
    """Return the bytes of the longest message."""
    return max(len(one.encode(errors="surrogateescape")) for one in messages)


def told(message: bytes) -> str:
    """Return what is stored of a message of the user's: its length and a digest."""
    return f"{len(message):,} B, sha256 {hashlib.sha256(message).hexdigest()[:16]}"


def without_messages(workload: Workload) -> Workload:
    """Return a workload as it may be stored: of each message of the user's its length and a digest."""
    typed = tuple(word and told_value(word).text for word in workload.typed)
    return msgspec.structs.replace(workload, messages=tuple(map(told, workload.encoded)), typed=typed)


def with_messages(workload: Workload, given: Sequence[str], read: Callable[[str], str]) -> Workload:
    """Return a stored workload with its messages in the place of what was stored of them.

    Those that named a file or a variable are read again, the others are looked for among those `given`.
    Raises `UsageError` where one is not there or not the same any more, and what `read` raises.
    """
    if not workload.messages:
        return workload
    known = {told(_bytes(one)): one for one in given}
    typed = workload.typed or ("",) * len(workload.messages)
    found = []
    for stored, word in zip(workload.messages, typed, strict=True):
        one = known.get(stored) if HIDDEN in word or not word else read(word)
        if one is None:
            why = "it was typed out, so it is not stored" if not given else "none that was given is the same"
            raise UsageError(f"the baseline's message ({stored}): {why}; give it again with --message")
        now = told(_bytes(one))
        if now != stored:
            raise UsageError(
                f"the message of --message {word} has changed since the baseline: {stored}; now {now}"
            )
        found.append(one)
    raw = as_bytes if workload.encoding == "latin-1" else str
    return msgspec.structs.replace(workload, messages=tuple(map(raw, found)))


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogateescape")
