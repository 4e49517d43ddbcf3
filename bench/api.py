"""wsbench as a library: what the verbs do, as functions; docs/library.md has examples.

Keyword arguments are the options of the command line by the same names. Nothing is printed, and no function
ends the interpreter. A Ctrl-C ends all processes, then raises `KeyboardInterrupt`; in another thread than the
main one none arrives. What can't be had raises `UsageError`, a file that is none `StoreError`, too little
memory or too few processes `ResourceError`; a server that could not be measured is no exception, but an
`exit_code` of 4 with a reason.
"""

from __future__ import annotations

from .errors import ResourceError, UsageError
from .library.options import Options
from .library.regression import assert_no_regression
from .library.result import Result
from .library.rows import Change, Row
from .library.verbs import compare, count, read, run
from .storage.errors import StoreError

__all__ = [
    "Change",
    "Options",
    "ResourceError",
    "Result",
    "Row",
    "StoreError",
    "UsageError",
    "assert_no_regression",
    "compare",
    "count",
    "read",
    "run",
]
