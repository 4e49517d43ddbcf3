"""What the library returns: rows, verdicts, and the same text, files and charts as the command line has."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from msgspec.structs import replace

from ..commands.report import code_of as code_of_said
from ..errors import UsageError
from ..exits import code_of
from ..exporters.shown import Shown
from ..report.judgement import headline
from ..storage.modes import mode_for
from ..storage.writing import STANDARD
from ..verdicts.judgement import Judgement
from ..workflow.forms import read_forms, write_to
from .arguments import typed
from .frames import frame_of
from .rows import Change, Row, changes_of, rows_of


@dataclass(frozen=True)
class Result:
    """What was measured, or read: nothing in it changes.

    `rows` has every number, `changes` every line of what was decided (() where nothing was to be). `verdict`
    is the word for all of those, `headline` the sentences that go with it, both "" without any. `notices`
    change how numbers are read; `messages` are the lines that the command line has on standard error.
    `exit_code` is what that would end with: 0 fine, 1 regressed, 3 inconclusive with `strict`, 4 invalid.
    """

    rows: tuple[Row, ...]
    changes: tuple[Change, ...]
    verdict: str
    headline: str
    notices: tuple[str, ...]
    messages: tuple[str, ...]
    exit_code: int
    _shown: Shown = field(repr=False, compare=False)

    @typed
    def text(self, format: str = "table", *, details: bool = False) -> str:  # noqa: A002  # the option's name
        """Return it as the command line prints it: `table`, `markdown`, `csv`, `json` and others.

        With `details` a table is of everything. Raises `UsageError` for a format that it can't be had in.
        """
        choice = read_forms(type(self._shown.said), format).printed
        made = None if choice.form.needs else choice.of(replace(self._shown, details=details))
        if not isinstance(made, str):
            raise UsageError(f"{format} is no text: write('{format}=FILE')")
        return made

    @typed
    def write(self, *forms: str) -> None:
        """Write files, as `--write` does: `write("html=page.html", "svg=p50.svg")`.

        Raises `UsageError` for a format or a file that can't be had, `OSError` for one that can't be written.
        """
        found = read_forms(type(self._shown.said), "table", forms).written
        if any(path == STANDARD for _, path in found):
            raise UsageError("write() writes files; text() returns what would be printed")
        mode = mode_for(*(one.run.header.plan for one in self._shown.sources))
        for choice, path in found:
            write_to(path, choice, self._shown, mode)

    @typed
    def frame(
        self, what: Literal["rows", "changes"] = "rows", *, library: Literal["pandas", "polars"] | None = None
    ) -> Any:
        """Return the rows, or the changes, as a `DataFrame` of a library, by default whichever is there.

        Raises `UsageError` where there is none.
        """
        if what not in {"rows", "changes"}:
            raise UsageError(f"frame of {what!r}: choose from rows, changes")
        if what == "changes":
            return frame_of(self.changes, Change, library)
        return frame_of(self.rows, Row, library)

    def charts(self) -> dict[str, Any]:
        """Return the charts of the page by their titles, of Altair; a notebook shows them.

        Raises `UsageError` where the extra `page` is missing.
        """
        read_forms(type(self._shown.said), "html")  # which needs the same
        from ..page.gallery import drawings
        from ..page.theme import WIDTH

        return {
            one.title: type(one.chart).from_dict(one.spec(WIDTH), validate=False)
            for one in drawings(self._shown)
        }


def result_of(shown: Shown, messages: tuple[str, ...], *, strict: bool = False) -> Result:
    """Return the result that is shown like that."""
    said, judgement = shown.said, shown.judgement
    if isinstance(said, Judgement):
        code = code_of(said.word, strict=strict, whole=said.whole)
    else:
        code = code_of_said(said, strict=strict)
    notices = judgement.notices if judgement else getattr(said, "notices", ())
    return Result(
        rows=rows_of(shown.sources),
        changes=changes_of(judgement),
        verdict=judgement.word if judgement and judgement.gated else "",
        headline=headline(judgement) if judgement else "",
        notices=tuple(one.text for one in notices),
        messages=messages,
        exit_code=code,
        _shown=shown,
    )
