"""What a server answers to a message: the same, the same behind a prefix, or anything."""

from __future__ import annotations

from typing import Literal

import msgspec

from ..errors import UsageError


class Reply(msgspec.Struct, frozen=True):
    """The reply rule of a server: `echo`, `prefix` with the text put before the message, or `any`.

    With `any` one message of any content is taken as the reply to each; nothing is compared then.
    """

    rule: Literal["echo", "prefix", "any"] = "echo"
    text: str = ""

    def expected(self, payload: bytes) -> bytes | None:
        """Return the payload of the reply that must come, None where any will do."""
        return None if self.rule == "any" else self.text.encode() + payload

    def __str__(self) -> str:
        """Read as it is written on the command line."""
        return f"prefix:{self.text}" if self.rule == "prefix" else self.rule


def read_reply(word: str) -> Reply:
    """Read `echo`, `any` or `prefix:TEXT`. Raises `UsageError`."""
    rule, colon, text = word.partition(":")
    if rule == "prefix" and colon:
        return Reply("prefix", text)
    if word == "echo":
        return Reply()
    if word == "any":
        return Reply("any")
    raise UsageError(f"--reply {word!r}: choose echo, any or prefix:TEXT")
