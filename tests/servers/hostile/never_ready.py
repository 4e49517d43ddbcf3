"""Hostile: never says that it is ready."""

from .polite import Echo, forever, served

LIBRARY = ""
VERSION = "hostile"


serve = served(Echo, forever)
