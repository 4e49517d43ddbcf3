"""The plugin for tests of a service of one's own: `ws_target`, the marker `wsbench`, and `--wsbench-save`.

    def test_an_order_costs_no_more_than_before(ws_target):
        wsbench.assert_no_regression(ws_target, message="@order.json")

Pytest loads it by itself (`-p no:wsbench` leaves it out). Nothing of wsbench but this file and a record is
imported before a test asks for something; docs/library.md tells all of it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from .library.standing import Standing, asking

if TYPE_CHECKING:
    from .library.service import Service

MARKER = "wsbench(target=, by=, margin=, rounds=, …): what wsbench.assert_no_regression takes, for a test"
TOLD = pytest.StashKey[list[str]]()
ALONE = (
    "wsbench measures, and does not share the machine with other tests of the same run (pytest-xdist):"
    " run these tests by themselves, without -n: pytest -m wsbench -n 0"
)
"""Why nothing is measured under pytest-xdist. Counts would be right there, and starting what is counted takes
so much of the cores that tests with a timeout would not be."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("wsbench")
    group.addoption(
        "--wsbench-save", action="store_true", help="Store new baselines for the tests that are run."
    )
    parser.addini("wsbench_target", "What the fixture ws_target starts: cmd:…, FILE.py, module:app.")
    parser.addini("wsbench_baselines", "Folder of the baselines.", default="wsbench-baselines")


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    config.addinivalue_line("markers", MARKER)
    config.stash[TOLD] = []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Know which test asks while it runs."""
    asking.append(partial(_standing, item))
    try:
        return (yield)
    finally:
        asking.pop()


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say which baselines were stored: such tests have passed, and were held against nothing."""
    if lines := config.stash[TOLD]:
        terminalreporter.section("wsbench")
        for line in lines:
            terminalreporter.write_line(line)


@pytest.fixture
def ws_target(request: pytest.FixtureRequest) -> Iterator[Service]:
    """Give the service: `.url` starts it, and ends it after the test; what measures starts its own."""
    from .library.service import Service, word_of

    named = _said(request.node).get("target") or request.config.getini("wsbench_target")
    if not named:
        pytest.fail(
            "ws_target: no service is named: set wsbench_target in pytest's configuration, such as"
            " shop:app or cmd:node server.js {port}, or @pytest.mark.wsbench(target=…)",
            pytrace=False,
        )
    service = Service(word_of(named, request.config.rootpath))
    yield service
    service.stop()


def _said(item: pytest.Item) -> dict[str, Any]:
    """Return what the markers of a test say, the nearest last."""
    found: dict[str, Any] = {}
    for mark in reversed([*item.iter_markers("wsbench")]):
        if mark.args:
            pytest.fail("@pytest.mark.wsbench takes names, such as margin=5", pytrace=False)
        found |= mark.kwargs
    return found


def _standing(item: pytest.Item) -> Standing:
    """Return what a gate has to know of the test that asks."""
    config, said = item.config, _said(item)
    said.setdefault("target", config.getini("wsbench_target") or None)
    name = re.sub(r"[^\w.-]+", "-", item.nodeid).strip("-")
    return Standing(
        root=config.rootpath,
        folder=Path(config.rootpath, str(config.getini("wsbench_baselines")), name),
        said={key: value for key, value in said.items() if value is not None},
        save=bool(config.getoption("--wsbench-save")),
        strict_first=os.environ.get("CI", "").lower() not in {"", "0", "false"},
        refused=ALONE if hasattr(config, "workerinput") else "",
        tell=config.stash[TOLD].append,
    )
