"""Values of other types than the annotations name are refused in one line, wherever they are passed."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pytest
import wsbench
from wsbench.errors import UsageError
from wsbench.library.arguments import require_type, require_types, typed
from wsbench.library.options import Some
from wsbench.library.service import Service

REFERENCE = Path(__file__).parents[3] / "results" / "reference" / "default.jsonl"


@pytest.mark.parametrize(
    ("hint", "value"),
    [
        (int, 3),
        (int | None, None),
        (bool, False),
        (str, "a"),
        (Some[int], 64),
        (Some[int], [64, 128]),
        (Some[int], range(1, 3)),
        (Some[int], ()),
        (Some[str] | None, None),
        (Some[str] | None, ("a", "b")),
        (str | Path | None, Path()),
        (str | Service | None, Service("tornado")),
        (Literal["rows", "changes"], "rows"),
        (Literal["pandas"] | None, None),
    ],
)
def test_what_an_annotation_names_may_be_passed(hint: object, value: object) -> None:
    """One value, or several, or None, as it says."""
    require_type("it", value, hint)


@pytest.mark.parametrize(
    ("hint", "value", "line"),
    [
        (int | None, "x", "a whole number, not 'x'"),
        (int | None, 1.5, "a whole number, not 1.5"),
        (int | None, True, "a whole number, not True"),
        (int, None, "a whole number, not None"),
        (bool, 1, "True or False, not 1"),
        (str, 5, "a string, not 5"),
        (Some[int], ["a"], "a whole number, or several, not 'a'"),
        (Some[int], [64, True], "a whole number, or several, not True"),
        (Some[int], {64, 128}, "a whole number, or several, not set(…)"),
        (Some[int], "64", "a whole number, or several, not '64'"),
        (Some[str] | None, [None], "a string, or several, not None"),
        (Some[str] | None, b"ab", "a string, or several, not bytes(…)"),
        (Some[str], {"Authorization": "hunter2"}, "a string, or several, not dict(…)"),
        (Some[str], [("Authorization", "hunter2")], "a string, or several, not tuple(…)"),
        (str | Path | None, 5, "a string or a path, not 5"),
        (str | Service | None, 5, "a string or a Service, not 5"),
        (Literal["rows"], 5, "a string, not 5"),
    ],
)
def test_anything_else_is_one_line(hint: object, value: object, line: str) -> None:
    """It says what may be passed and what was; what may hold a secret is not shown."""
    with pytest.raises(UsageError) as raised:
        require_type("it", value, hint)
    assert str(raised.value) == f"it: {line}"


def test_names_without_an_annotation_are_left_alone() -> None:
    """Somebody else says that there is no such thing."""

    def call(*, rounds: int) -> None: ...

    require_types(call, {"sise": "x", "rounds": 1})
    with pytest.raises(UsageError, match=r"^rounds: "):
        require_types(call, {"sise": "x", "rounds": "x"})


def test_a_function_stays_what_it_is() -> None:
    """Its name, its words and its signature; what is missing is told as Python tells it."""
    assert wsbench.compare.__name__ == "compare"
    assert wsbench.compare.__doc__
    assert [*inspect.signature(wsbench.read).parameters] == ["paths"]
    assert typed(lambda *values, more=1: (values, more))(1, "a") == ((1, "a"), 1)
    with pytest.raises(TypeError, match="base"):
        wsbench.compare()  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("call", "line"),
    [
        (lambda: wsbench.run(5), "servers: a string, or several, not 5"),
        (lambda: wsbench.run([]), "servers: [] names nobody"),
        (lambda: wsbench.run(()), "servers: () names nobody"),
        (lambda: wsbench.count([]), "servers: [] names nobody"),
        (lambda: wsbench.run("stdlib", profile=1), "profile: a string, not 1"),
        (lambda: wsbench.run("stdlib", seed="x"), "seed: a whole number, not 'x'"),
        (lambda: wsbench.run("stdlib", out=5), "out: a string or a path, not 5"),
        (lambda: wsbench.run("stdlib", rounds="x"), "rounds: a whole number, not 'x'"),
        (lambda: wsbench.compare("a=stdlib", ["b=stdlib"]), "candidates: a string or a path, not list(…)"),
        (lambda: wsbench.compare(5, "stdlib"), "base: a string or a path, not 5"),
        (lambda: wsbench.compare("a=stdlib", "b=stdlib", by=3), "by: a string, or several, not 3"),
        (lambda: wsbench.compare("a=stdlib", "b=stdlib", strict="no"), "strict: True or False, not 'no'"),
        (lambda: wsbench.compare("a=stdlib", "b=stdlib", margin=-3), "margin -3: a margin is a number"),
        (lambda: wsbench.count("stdlib", instrument=3), "instrument: a string, or several, not 3"),
        (lambda: wsbench.read(5), "paths: a string or a path, not 5"),
        (lambda: wsbench.read(REFERENCE).text(5), "format: a string, not 5"),
        (lambda: wsbench.read(REFERENCE).write(5), "forms: a string, not 5"),
        (lambda: wsbench.read(REFERENCE).frame(library=5), "library: a string, not 5"),
    ],
)
def test_every_call_refuses_before_it_begins(call: Callable[[], Any], line: str) -> None:
    """By the name of its argument."""
    with pytest.raises(UsageError) as raised:
        call()
    assert str(raised.value).startswith(line)
