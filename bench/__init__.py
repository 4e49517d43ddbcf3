"""wsbench: WebSocket servers and clients of Python, measured side by side; a command line and a library.

    import wsbench

    result = wsbench.compare("tornado", "aiohttp", rounds=8)
    print(result.text())

What is public stands in `wsbench.api`, `wsbench.testing` and `wsbench.suite`; names of the first are here
too, and loaded when they are asked for. The way the data goes, one direction, no step reaches back:

    cli -> commands -> plan -> runner -> driver -> records -> storage
        -> facts -> verdicts -> analysis -> report, exporters
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .api import Change as Change
    from .api import Options as Options
    from .api import ResourceError as ResourceError
    from .api import Result as Result
    from .api import Row as Row
    from .api import StoreError as StoreError
    from .api import UsageError as UsageError
    from .api import assert_no_regression as assert_no_regression
    from .api import compare as compare
    from .api import count as count
    from .api import read as read
    from .api import run as run

__version__ = "0.1.0"

PUBLIC = frozenset(
    {
        *("Change", "Options", "ResourceError", "Result", "Row", "StoreError", "UsageError"),
        *("assert_no_regression", "compare", "count", "read", "run"),
    }
)
"""The names of `wsbench.api`, which are loaded late: the command line is not to wait for them."""


def __getattr__(name: str) -> Any:
    if name not in PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from . import api

    return getattr(api, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *PUBLIC})
