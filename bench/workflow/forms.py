"""Every format a result can be had in, which of them were asked for, and where each of them goes."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from .. import output
from ..errors import UsageError
from ..exporters.shown import Shown
from ..page.names import CHARTS
from ..storage.modes import mode_for
from ..storage.results import StoreError
from ..storage.writing import STANDARD, try_folder, try_out, write_out
from ..targets.catalogue import choose
from .asv_folder import commit_of, write_folder
from .formats import CALLED, FORMATS, Form, Made


class Choice(NamedTuple):
    """A format that was chosen, and what was written behind its colon, "" for nothing.

    That is a chart, by default the one that answers, or a commit, by default the one checked out.
    """

    form: Form
    part: str = ""

    def of(self, shown: Shown) -> Made:
        """Return a result in it. Raises `UsageError` where the result has no data for it."""
        return self.form.write(shown, self.part)


class Forms(NamedTuple):
    """What is printed, and what is written beside."""

    printed: Choice
    written: tuple[tuple[Choice, Path], ...] = ()


def read_forms(kind: type[Any], printed: str, written: Sequence[str] = ()) -> Forms:
    """Return the formats that were asked for, for a kind of result. Raises `UsageError`."""
    choice = _choice(kind, printed, "--format")
    if choice.form.binary and sys.stdout.isatty():
        raise UsageError(
            f"--format {choice.form.name} is no text for a terminal:"
            f" --write {choice.form.name}=FILE, or send it to a file with >"
        )
    if choice.form.folder:
        raise UsageError(f"--format {choice.form.name} is several files: --write {choice.form.name}=FOLDER")
    return Forms(choice, tuple(_written(kind, one) for one in written))


def _written(kind: type[Any], word: str) -> tuple[Choice, Path]:
    name, equals, file = word.partition("=")
    if not equals or not file:
        raise UsageError(f"--write {word}: write FORMAT=FILE, such as html=page.html")
    choice, path = _choice(kind, name, "--write"), Path(file)
    if choice.form.folder and path == STANDARD:
        raise UsageError(f"--write {word}: {choice.form.name} is several files: --write {name}=FOLDER")
    return choice, path


def _choice(kind: type[Any], word: str, option: str) -> Choice:
    """Return the format behind `html`, `svg:CHART` or `asv:COMMIT`."""
    name, colon, part = word.partition(":")
    known = [one.name for one in FORMATS.values() if kind in one.kinds]
    if name in FORMATS and name not in known:
        raise UsageError(f"{option} {name} can't be had of {CALLED[kind]}: choose from {', '.join(known)}")
    form = FORMATS[choose("format", name, known)]
    if colon and not form.part:
        raise UsageError(f"{option} {word}: {name} is all of a result; only svg and png are of a chart")
    if form.needs and (missing := form.needs.missing):
        raise UsageError(f"{option} {name}: {missing}")
    return Choice(form, choose("chart", part, CHARTS) if colon and form.part == "chart" else part)


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
        if choice.form.folder:
            _try_folder(choice, path)
        else:
            try_out(path, f"--write {choice.form.name}")


def _try_folder(choice: Choice, path: Path) -> None:
    option = f"--write {choice.form.name}={path}"
    try:
        commit_of(choice.part)
        try_folder(path)
    except OSError as problem:
        raise UsageError(f"{option}: can't write to this folder: {problem.strerror}") from None
    except UsageError as problem:
        raise UsageError(f"{option}: {problem}") from None


def write_to(path: Path, choice: Choice, shown: Shown, mode: int) -> None:
    """Write a result to a file, or to a folder where its format is one.

    Raises `UsageError`, `StoreError`, `OSError`.
    """
    made = choice.of(shown)
    if isinstance(made, Mapping):
        write_folder(path, made, mode)
    else:
        write_out(path, made, mode=mode)


def give(forms: Forms, shown: Shown) -> None:
    """Print a result, then write it where that was asked for; a file that fails is told, and no more.

    Raises `UsageError` where the result has no data for the chart that is to be printed.
    """
    made = forms.printed.of(shown)
    if isinstance(made, bytes):
        output.write_bytes(made)
    elif isinstance(made, str):
        output.write(made)
    mode = mode_for(*(one.run.header.plan for one in shown.sources))
    for choice, path in forms.written:
        try:
            write_to(path, choice, shown, mode)
        except OSError as problem:
            output.lose(f"can't write to {path}: {problem.strerror}")
        except (StoreError, UsageError) as problem:
            output.lose(f"--write {choice.form.name}={path}: {problem}")
