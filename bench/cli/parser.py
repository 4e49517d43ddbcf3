"""The parser that all commands are registered with, and the decorator that lets them share options."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import typer
from typer.core import TyperGroup

ORDER = (
    *("run", "compare", "check", "load", "report"),
    *("verify", "calibrate", "selftest"),
    *("list", "env", "serve", "hello"),
)
"""The commands as `wsbench --help` lists them: measuring first."""


class CommandsInOrder(TyperGroup):
    """A group that lists its commands as `ORDER` does, whichever module defines them."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names in that order."""
        return sorted(super().list_commands(ctx), key=ORDER.index)


app = typer.Typer(
    name="wsbench",
    cls=CommandsInOrder,
    help="WebSocket echo benchmark suite: servers side by side, an interval on every number.",
    epilog="Examples: wsbench run | wsbench compare tornado aiohttp@uvloop | wsbench verify tornado",
    add_completion=False,
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
