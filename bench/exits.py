"""The exit codes of this house."""

FINE = 0
BROKEN = 1
"""A server breaks the contract."""
REGRESSED = 1
"""Something gated has become worse than its margin."""
USAGE = 2
"""The words of a command are off."""
OPEN = 3
"""A verdict is INCONCLUSIVE, and the user asked for `--strict`."""
INVALID = 4
"""The measurement is invalid: a server died, or a control failed."""
FAILED = 5
"""wsbench itself failed: a bug, a full disk, no memory; or all is fine but a report could not be written."""
STOPPED = 130
"""Somebody pressed Ctrl-C, or sent SIGTERM."""


def code_of(word: str, *, strict: bool) -> int:
    """Return the exit code that a run's word calls for."""
    if word == "INCONCLUSIVE":
        return OPEN if strict else FINE
    return {"REGRESSED": REGRESSED, "INVALID": INVALID}.get(word, FINE)
