"""`python -m wsbench` is `wsbench`; both start here."""

import sys

from .exits import STOPPED
from .failures import fail


def main() -> None:
    """Run the command line; a Ctrl-C while it is still being imported is no traceback, nor is a broken part."""
    try:
        from .cli.main import main as run
    except KeyboardInterrupt:
        sys.exit(STOPPED)
    except Exception as problem:  # noqa: BLE001  # the interpreter would exit with 1, the code of a verdict
        sys.exit(fail(problem))
    run()


if __name__ == "__main__":
    main()
