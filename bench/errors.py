"""What a user can do something about, raised anywhere and said in one line."""

from __future__ import annotations


class UsageError(ValueError):
    """The user's words are off; the message is one line that says what to do."""
