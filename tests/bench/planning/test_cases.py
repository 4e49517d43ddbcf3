"""Who has cases in the suite: a few by default, anybody who is asked for."""

from __future__ import annotations

import pytest
from wsbench.planning.cases import USUAL, servers_asked_for
from wsbench.targets.catalogue import SERVERS


@pytest.mark.parametrize(
    ("keyword", "arguments", "more"),
    [
        ("", (), set()),
        ("wire", ("wsbench.suite",), set()),
        ("fastapi or picows", (), {"fastapi", "picows", "picows-websockets"}),
        ("wire-litestar", (), {"litestar"}),
        ("(Sanic and wire)", (), {"sanic"}),
        ("not quart and round_trip", (), set()),
        ("", ("bench/suite.py::test_round_trip[wire-uvicorn-wsproto]",), {"uvicorn-wsproto"}),
        ("robyn", (), set()),
    ],
)
def test_usual_ones_and_those_asked_for(keyword: str, arguments: tuple[str, ...], more: set[str]) -> None:
    """By a part of a name or by the id of a case; who can't be run at all has none."""
    assert {one.label for one in servers_asked_for(keyword, arguments)} == {*USUAL} | more


def test_everybody_can_be_asked_for() -> None:
    """Each that can be run, by its name."""
    for name, one in SERVERS.items():
        if not one.obstacle:
            assert name in {spec.label for spec in servers_asked_for(name)}
