"""What all charts have in common: colours, shapes, intervals without ends, the highlighted server."""

from __future__ import annotations

import itertools

import pytest
from drawn import timed
from wsbench.page.charts.drawing import CHOSEN, Cast, ends
from wsbench.page.gallery import drawings
from wsbench.stats.estimate import Estimate
from wsbench.workflow.shown import shown_of


def test_no_two_servers_look_alike() -> None:
    """Colours begin anew after the last one, and then shapes are others."""
    cast = Cast(tuple(f"server {number}" for number in range(40)))
    assert len(set(zip(cast.colours, cast.shapes, strict=True))) == 40


@pytest.mark.parametrize("width", [600, "container"])
def test_every_chart_can_highlight_a_server(width: int | str) -> None:
    """It has the signal, and every mark of a server goes by it."""
    for one in drawings(shown_of(timed())):
        spec = one.spec(width)
        assert spec["width"] == width
        assert spec["params"][0] == {"name": CHOSEN, "value": ""}
        for layer in spec["layer"]:
            encoding = layer["encoding"]
            if encoding.get("color", {}).get("field") == "server":
                assert CHOSEN in encoding["opacity"]["condition"]["test"]


@pytest.mark.parametrize(
    ("estimate", "found"),
    [
        (Estimate(2_000, 1_000, 4_000, 8), (2.0, 1.0, 4.0, "2.00 [1.00, 4.00]")),
        (Estimate(2_000, 0, float("inf"), 2), (2.0, None, None, "2.00 [0.00, ∞]")),
        (Estimate(2_000, float("-inf"), 3_000, 2), (2.0, None, None, "2.00 [-∞, 3.00]")),
    ],
)
def test_an_interval_without_an_end_has_no_whisker(estimate: Estimate, found: tuple[object, ...]) -> None:
    """JSON has no infinity; the words say it."""
    told = ends(estimate, 1_000)
    assert (told["value"], told["low"], told["high"]) == found[:3]
    assert told["told"] == found[3] or "∞" in str(told["told"])


def test_shapes_of_neighbours_differ() -> None:
    """Whoever sees no colours tells one server from the next by its shape."""
    shapes = Cast(tuple(map(str, range(20)))).shapes
    assert all(one != other for one, other in itertools.pairwise(shapes))
