"""The options that say where a result goes and as what, and the functions that make records of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from ..workflow.values import seed_or_random
from . import completion

if TYPE_CHECKING:
    from ..workflow.publish import Wishes

FORMATS = "table, markdown, json, html, svg, png"
OTHERS = (
    "also junit, pytest-benchmark, pyperf, hdr, action-smaller, action-bigger, bencher, asv, openmetrics,"
    " parquet"
)
"""Formats that other programs read; most of them are of runs alone."""

Seed = Annotated[int | None, typer.Option("--seed", help="Fixes payloads and the order of turns.")]
Out = Annotated[Path, typer.Option("--out", help="Folder for the result file; - for standard output.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")]
Format = Annotated[
    str,
    typer.Option(
        "--format", help=f"{FORMATS}, csv; svg:CHART is that one.", autocompletion=completion.formats
    ),
]
Write = Annotated[
    list[str] | None,
    typer.Option(
        "--write",
        metavar="FORMAT=FILE",
        help=f"Write it in this format as well, such as html=page.html; {OTHERS}.",
        autocompletion=completion.written,
    ),
]
Details = Annotated[bool, typer.Option("--details", help="Show all tables, not only the answer.")]
JudgedFormat = Annotated[
    str,
    typer.Option("--format", help=f"{FORMATS}; svg:CHART is that one.", autocompletion=completion.formats),
]


class Output(NamedTuple):
    """The seed of a run that is no comparison, and where and as what its result goes."""

    seed: int
    label: str
    out: Path
    form: str
    write: tuple[str, ...]
    quiet: bool


class JudgedOutput(NamedTuple):
    """The seed of a comparison, None for the usual one, and where and as what its judgement goes."""

    seed: int | None
    out: Path
    form: str
    write: tuple[str, ...]
    junit: Path | None
    comment: Path | None
    quiet: bool

    def wishes(self, margins: list[str] | None, *, strict: bool, flame: Path | None = None) -> Wishes:
        """Return what a judgement is asked for; it's imported late, with all that it needs."""
        from ..workflow.publish import Wishes

        shown = (self.out, self.form, self.junit, self.comment, self.quiet)
        return Wishes(tuple(margins or ()), strict, *shown, flame=flame, write=self.write)


def judged_output_from_options(  # noqa: PLR0917  # typer makes options of them
    seed: Seed = None,
    out: Out = Path("results"),
    format: JudgedFormat = "table",  # noqa: A002
    write: Write = None,
    junit: Annotated[
        Path | None,
        typer.Option("--junit", help="Write JUnit XML to this file as well; - for standard output."),
    ] = None,
    comment: Annotated[
        Path | None,
        typer.Option("--comment", help="Write Markdown to this file, to comment on a pull request with."),
    ] = None,
    quiet: Quiet = False,
) -> JudgedOutput:
    """Return where and as what a judgement goes."""
    return JudgedOutput(seed, out, format, tuple(write or ()), junit, comment, quiet)


def output_with_label(default: str, usual_seed: int | None = None) -> Callable[..., Output]:
    """Return the function that makes an `Output` of options, for a command with this label by default.

    Without a seed of the user's it is the usual one, a random one where there is none.
    """

    def output_from_options(
        seed: Seed = None,
        label: Annotated[str, typer.Option(help="Part of the result file's name.")] = default,
        out: Out = Path("results"),
        format: Format = "table",  # noqa: A002
        write: Write = None,
        quiet: Quiet = False,
    ) -> Output:
        return Output(
            seed_or_random(usual_seed if seed is None else seed),
            label,
            out,
            format,
            tuple(write or ()),
            quiet,
        )

    return output_from_options
