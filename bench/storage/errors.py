"""What is wrong with a file of the user's."""

from __future__ import annotations

from ..errors import UsageError


class StoreError(UsageError):
    """A file of the user's can't be read or written; one line that names it."""
