"""The parser that all commands are registered with, and the decorator that lets them share options."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Callable
from typing import Any, TypeVar

import typer
from typer.core import TyperCommand, TyperGroup

from ..errors import UsageError
from ..targets.templates import is_utf8
from .help import write_examples, write_options

CommandT = TypeVar("CommandT", bound=Callable[..., Any])

ORDER = (
    *("run", "compare", "check", "load", "count", "bisect", "report", "history"),
    *("verify", "calibrate", "selftest"),
    *("list", "env", "serve", "hello"),
)
"""The commands as `wsbench --help` lists them: measuring first."""

NOTHING: tuple[Any, ...] = (None, (), [], "")
"""What the parser has for an argument that was left out."""


class CommandsInOrder(TyperGroup):
    """A group that lists its commands as `ORDER` does, whichever module defines them."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names in that order."""
        return sorted(super().list_commands(ctx), key=ORDER.index)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write what each command does, in whole sentences."""
        commands = [self.get_command(ctx, name) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl([(one.name, one.help) for one in commands if one and not one.hidden])


RAW = "message"
"""The option whose words may be any bytes; file names, which are no `str` here, may be any too."""


class CommandOfOnce(TyperCommand):
    """A command that refuses an option of one value when it is given twice: nobody knows which was meant.

    Its help has options in sections, and two examples. It refuses words that are no UTF-8, too: what was
    typed is stored and sent as UTF-8.
    """

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write arguments and options."""
        write_options(self, ctx, formatter)

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """Write the examples."""
        write_examples(ctx.info_name, formatter)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse as usual, and see to that. Raises `UsageError`; what is completed is not looked at."""
        if ctx.resilient_parsing:
            return super().parse_args(ctx, args)
        _, _, order = self.make_parser(ctx).parse_args(args=list(args))
        for option, times in Counter(one for one in order if one.param_type_name == "option").items():
            many: Any = option
            takes_one = not (many.multiple or many.count or (many.is_flag and not many.secondary_opts))
            if times > 1 and takes_one:
                said = "/".join((*many.opts, *many.secondary_opts))
                raise UsageError(f"{said} is given {times} times: give it once")
        left = super().parse_args(ctx, args)
        for one in self.get_params(ctx):
            value = ctx.params.get(one.name or "")
            for word in value if isinstance(value, list | tuple) else [value]:
                if isinstance(word, str) and one.name != RAW and not is_utf8(word):
                    raise UsageError(f"{one.opts[0]} {word!r}: it is not UTF-8")
        return left


class Parser(typer.Typer):
    """A command line all of whose commands are of that kind."""

    def command(self, *words: Any, **settings: Any) -> Callable[[CommandT], CommandT]:
        """Return the decorator that registers a command."""
        return super().command(*words, cls=CommandOfOnce, **settings)


app = Parser(
    name="wsbench",
    cls=CommandsInOrder,
    help="WebSocket echo benchmark suite: servers side by side, an interval on every number.",
    epilog="wsbench VERB --help tells all of one, with examples.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def expand_parameters(**builders: Callable[..., Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return a decorator that replaces parameters of a command by the options of functions.

    `@expand_parameters(axes=axes_from_options)` replaces the parameter `axes` of a command by all parameters
    of `axes_from_options`, and calls the command with what that returns. So options that several commands
    share are written once. A function may itself be expanded. Raises `ValueError` for an option named twice.
    """

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        own = inspect.signature(command, eval_str=True).parameters
        shared = {
            name: inspect.signature(builder, eval_str=True).parameters for name, builder in builders.items()
        }
        parameters = [
            one.replace(kind=inspect.Parameter.KEYWORD_ONLY)
            for name, parameter in own.items()
            for one in (shared[name].values() if name in shared else [parameter])
        ]

        def expanded(**values: Any) -> Any:
            for name, builder in builders.items():
                values[name] = builder(**{one: values.pop(one) for one in shared[name]})
            return command(**values)

        expanded.__name__, expanded.__doc__ = command.__name__, command.__doc__
        expanded.__annotations__ = {one.name: one.annotation for one in parameters}
        expanded.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        return expanded

    return decorate


def require_alone(ctx: typer.Context, *besides: str) -> None:
    """Raise `UsageError` where more than `--resume` and `besides` was typed: the file says the rest."""
    typed = {
        name
        for name, value in ctx.params.items()
        if (by := ctx.get_parameter_source(name)) and by.name == "COMMANDLINE" and value not in NOTHING
    }
    if typed - {"resume", *besides}:
        raise UsageError(
            "--resume: the file says itself what is measured: leave all else out but --format and --write"
        )
