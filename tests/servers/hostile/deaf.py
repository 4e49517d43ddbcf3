"""Hostile: is deaf to SIGTERM, and does not end when it is asked to."""

import signal

from .polite import Echo, served

LIBRARY = ""
VERSION = "hostile"


def strike() -> None:
    """Hear nothing."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)


serve = served(Echo, strike)
