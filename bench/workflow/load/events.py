"""`--write events=FILE`: what goes on in a load run, as JSON lines, while it goes on."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from ... import output
from ...errors import UsageError
from ...records.events import Event, RoundDone, Stepped, Ticked
from ...records.load import Step
from ...storage.modes import OWNERS
from ...storage.writing import STANDARD

PREFIX = "events="


def split_events(write: Sequence[str]) -> tuple[Path | None, tuple[str, ...]]:
    """Return where events go, None for nowhere, and the other formats. Raises `UsageError`."""
    places = [one.removeprefix(PREFIX) for one in write if one.startswith(PREFIX)]
    if len(places) > 1 or "" in places:
        raise UsageError("--write events=FILE: one file, or - for standard output")
    return Path(places[0]) if places else None, tuple(one for one in write if not one.startswith(PREFIX))


class Events:
    """Writes an object a line, each as soon as it is known; to nobody where there is no file.

    Raises `UsageError` where the file can't be written, or standard output is taken.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self.write: Callable[[str], object] = lambda _line: None
        if path == STANDARD:
            if taken := output.claim("--write events=-"):
                raise UsageError(f"--write events=-: {taken} goes to standard output already; name a file")
            self.write = output.data
        elif path:
            try:
                number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNERS)
            except OSError as problem:
                raise UsageError(f"--write events={path}: can't write to it: {problem.strerror}") from None
            self._file = os.fdopen(number, "w", buffering=1, encoding="utf-8")
            self.write = self._append

    def are_watched(self, *, quiet: bool) -> bool:
        """Whether somebody looks at each second: who reads them, or who sits at a terminal."""
        return self.path is not None or (not quiet and sys.stderr.isatty())

    def after(self, shown: Callable[[Event], None]) -> Callable[[Event], None]:
        """Return what shows an event, and then writes it."""

        def on_event(event: Event) -> None:
            shown(event)
            self(event)

        return on_event

    def __call__(self, event: Event) -> None:
        """Write what an event of the runner says, if it is one of those."""
        match event:
            case Ticked():
                self._line("second", second_document(event))
            case Stepped(step):
                self._line("step", step_document(step))
            case RoundDone(number, seconds):
                self._line("round", {"round": number, "took_s": seconds})

    def end(self, **said: Any) -> None:
        """Write the last line, and close the file."""
        self._line("end", said)
        if self.path not in {None, STANDARD}:
            self._file.close()

    def _line(self, kind: str, said: dict[str, Any]) -> None:
        self.write(f"{msgspec.json.encode({'event': kind, **said}).decode()}\n")

    def _append(self, line: str) -> None:
        try:
            self._file.write(line)
        except OSError as problem:
            output.lose(f"can't write to {self.path}: {problem.strerror}")
            self.write = lambda _line: None


def second_document(event: Ticked) -> dict[str, Any]:
    """Return what is said of a second of the step under way; its quantiles are right to about 2 %."""
    second = event.second
    return {
        "round": event.round,
        "stage": event.stage,
        "rate_msg_s": second.rate,
        "at_s": second.at_s,
        "due": second.due,
        "answered": second.answered,
        "waiting": second.waiting,
        "errors": second.errors,
        "p50_ns": second.quantile(0.5),
        "p99_ns": second.quantile(0.99),
    }


def step_document(step: Step) -> dict[str, Any]:
    """Return what is said of a step that is over; all of it is in the result file."""
    return {
        "round": step.round,
        "stage": step.stage,
        "rate_msg_s": step.rate,
        "achieved_msg_s": step.achieved,
        "scheduled": step.scheduled,
        "unanswered": step.unanswered,
        **{f"response_{name}_ns": value for name, value in step.response_ns.items()},
        "fault": step.fault,
        "missed": step.missed,
    }
