"""The connection to a Dask scheduler: functions are called by it on workers, beside all tasks.

They are no tasks: a task may be run twice, moved, or wait for a worker for ever, and the scheduler would need
wsbench. What is called so runs once, on the worker that is named, or fails.
"""

from __future__ import annotations

import asyncio
import logging
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from ..errors import UsageError

CONNECT_S, ASK_S = 5.0, 30.0
"""How long a scheduler gets to answer at first, and a worker to do what takes no time, in s."""


DASK = "distributed"
"""How the names of its loggers begin."""

GONE = "it was lost: its process ended, or it is out of reach"


class LostError(Exception):
    """A worker or the scheduler is gone, or does not answer; one line."""


class Reply(NamedTuple):
    """What a call returned, or the exception that it raised or met, and our time before and after, in ns."""

    found: Any
    sent_ns: int
    back_ns: int


class Connection:
    """A scheduler, until closed. Raises `UsageError` where there is none at the address."""

    def __init__(self, address: str) -> None:
        try:
            from distributed import Client
        except ImportError as problem:
            missing = f"--scheduler needs {problem.name}, which is not installed"
            raise UsageError(f"{missing}: pip install 'wsbench[cluster]'") from None
        for name in ("asyncio", *(one for one in logging.root.manager.loggerDict if one.startswith(DASK))):
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)  # what happens is said in our own words
        _require_scheme(address)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of versions that differ; ours are compared
                self._client = Client(address, timeout=CONNECT_S, set_as_default=False)
        except (OSError, ValueError, TypeError, RuntimeError) as problem:
            reason = str(problem).partition("\n")[0] or type(problem).__name__
            raise UsageError(f"--scheduler {address}: can't connect: {reason}") from None

    def workers(self) -> Mapping[str, Mapping[str, Any]]:
        """Return what the scheduler knows of its workers, by address. Raises `LostError`."""

        async def ask() -> Any:
            scheduler: Any = self._client.scheduler
            return await scheduler.identity(n_workers=-1)

        found: Mapping[str, Mapping[str, Any]] = self._wait(ask, "the scheduler", ASK_S)["workers"]
        return found

    def call(
        self, addresses: Sequence[str], function: Callable[..., Any], *args: Any, timeout: float = ASK_S
    ) -> list[Reply]:
        """Call a function on some workers at once; return their replies in the same order.

        One that is gone, or does not answer within `timeout` s, has a `LostError`. Raises that where the
        scheduler is gone.
        """

        async def one_call(address: str) -> Reply:
            sent = time.time_ns()
            found = await self._call(address, function, args, timeout)
            return Reply(found, sent, time.time_ns())

        async def all_calls() -> list[Reply]:
            return await asyncio.gather(*(one_call(address) for address in addresses))

        found: list[Reply] = self._wait(all_calls, "the scheduler", timeout + ASK_S)
        return found

    async def _call(
        self, address: str, function: Callable[..., Any], args: tuple[Any, ...], patience: float
    ) -> Any:
        try:
            run = self._client.run(function, *args, workers=[address], on_error="return")
            found = (await asyncio.wait_for(run, patience))[address]
        except TimeoutError:
            return LostError(f"it did not answer within {patience:g} s")
        except (OSError, KeyError, RuntimeError):
            return LostError("the scheduler was lost")
        return LostError(GONE) if isinstance(found, OSError) else found

    def _wait(self, function: Callable[[], Any], who: str, timeout: float) -> Any:
        try:
            return self._client.sync(function, callback_timeout=timeout)
        except TimeoutError:
            raise LostError(f"{who} did not answer within {timeout:g} s") from None
        except OSError:
            raise LostError(f"{who} was lost") from None

    def close(self) -> None:
        """Disconnect; the cluster goes on."""
        try:
            self._client.close(timeout=1)
        except (OSError, TimeoutError, RuntimeError):  # whatever it was, there is nothing left to close
            return


def _require_scheme(address: str) -> None:
    """Raise `UsageError` for an address no client can be made for: one that is half made hangs."""
    from distributed.security import Security

    scheme = address.partition("://")[0] if "://" in address else "tcp"
    if scheme not in {"tcp", "tls"}:
        raise UsageError(f"--scheduler {address}: write tcp://host:8786, or tls://host:8786")
    if scheme == "tls" and not Security().get_connection_args("client").get("ssl_context"):
        keys = "DASK_DISTRIBUTED__COMM__TLS__CA_FILE, and __CLIENT__CERT and __CLIENT__KEY beside it"
        raise UsageError(f"--scheduler {address}: Dask's own settings name no certificates: set {keys}")
