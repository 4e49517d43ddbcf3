"""The command line: each command makes one call with what it was given. Heavy modules are imported late."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from msgspec.structs import replace

from .. import __version__, output
from ..errors import UsageError
from ..exits import FINE, STOPPED, USAGE
from ..failures import fail, forget
from ..hiding import hide
from ..planning.workloads import Words
from ..targets.catalogue import REFERENCE
from ..targets.contract import HOST, REFERENCE_PORT
from ..targets.spec import Axes
from ..targets.told_command import told_command
from . import bisect as _bisect  # noqa: F401  # its command is registered with the parser
from . import completion
from . import count as _count  # noqa: F401  # its command is registered with the parser
from . import gate as _gate  # noqa: F401  # its commands are registered with the parser
from . import history as _history  # noqa: F401  # the same
from . import listing as _listing  # noqa: F401  # the same
from . import load as _load  # noqa: F401  # the same
from .help import WAY_IN
from .interrupts import Interrupts
from .options import AsShipped, DryRun, Everybody, Resume, Servers, words_from_options
from .output_options import Details, Format, Output, Write, output_with_label
from .parser import app, expand_parameters, require_alone
from .server_options import axes_from_options


def _print_version(asked: bool) -> None:
    if asked:
        output.write(f"wsbench {__version__}\n")
        raise typer.Exit


@app.callback()
def _register_plugins(
    version: Annotated[  # noqa: ARG001  # its callback does all
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and exit."),
    ] = False,
) -> None:
    from ..environments.plugins import register

    for warning in register():
        _print_to_stderr(warning)


@app.command()
@expand_parameters(words=words_from_options, output=output_with_label("run"))
def run(
    ctx: typer.Context,
    servers: Servers = None,
    everybody: Everybody = False,
    *,
    words: Words,
    profile: Annotated[
        str,
        typer.Option(help="quick (30 s), default (1 min) or thorough.", autocompletion=completion.profiles),
    ] = "default",
    dry_run: DryRun = False,
    resume: Resume = None,
    details: Details = False,
    output: Output,
) -> None:
    """Measure servers side by side and print who is faster, by how much, and how sure that is."""
    from ..commands.resume import resume_and_report
    from ..commands.run import run_and_report

    if resume:
        require_alone(ctx, "format", "write", "details", "quiet")
        raise typer.Exit(
            resume_and_report(resume, output.form, output.write, quiet=output.quiet, details=details)
        )
    words = replace(words, servers=tuple(servers or ()), profile=profile)
    code = run_and_report(words, everybody=everybody, dry_run=dry_run, details=details, **output._asdict())
    raise typer.Exit(code)


@app.command()
@expand_parameters(axes=axes_from_options)
def verify(servers: Servers = None, *, axes: Axes, as_shipped: AsShipped = False) -> None:
    """Try the contract on every server, line by line."""
    from ..commands.verify import verify_and_report

    raise typer.Exit(verify_and_report(servers or (), axes, equal=not as_shipped))


@app.command()
def report(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="FILE",
            help="Result files, or folders: the newest in each; results/ if left out. - is standard input.",
        ),
    ] = None,
    format: Format = "table",  # noqa: A002
    write: Write = None,
    details: Details = False,
    in_browser: Annotated[bool, typer.Option("--open", help="Open it as a page in the browser.")] = False,
) -> None:
    """Show stored runs again, without measuring: one, or several side by side."""
    from ..commands.report import report_files

    code = report_files(files or (), format, write or (), details=details, in_browser=in_browser)
    raise typer.Exit(code)


@app.command()
@expand_parameters(axes=axes_from_options)
def serve(
    server: Annotated[str, typer.Argument(metavar="SERVER", autocompletion=completion.servers)],
    host: Annotated[str, typer.Option(help="Address to listen on.")] = HOST,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")
    ] = REFERENCE_PORT,
    *,
    axes: Axes,
    as_shipped: AsShipped = False,
) -> None:
    """Run one server in the foreground until Ctrl-C."""
    from ..commands.serve import serve_in_foreground

    raise typer.Exit(serve_in_foreground(server, axes, host=host, port=port, equal=not as_shipped))


@app.command()
def hello(
    server: Annotated[str, typer.Argument(metavar="SERVER", autocompletion=completion.servers)] = REFERENCE,
    client: Annotated[
        str, typer.Option("--client", "-c", help="Who says hello.", autocompletion=completion.clients)
    ] = "ws4py",
) -> None:
    """Play the reference conversation and print what each side sees."""
    from ..commands.serve import play_hello

    raise typer.Exit(play_hello(server, client))


def main() -> None:
    """Run the command line; a usage error is one line and exit code 2, a failure of ours one and 5."""
    interrupts = Interrupts()
    interrupts.install()
    forget()
    hide(*told_command(sys.argv[1:]).secrets)
    with output.guarded():
        code = _run()
        interrupts.finish()
    sys.exit(output.code_after(code))


def _run() -> int:
    """Run a command and return its exit code, whatever is raised."""
    try:
        return app(standalone_mode=False) or FINE
    except UsageError as problem:
        _print_to_stderr(str(problem))
        return USAGE
    except KeyboardInterrupt:
        return STOPPED
    except (Exception, SystemExit) as problem:  # noqa: BLE001  # the interpreter would exit with 1
        if isinstance(problem, SystemExit) and not (problem.code or problem.__context__):
            return FINE  # what completes a line, or says how, ends by itself
        return _report_parser_error(problem)


def _report_parser_error(problem: BaseException) -> int:
    """Print the parser's own error as one line and return the exit code; any other error is a failure."""
    origin = problem.__cause__ or problem.__context__
    if type(problem).__name__ == "Abort" and origin is None:
        return STOPPED
    if type(problem).__name__ in {"Abort", "SystemExit"}:
        return fail(origin or problem)  # the parser makes these of EOFError and BrokenPipeError
    message = getattr(problem, "format_message", None)
    if message is None:
        return fail(problem)
    if type(problem).__name__ == "NoArgsIsHelpError":
        output.tell(WAY_IN.rstrip())
    else:
        _print_to_stderr(message())
    return USAGE


def _print_to_stderr(line: str) -> None:
    output.tell(f"wsbench: {line}".replace("\n", " "))


if __name__ == "__main__":
    main()
