"""Breaks the contract: a request that is too long is swallowed, without a word."""

from .complete import Echo, served

LIBRARY = ""
VERSION = "broken"


class Bent(Echo):
    """The right connection, bent."""

    def refuse(self, status: str, body: str, extra: str = "") -> bool:
        """Refuse everything else."""
        return not status.startswith("431") and super().refuse(status, body, extra)


serve = served(Bent)
