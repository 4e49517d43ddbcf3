"""`python -m wsbench` is `wsbench`; both start here."""

import sys

from .cli.interrupts import Interrupts
from .exits import STOPPED
from .failures import fail


def main() -> None:
    """Run the command line; neither a Ctrl-C nor a broken part while it is being imported is a traceback."""
    Interrupts().install()
    try:
        from .cli.main import main as run
    except KeyboardInterrupt:
        sys.exit(STOPPED)
    except Exception as problem:  # noqa: BLE001  # the interpreter would exit with 1, the code of a verdict
        sys.exit(fail(problem))
    run()


if __name__ == "__main__":
    main()
