"""Counting what a server does for a message, one process at a time."""
