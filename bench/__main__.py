"""`python -m wsbench` is `wsbench`; both start here."""

import sys

from .exits import STOPPED


def main() -> None:
    """Run the command line; a Ctrl-C while it is still being imported is no traceback."""
    try:
        from .cli.main import main as run
    except KeyboardInterrupt:
        sys.exit(STOPPED)
    run()


if __name__ == "__main__":
    main()
