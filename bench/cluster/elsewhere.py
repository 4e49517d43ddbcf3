"""Where the agents of a plan run, and its server: on the workers of the cluster that the plan names."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from functools import partial
from typing import Any

from ..errors import UsageError
from ..plan.load import LoadPlan
from .connection import Connection, LostError
from .crew import Crew
from .executor import ClusterExecutor
from .server import ServerThere


@contextmanager
def elsewhere(plan: LoadPlan) -> Iterator[dict[str, Any]]:
    """Connect to the cluster of a plan, choose and check its workers, and let go of them at the end.

    Yields what the runner is told of them, by name. Raises `UsageError` where they can't take part.
    """
    connection = Connection(plan.scheduler)
    try:
        crew = _crew(connection, plan)
        try:

            @contextmanager
            def executors(_count: int) -> Iterator[Executor]:
                crew.wait_ready()
                with ClusterExecutor(crew) as executor:
                    yield executor

            start = {"start": partial(ServerThere, crew, crew.server)} if crew.server else {}
            yield {"elsewhere": executors, **start}
        finally:
            crew.end()
    finally:
        connection.close()


def _crew(connection: Connection, plan: LoadPlan) -> Crew:
    """Return the workers of a plan, which have begun to take part. Raises `UsageError`."""
    try:
        crew = Crew(connection, plan.agents, plan.server_on)
        crew.begin()
    except LostError as problem:
        raise UsageError(f"--scheduler {plan.scheduler}: {problem}") from None
    return crew
