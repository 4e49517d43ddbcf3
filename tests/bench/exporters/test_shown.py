"""What a verb shows, whichever format it is had in."""

from __future__ import annotations

import pytest
from drawn import KINDS, compared, judged
from wsbench.exporters.shown import REPORTS
from wsbench.workflow.shown import shown_of


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_its_texts(kind: str) -> None:
    """Whatever it is, a terminal, Markdown and JSON show it."""
    shown = KINDS[kind][0]()
    for form in ("table", "markdown", "json"):
        assert shown.text(form)
    assert shown.text("json") == REPORTS[type(shown.said)].formats["json"](shown.said)


def test_a_judgement_has_the_pages_of_its_run_as_well() -> None:
    """The verdicts come first, and once: the run's own pages are without them."""
    titles = [table.title for page in judged().pages for table in page.tables]
    assert titles[0].startswith("new against tornado: ")
    assert len(titles) == len(set(titles))
    assert any(one.startswith("Throughput, ") for one in titles)


def test_a_run_that_decided_has_its_judgement() -> None:
    """A stored comparison is drawn as it was when it was made; a run without one has none."""
    found = shown_of(compared()).judgement
    assert found
    assert found.word == judged().judgement.word  # type: ignore[union-attr]
    assert KINDS["load"][0]().judgement is None
