"""The table of formats: what writes each, of which kinds of results, and what it needs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from importlib.util import find_spec
from typing import Any, NamedTuple

from ..analysis.count import CountAnalysis
from ..analysis.history.series import History
from ..analysis.load import LoadAnalysis
from ..analysis.load_together import Together
from ..analysis.run import Analysis
from ..analysis.side_by_side import SideBySide
from ..exporters.action_benchmark import bigger_is_better, smaller_is_better
from ..exporters.asv import asv
from ..exporters.bencher import bencher
from ..exporters.hdr_log import hdr_log
from ..exporters.junit import junit_of
from ..exporters.openmetrics import openmetrics
from ..exporters.parquet import parquet
from ..exporters.pyperf import pyperf
from ..exporters.pytest_benchmark import pytest_benchmark
from ..exporters.shown import REPORTS, Shown
from ..verdicts.judgement import Judgement
from .asv_folder import commit_of

Made = str | bytes | Mapping[str, Any]
"""A result in a format: text, bytes, or JSON documents by their path in a folder."""

Write = Callable[[Shown, str], Made]
"""From what is shown, and what stands behind the colon of a format ("" for nothing), to the format.

Raises `UsageError` without data.
"""

Kinds = Collection[type[Any]]


class Extra(NamedTuple):
    """What pip brings with an extra: distributions by the module that is imported."""

    name: str
    modules: Mapping[str, str]

    @property
    def missing(self) -> str:
        """Say what to do where something of it is not installed, "" where all is."""
        if all(find_spec(module) for module in self.modules):
            return ""
        names = list(self.modules.values())
        verb = "is" if len(names) == 1 else "are"
        return f"{' and '.join(names)} {verb} missing: pip install 'wsbench[{self.name}]'"


PAGE = Extra("page", {"altair": "altair", "vl_convert": "vl-convert-python"})
PARQUET = Extra("parquet", {"pyarrow": "pyarrow"})

ALL: Kinds = tuple(REPORTS)
TIMES: Kinds = (Analysis, LoadAnalysis, Judgement)
RUNS: Kinds = (*TIMES, CountAnalysis)
"""What has numbers of one run: a run itself, or a judgement, of which it is the run judged."""


class Form(NamedTuple):
    """A format: what writes it, of which kinds of results, which extra it needs.

    `part` is what may stand behind a colon: the `chart` or the `commit` that it is of. `folder` is whether
    it is several files in a folder of the reader's, `binary` whether it is no text.
    """

    name: str
    write: Write
    kinds: Kinds
    needs: Extra | None = None
    part: str = ""
    folder: bool = False
    binary: bool = False


def _text(name: str) -> Write:
    return lambda shown, _part: shown.text(name)


def _html(shown: Shown, _part: str) -> str:
    from ..page.frame import html

    return html(shown)


def _svg(shown: Shown, chart: str) -> str:
    from ..page.still import svg

    return svg(shown, chart)


def _png(shown: Shown, chart: str) -> bytes:
    from ..page.still import png

    return png(shown, chart)


def _asv(shown: Shown, revision: str) -> Mapping[str, Any]:
    return asv(shown, commit_of(revision))


def _whole(write: Callable[[Shown], Made]) -> Write:
    return lambda shown, _part: write(shown)


_ROWS = (
    Form("table", _text("table"), ALL),
    Form("markdown", _text("markdown"), ALL),
    Form("csv", _text("csv"), (Analysis, LoadAnalysis, Together, CountAnalysis, History)),
    Form("json", _text("json"), ALL),
    Form("html", _html, ALL, PAGE),
    Form("svg", _svg, ALL, PAGE, part="chart"),
    Form("png", _png, ALL, PAGE, part="chart", binary=True),
    Form("junit", _whole(junit_of), (Judgement, Analysis)),
    Form("pytest-benchmark", _whole(pytest_benchmark), (Analysis, Judgement)),
    Form("pyperf", _whole(pyperf), RUNS),
    Form("hdr", _whole(hdr_log), TIMES),
    Form("action-smaller", _whole(smaller_is_better), RUNS),
    Form("action-bigger", _whole(bigger_is_better), TIMES),
    Form("bencher", _whole(bencher), RUNS),
    Form("asv", _asv, RUNS, part="commit", folder=True),
    Form("openmetrics", _whole(openmetrics), RUNS),
    Form("parquet", _whole(parquet), RUNS, PARQUET, binary=True),
)
FORMATS = {one.name: one for one in _ROWS}
"""The table of formats by name."""

CALLED: dict[type[Any], str] = {
    Analysis: "servers side by side",
    LoadAnalysis: "a load run",
    Together: "several servers at rates",
    CountAnalysis: "counts",
    SideBySide: "several files side by side",
    Judgement: "a verdict",
    History: "a history",
}
"""What each kind of result is called where a format is not to be had of it."""
