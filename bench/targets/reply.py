"""What a server answers to a message: the same, the same behind a prefix, what a rule knows, or anything."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from ..errors import UsageError

Rule = Literal["echo", "same-bytes", "prefix", "contains", "json", "any", "none"]
MATCHED: frozenset[Rule] = frozenset({"contains", "json"})
"""Rules that tell replies from messages that a server pushes of its own accord."""

MISSING = object()
"""What stands at a path where nothing does."""


class Reply(msgspec.Struct, frozen=True):
    """The reply rule of a server.

    With `echo` the same message comes back, with `same-bytes` of whatever type, with `prefix` behind a text.
    Anything else is a wrong reply. With `contains` the reply is the next message that holds a text, with
    `json` (`IN_REPLY=IN_MESSAGE`, dotted paths) the one whose value is that of the message; what does not
    match was pushed. With `any` one message of any content is taken as the reply to each; nothing is
    compared then. With `none` nothing comes back.
    """

    rule: Rule = "echo"
    text: str = ""

    def expected(self, payload: bytes) -> bytes | None:
        """Return the payload of the reply that must come, None where its bytes are not known."""
        if self.rule in {"echo", "same-bytes", "prefix"}:
            return self.text.encode() + payload
        return None

    def asked(self, message: bytes) -> Any:
        """Return what a reply must say to be that to a message, by a rule of `MATCHED`."""
        return value_at(self.text.partition("=")[2], message) if self.rule == "json" else self.text.encode()

    def said(self, reply: bytes) -> Any:
        """Return what a message says that may be a reply."""
        return value_at(self.text.partition("=")[0], reply) if self.rule == "json" else reply

    def fits(self, said: Any, asked: Any) -> bool:
        """Whether what was said is what was asked for."""
        if self.rule == "contains":
            return asked in said
        return said is not MISSING and type(said) is type(asked) and bool(said == asked)

    def __str__(self) -> str:
        """Read as it is written on the command line."""
        return f"{self.rule}:{self.text}" if self.rule in {"prefix", *MATCHED} else self.rule


def value_at(path: str, document: bytes) -> Any:
    """Return what stands at a dotted path in JSON, numbers being places in lists, or a mark for nothing."""
    try:
        found = msgspec.json.decode(document)
        for word in path.split("."):
            found = found[int(word)] if isinstance(found, list) else found[word]
    except (ValueError, KeyError, IndexError, TypeError, RecursionError):  # msgspec's errors are ValueErrors
        return MISSING
    return found


def read_reply(word: str) -> Reply:
    """Read a rule such as `echo`, `prefix:TEXT` or `json:reply.id=id`. Raises `UsageError`."""
    rule, colon, text = word.partition(":")
    match rule:
        case "echo" | "same-bytes" | "any" | "none" if not colon:
            return Reply(rule)
        case "prefix" if colon:
            return Reply(rule, text)
        case "contains" if text:
            return Reply(rule, text)
        case "json" if all(text.partition("=")):
            return Reply(rule, text)
    forms = "echo, same-bytes, any, none, prefix:TEXT, contains:TEXT or json:IN_REPLY=IN_MESSAGE"
    raise UsageError(f"--reply {word!r}: choose {forms}")
