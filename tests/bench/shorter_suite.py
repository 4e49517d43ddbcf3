"""A plugin of pytest: the suite for pytest users as it is, but for fewer launches and shorter turns."""

import pytest
from wsbench.plan.run import Pace

ROUNDS, PACE = 2, Pace(250, throughput_turns=5)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Change what was collected: from a checkout its module has another name than what is imported."""
    for item in items:
        item.module.ROUNDS, item.module.PACE = ROUNDS, PACE  # type: ignore[attr-defined]
