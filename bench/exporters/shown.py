"""What a verb has found, as every format gets it: what is said of it, and the runs behind it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import msgspec

from ..analysis.count import CountAnalysis
from ..analysis.history.series import History
from ..analysis.load import LoadAnalysis
from ..analysis.load_together import Together
from ..analysis.run import Analysis
from ..analysis.side_by_side import SideBySide
from ..records.count import CountRun
from ..records.load import LoadRun
from ..records.run import Run
from ..report import count, judgement, load, run, side_by_side
from ..report.formats import Page
from ..report.history.formats import FORMATS as HISTORY_FORMATS
from ..report.history.tables import pages as history_pages
from ..report.rates import together
from ..verdicts.judgement import Judgement

AnyAnalysis = Analysis | LoadAnalysis | CountAnalysis
Said = AnyAnalysis | Together | Judgement | SideBySide | History


class Report(NamedTuple):
    """How one kind of result is reported: all its pages, and its formats of text by name.

    `detailed` are the formats with all tables, {} where they have them anyway.
    """

    pages: Callable[[Any, int | None], list[Page]]
    formats: Mapping[str, Callable[[Any], str]]
    detailed: Mapping[str, Callable[[Any], str]] = {}


REPORTS: Mapping[type[Any], Report] = {
    Analysis: Report(run.details, run.FORMATS, run.DETAILED),
    LoadAnalysis: Report(load.pages, load.FORMATS),
    Together: Report(together.pages, together.FORMATS),
    CountAnalysis: Report(count.pages, count.FORMATS),
    SideBySide: Report(side_by_side.pages, side_by_side.FORMATS),
    Judgement: Report(judgement.pages, judgement.FORMATS),
    History: Report(history_pages, HISTORY_FORMATS),
}
"""How each kind of result is reported."""


class Source(msgspec.Struct, frozen=True):
    """A run behind what is shown: what it is called, its records, and what they say."""

    name: str
    run: Run | LoadRun | CountRun
    analysis: AnyAnalysis


class Shown(msgspec.Struct, frozen=True):
    """What a verb shows, and the runs that it is about, the newest last.

    `command` makes the same measurement again, "" where that is not known; `to_fill_in` says what of it is
    not shown. `details` asks for all tables where text is for a terminal, `strict` for what is open to fail.
    """

    said: Said
    sources: tuple[Source, ...]
    command: str = ""
    to_fill_in: str = ""
    details: bool = False
    strict: bool = False

    def text(self, form: str) -> str:
        """Return it in a format of text."""
        report = REPORTS[type(self.said)]
        return ((self.details and report.detailed) or report.formats)[form](self.said)

    @property
    def judgement(self) -> Judgement | None:
        """What was decided; None where nothing was to be."""
        if isinstance(self.said, Judgement):
            return self.said
        return self.said.judgement if isinstance(self.said, Analysis) else None

    @property
    def pages(self) -> list[Page]:
        """All that is shown as tables: what is said, and below a judgement also what its runs say."""
        own = REPORTS[type(self.said)].pages(self.said, None)
        if not isinstance(self.said, Judgement):
            return own
        return own + [page for one in self.sources[-2:] for page in _undecided(one.analysis)]


def _undecided(analysis: AnyAnalysis) -> list[Page]:
    """Return the pages of a run without those of what it decides."""
    if isinstance(analysis, Analysis):
        analysis = msgspec.structs.replace(analysis, judgement=None)
    return REPORTS[type(analysis)].pages(analysis, None)
