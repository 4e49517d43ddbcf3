"""Breaks the contract: a request may have 4 KiB, which is less than browsers send."""

from .complete import Echo, served

LIBRARY = ""
VERSION = "broken"


class Bent(Echo):
    """The right connection, bent."""

    longest = 4_096


serve = served(Bent)
