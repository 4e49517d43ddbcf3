"""Which charts a result has: those it has data for, each valid, in the order of the page."""

from __future__ import annotations

import pytest
from drawn import KINDS, checked, timed
from wsbench.page.gallery import cast_of, drawings
from wsbench.page.names import CHARTS
from wsbench.workflow.shown import shown_of


@pytest.mark.parametrize("kind", KINDS)
def test_a_result_has_the_charts_that_it_has_data_for(kind: str) -> None:
    """All are valid Vega-Lite and say in words what they show; the order is that of the list of names."""
    make, families = KINDS[kind]
    found = checked(drawings(make()))
    assert tuple(dict.fromkeys(one.family for one in found)) == families
    assert [*families] == sorted(families, key=list(CHARTS).index)


def test_references_come_last_and_grey() -> None:
    """Yardstick and floor are in every run, and nobody's contestants."""
    cast = cast_of(shown_of(timed()))
    assert (cast.contestants, cast.references) == (("tornado", "new"), ("stdlib", "tcp"))
    assert cast.colours[2] == cast.colours[3] not in cast.colours[:2]
    assert len(set(cast.shapes)) == 4
