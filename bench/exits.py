"""The exit codes of wsbench."""

FINE = 0
BROKEN = 1
"""A server breaks the contract."""
REGRESSED = 1
"""Something gated has become worse than its margin."""
USAGE = 2
"""The words of a command are off."""
OPEN = 3
"""A line is INCONCLUSIVE, not judged or lost, and the user asked for `--strict`."""
INVALID = 4
"""A control of the run failed, no line could be judged, or a server that was named was lost."""
FAILED = 5
"""wsbench itself failed: a bug, a full disk, no memory; or all is fine but a report could not be written."""
STOPPED = 130
"""Somebody pressed Ctrl-C, or sent SIGTERM."""


def code_of(word: str, *, strict: bool, whole: bool = True) -> int:
    """Return the exit code that a run's word calls for; `whole` says that every line was judged."""
    grave = {"INVALID": INVALID, "REGRESSED": REGRESSED, "NOT JUDGED": INVALID}
    if word in grave:
        return grave[word]
    return OPEN if strict and (word == "INCONCLUSIVE" or not whole) else FINE


def code_of_load(outcome: str, *, strict: bool) -> int:
    """Return the exit code that the outcome of a load run calls for."""
    if outcome == "can't tell":
        return OPEN if strict else FINE
    return {"missed": REGRESSED, "not judged": INVALID}.get(outcome, FINE)
