"""The option `--scenario`: a file that says what options say, and more of targets."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from ..errors import UsageError
from ..plan.scenario import Scenario, TargetTable
from ..targets.catalogue import choose
from ..targets.named import Named
from ..targets.spec import PASSWORD
from ..targets.templates import refers
from ..workflow.values import read_scenario, read_value
from .shared.pace import WORDS as PACED

COMMANDS = ("run", "compare", "load", "count")
"""A file may hold what any of these is told; each takes what it knows, but what is said of rates is for
`load`: `compare` is told of them by who wants them."""

ARGUMENTS = ("servers", "target")


def take_scenario(context: typer.Context, path: str) -> str:
    """Let a file's options stand in for those that were not typed. Raises `UsageError`."""
    if path:
        scenario = read_scenario(path)
        _require_known(context, scenario, path)
        context.default_map = _defaults(context, scenario, path)
    return path


File = Annotated[
    str,
    typer.Option(
        "--scenario",
        metavar="FILE",
        help="A TOML file that says what options say, and more of targets.",
        callback=take_scenario,
        is_eager=True,
    ),
]


def _options_of(command: Any) -> dict[str, tuple[Any, bool]]:
    """Return the parameters of a command by the words for them, and whether such a word says no."""
    found = {}
    for one in command.params:
        if one.name in ARGUMENTS:
            found[one.name] = one, False
        for words, no in ((one.opts, False), (one.secondary_opts, True)):
            names = [word.removeprefix("--").replace("-", "_") for word in words if word.startswith("--")]
            found |= dict.fromkeys(names, (one, no))
    return {name: one for name, one in found.items() if name not in {"scenario", "help"}}


def _require_known(context: typer.Context, scenario: Scenario, path: str) -> None:
    """Raise `UsageError` for an option that no command has, naming the nearest."""
    commands: Any = context.find_root().command
    known = {name for word in COMMANDS for name in _options_of(commands.commands[word])}
    for name in scenario.options:
        choose(f"key in {path}", name, sorted({*known, "messages", "targets"}))


def _defaults(context: typer.Context, scenario: Scenario, path: str) -> dict[str, Any]:
    """Return what stands in for options of this command that were not typed. Raises `UsageError`."""
    own, names = _options_of(context.command), [one.name for one in scenario.targets]
    found: dict[str, Any] = {}
    if names:
        found = {"servers": names, "target": names}
    for name, value in scenario.options.items():
        one, no = own.get(name, (None, False))
        if one is None or (context.info_name == "compare" and name in PACED):
            continue
        many = one.nargs != 1 or getattr(one, "multiple", False)
        if isinstance(value, list) and not many:
            raise UsageError(f"{path}: {name} is one value for {context.info_name}, not several")
        found[one.name] = not value if no else [value] if many and not isinstance(value, list) else value
    return found


def targets_of(path: str) -> tuple[Named, ...]:
    """Return the targets of a file, () without one. Raises `UsageError`."""
    return tuple(map(_named, read_scenario(path).targets)) if path else ()


def _named(table: TargetTable) -> Named:
    headers = tuple(
        (name, read_value(value, f"[targets.{table.name}] header {name}"))
        for name, value in table.headers.items()
    )
    password = table.password and read_value(table.password, f"[targets.{table.name}] password")
    return Named(
        table.name,
        table.word,
        headers,
        tuple(one for one in (*table.headers.items(), (PASSWORD, table.password)) if refers(one[1])),
        table.certificate,
        table.key,
        password,
        table.redirects,
        table.cores,
    )
