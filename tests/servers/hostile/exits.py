"""Hostile: ends at its start, with last words."""

import os
import sys

from .polite import Echo, served

LIBRARY = ""
VERSION = "hostile"


def strike() -> None:
    """Say the last words and end."""
    print("these are my last words", file=sys.stderr, flush=True)
    os._exit(3)


serve = served(Echo, strike)
