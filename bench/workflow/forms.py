"""Every format a result can be had in, which of them were asked for, and where each of them goes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from .. import output
from ..analysis.count import CountAnalysis
from ..analysis.history.series import History
from ..analysis.load import LoadAnalysis
from ..analysis.run import Analysis
from ..analysis.side_by_side import SideBySide
from ..errors import UsageError
from ..exporters.shown import REPORTS, Shown
from ..page.names import CHARTS
from ..storage.modes import mode_for
from ..storage.results import StoreError
from ..storage.writing import STANDARD, try_out, write_out
from ..targets.catalogue import choose

RUNS: Collection[type[Any]] = (Analysis, LoadAnalysis, CountAnalysis)
ALL: Collection[type[Any]] = tuple(REPORTS)
PAGE = ("altair", "vl_convert")
"""What the extra `page` brings, as it is imported."""

NOT_OF: dict[type[Any], str] = {
    SideBySide: "one file; several side by side",
}
"""What a format is for that a kind of result can't be had in, and what to name then."""

Write = Callable[[Shown, str], str | bytes]
"""From what is shown, and the name of a chart or "", to a format. Raises `UsageError` without data."""


class Form(NamedTuple):
    """A format: what writes it, of which kinds of results; what it needs, and whether it is of one chart."""

    name: str
    write: Write
    kinds: Collection[type[Any]]
    needs: tuple[str, ...] = ()
    of_chart: bool = False


def _text(name: str) -> Write:
    return lambda shown, _chart: shown.text(name)


def _html(shown: Shown, _chart: str) -> str:
    from ..page.frame import html

    return html(shown)


def _svg(shown: Shown, chart: str) -> str:
    from ..page.still import svg

    return svg(shown, chart)


def _png(shown: Shown, chart: str) -> bytes:
    from ..page.still import png

    return png(shown, chart)


_ROWS = (
    Form("table", _text("table"), ALL),
    Form("markdown", _text("markdown"), ALL),
    Form("csv", _text("csv"), (*RUNS, History)),
    Form("json", _text("json"), ALL),
    Form("html", _html, ALL, PAGE),
    Form("svg", _svg, ALL, PAGE, of_chart=True),
    Form("png", _png, ALL, PAGE, of_chart=True),
)
FORMATS = {one.name: one for one in _ROWS}
"""The table of formats by name."""


class Choice(NamedTuple):
    """A format that was chosen, and which chart of it, "" for the one that answers."""

    form: Form
    chart: str = ""

    def of(self, shown: Shown) -> str | bytes:
        """Return a result in it. Raises `UsageError` where the result has no data for the chart."""
        return self.form.write(shown, self.chart)


class Forms(NamedTuple):
    """What is printed, and what is written beside."""

    printed: Choice
    written: tuple[tuple[Choice, Path], ...] = ()


def read_forms(kind: type[Any], printed: str, written: Sequence[str] = ()) -> Forms:
    """Return the formats that were asked for, for a kind of result. Raises `UsageError`."""
    choice = _choice(kind, printed, "--format")
    if choice.form.name == "png" and sys.stdout.isatty():
        raise UsageError(
            "--format png is no text for a terminal: --write png=FILE, or send it to a file with >"
        )
    return Forms(choice, tuple(_written(kind, one) for one in written))


def _written(kind: type[Any], word: str) -> tuple[Choice, Path]:
    name, equals, file = word.partition("=")
    if not equals or not file:
        raise UsageError(f"--write {word}: write FORMAT=FILE, such as html=page.html")
    return _choice(kind, name, "--write"), Path(file)


def _choice(kind: type[Any], word: str, option: str) -> Choice:
    """Return the format behind `html` or `svg:CHART`."""
    name, colon, chart = word.partition(":")
    known = [one.name for one in _ROWS if kind in one.kinds]
    if name in FORMATS and name not in known and kind in NOT_OF:
        raise UsageError(f"{option} {name} is for {NOT_OF[kind]}: {', '.join(known)}")
    form = FORMATS[choose("format", name, known)]
    if colon and not form.of_chart:
        raise UsageError(f"{option} {word}: {name} has all charts; only svg and png are of one")
    if any(find_spec(one) is None for one in form.needs):
        raise UsageError(
            f"{option} {name}: altair and vl-convert-python are missing: pip install 'wsbench[page]'"
        )
    return Choice(form, choose("chart", chart, CHARTS) if colon else "")


def try_forms(forms: Forms, taken: Iterable[Path | None] = ()) -> None:
    """Find out now whether all files can be written; what an older run left there is removed.

    Raises `UsageError`, also where a file is one of those `taken`: that are read, or written to otherwise.
    """
    others = [path.resolve() for path in taken if path and path != STANDARD]
    for choice, path in forms.written:
        option = f"--write {choice.form.name}={path}"
        if path != STANDARD and path.resolve() in others:
            raise UsageError(f"{option} would replace a file that is read, or written to as well")
        others.append(path.resolve())
    for choice, path in forms.written:
        try_out(path, f"--write {choice.form.name}")


def give(forms: Forms, shown: Shown) -> None:
    """Print a result, then write it where that was asked for; a file that fails is told, and no more.

    Raises `UsageError` where the result has no data for the chart that is to be printed.
    """
    made = forms.printed.of(shown)
    if isinstance(made, bytes):
        output.write_bytes(made)
    else:
        output.write(made)
    mode = mode_for(*(one.run.header.plan for one in shown.sources))
    for choice, path in forms.written:
        try:
            write_out(path, choice.of(shown), mode=mode)
        except OSError as problem:
            output.lose(f"can't write to {path}: {problem.strerror}")
        except (StoreError, UsageError) as problem:
            output.lose(f"--write {choice.form.name}={path}: {problem}")
