"""Hostile: declares what no server can."""

from .polite import Echo, served

LIBRARY = ""
VERSION = {"major": 1}
DEVIATIONS = ["none", 5]

serve = served(Echo)
