"""Hostile: leaves a process behind that is in no group of ours."""

import os

from .polite import Echo, forever, served

LIBRARY = ""
VERSION = "hostile"


def strike() -> None:
    """Start a process as daemons do: it leaves session, group and parent."""
    if os.fork():
        os.wait()
        return
    os.setsid()
    if not os.fork():
        forever()
    os._exit(0)


serve = served(Echo, strike)
