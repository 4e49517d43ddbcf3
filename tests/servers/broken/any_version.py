"""Breaks the contract: version 12 of the protocol will do."""

from .complete import Echo, served

LIBRARY = ""
VERSION = "broken"


class Bent(Echo):
    """The right connection, bent."""

    versions = (b"12", b"13")


serve = served(Bent)
