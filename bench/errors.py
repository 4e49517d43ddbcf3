"""What a user can do something about, raised anywhere and said in one line."""

from __future__ import annotations


class UsageError(ValueError):
    """The user's words are off; the message is one line that says what to do."""


class ResourceError(RuntimeError):
    """The machine does not give what wsbench needs to run at all; the message is one line that says what."""
