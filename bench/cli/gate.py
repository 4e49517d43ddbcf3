"""The commands that give a verdict: `compare`, `check`, `calibrate`, `selftest`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from msgspec.structs import replace

from ..errors import UsageError
from ..planning.load import LoadWords
from ..planning.workloads import Words
from ..targets.catalogue import REFERENCE
from ..workflow.values import seed_or_random
from . import completion
from .options import SPEC, Clients, Flame, Resume, Rounds, read_messages, words_from_options
from .output_options import JudgedOutput, Out, Quiet, Seed, judged_output_from_options
from .parser import app, expand_parameters, require_alone
from .server_options import split_at_commas
from .shared.pace import Pace, pace_from_options

if TYPE_CHECKING:
    pass

Margins = Annotated[
    list[str] | None,
    typer.Option(
        "--margin",
        metavar="[METRIC=]PERCENT",
        help="Largest acceptable slowdown, for all or one metric; else pyproject.toml's, or 5.",
        autocompletion=completion.margins,
    ),
]
Strict = Annotated[
    bool, typer.Option("--strict", help="Exit with 3 where a line is INCONCLUSIVE, not judged or lost.")
]

Bys = Annotated[
    str,
    typer.Option(
        "--by",
        metavar="time|count|time,count",
        help="What decides: times, counted work, or both.",
        autocompletion=completion.of("time", "count"),
    ),
]

JUDGED = ("format", "write", "quiet", "strict", "junit", "comment")
"""The options that say how a judgement is shown."""


@app.command()
@expand_parameters(words=words_from_options, pace=pace_from_options, output=judged_output_from_options)
def compare(
    ctx: typer.Context,
    servers: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="BASE CANDIDATE...", help=f"{SPEC}; or result files.", autocompletion=completion.servers
        ),
    ] = None,
    margin: Margins = None,
    strict: Strict = False,
    *,
    words: Words,
    pace: Pace,
    null: Annotated[
        bool, typer.Option("--null", help="Run a second BASE too, which must not differ.")
    ] = False,
    by: Bys = "time",
    flame: Flame = None,
    resume: Resume = None,
    output: JudgedOutput,
) -> None:
    """Measure servers side by side and say which of them got worse than BASE, and which surely did not."""
    from ..commands.compare import compare_and_report
    from ..commands.resume import resume_and_judge

    wishes = output.wishes(margin, strict=strict, flame=flame)
    if resume:
        require_alone(ctx, *JUDGED)
        raise typer.Exit(resume_and_judge(resume, wishes))
    words, bys = replace(words, servers=tuple(servers or ())), split_at_commas([by])
    if pace.is_asked:
        from ..commands.compare_load import compare_load_and_report

        asked = LoadWords("", **pace._asdict())
        code = compare_load_and_report(words, asked, wishes, seed=output.seed, null=null, by=bys)
        raise typer.Exit(code)
    raise typer.Exit(compare_and_report(words, wishes, seed=output.seed, null=null, by=bys))


@app.command()
@expand_parameters(output=judged_output_from_options)
def check(  # noqa: PLR0917  # typer makes options of them
    ctx: typer.Context,
    servers: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SERVER",
            help="Default: the servers of the baseline.",
            autocompletion=completion.servers,
        ),
    ] = None,
    baseline: Annotated[
        Path, typer.Option("--baseline", help="A result file, or a folder of stored sessions.")
    ] = Path("results/baseline"),
    save: Annotated[bool, typer.Option("--save", help="Measure one more session into the baseline.")] = False,
    baseline_python: Annotated[
        str, typer.Option("--baseline-python", help="An interpreter that has the baseline's versions.")
    ] = "",
    margin: Margins = None,
    strict: Strict = False,
    client: Clients = None,
    rounds: Rounds = None,
    message: Annotated[
        list[str] | None, typer.Option("--message", help="A message of the baseline that was typed out.")
    ] = None,
    by: Bys = "time",
    resume: Resume = None,
    *,
    output: JudgedOutput,
) -> None:
    """Hold today's code against a baseline: exit 1 where it surely got worse than the margin."""
    from ..commands.check import check_and_report
    from ..commands.resume import resume_and_check

    if save and baseline_python:
        raise UsageError(
            "--baseline-python: --save measures what is here, and runs no baseline; leave it out"
        )
    if save and "count" in by:
        raise UsageError(
            "--save --by count: a session has times; a file of `wsbench count` can be a baseline, too"
        )
    messages, typed = read_messages(message)
    words = Words(
        servers=tuple(servers or ()),
        clients=split_at_commas(client),
        rounds=rounds,
        messages=messages,
        typed=typed,
    )
    wishes = output.wishes(margin, strict=strict)
    if resume:
        require_alone(ctx, *JUDGED, "baseline", "margin")
        raise typer.Exit(resume_and_check(resume, baseline, wishes))
    code = check_and_report(
        words,
        wishes,
        baseline=baseline,
        python=baseline_python,
        save=save,
        seed=output.seed,
        by=split_at_commas([by]),
    )
    raise typer.Exit(code)


@app.command()
def calibrate(
    server: Annotated[str, typer.Argument(metavar="SERVER", autocompletion=completion.servers)] = REFERENCE,
    rounds: Annotated[int, typer.Option(help="Rounds of fresh processes; 24 take about a minute.")] = 24,
    seed: Seed = None,
    out: Out = Path("results"),
    quiet: Quiet = False,
) -> None:
    """Measure a server against itself: how noisy this machine is, and which margin it can hold."""
    from ..commands.calibrate import calibrate_and_report

    raise typer.Exit(
        calibrate_and_report(server, rounds=rounds, seed=seed_or_random(seed), out=out, quiet=quiet)
    )


@app.command()
def selftest(
    inject: Annotated[float, typer.Option(help="Percent of a round trip by which a copy is slowed.")] = 5.0,
    seed: Seed = None,
    quiet: Quiet = False,
) -> None:
    """See that the gate fires where it must, and only there."""
    from ..commands.selftest import selftest_and_report

    raise typer.Exit(selftest_and_report(inject, seed=seed_or_random(seed), quiet=quiet))
