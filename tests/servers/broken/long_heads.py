"""Breaks the contract: a request may have any length."""

from .complete import Echo, served

LIBRARY = ""
VERSION = "broken"


class Bent(Echo):
    """The right connection, bent."""

    longest = 1 << 30


serve = served(Bent)
