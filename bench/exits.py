"""The exit codes of this house."""

FINE = 0
BROKEN = 1
"""A server breaks the contract."""
USAGE = 2
"""The words of a command are off."""
INVALID = 4
"""The measurement is invalid: a server died, or a control failed."""
STOPPED = 130
"""Somebody pressed Ctrl-C, or sent SIGTERM."""
