"""`python -m wsbench` is `wsbench`; both start here."""

import sys

from .cli.interrupts import Interrupts
from .errors import ResourceError
from .exits import STOPPED
from .failures import fail

LEAST_MEMORY = 200 << 20
"""Bytes of address space: with less, a library ends the process while it is being imported."""


def _require_memory() -> None:
    """Raise `ResourceError` where a limit leaves too little memory to begin."""
    try:
        import resource
    except ImportError:  # Windows
        return
    most = resource.getrlimit(resource.RLIMIT_AS)[0]
    if most != resource.RLIM_INFINITY and most < LEAST_MEMORY:
        needed = f"wsbench needs {LEAST_MEMORY >> 20} to begin"
        raise ResourceError(f"no memory: {most >> 20} MiB of address space may be used (ulimit -v), {needed}")


def main() -> None:
    """Run the command line; neither a Ctrl-C nor a broken part while it is being imported is a traceback."""
    Interrupts().install()
    try:
        _require_memory()
        from .cli.main import main as run
    except KeyboardInterrupt:
        sys.exit(STOPPED)
    except Exception as problem:  # noqa: BLE001  # the interpreter would exit with 1, the code of a verdict
        sys.exit(fail(problem))
    run()


if __name__ == "__main__":
    main()
