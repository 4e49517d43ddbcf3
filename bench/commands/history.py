"""`history`: all stored runs of servers over time, and where their levels changed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from ..analysis.history.record import Unusable, Value, known_metrics, machine_words, time_of
from ..analysis.history.series import History, history_of
from ..analysis.history.values import AnyRun, values_of
from ..errors import UsageError
from ..exits import FINE, INVALID
from ..exporters.shown import Shown
from ..facts.conditions import fingerprint
from ..facts.notices import Notice
from ..report.history.badge import badge_for
from ..storage.collecting import began, stored_in
from ..storage.errors import StoreError
from ..storage.reading import Member, name_of
from ..storage.results import read_any
from ..storage.writing import STANDARD, try_out, write_out
from ..targets.catalogue import YARDSTICK, choose
from ..workflow.forms import give, read_forms, try_forms

RESULTS = Path("results")
BADGES = (".svg", ".json")
AHEAD = timedelta(days=1)
"""A run that began so much later than now was stored by a clock that is off."""


class Wanted(msgspec.Struct, frozen=True):
    """Which part is wanted: since when (as typed), of which servers and metrics, times against whom."""

    since: str = ""
    servers: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    against: str = YARDSTICK


def history_and_report(
    paths: Sequence[Path], wanted: Wanted, form: str, badge: Path | None, write: Sequence[str] = ()
) -> int:
    """Print the history of all stored runs, and write its badge; return the exit code.

    It is INVALID where files are there and none has a number. Raises `UsageError`.
    """
    forms = read_forms(History, form, write)
    for metric in wanted.metrics:
        choose("metric", metric, known_metrics())
    since = since_when(wanted.since, datetime.now(UTC))
    if not paths and not RESULTS.is_dir():
        raise UsageError("there is no result file in results/ yet: wsbench run")
    files = stored_in(paths or [RESULTS])
    if not files:
        where = ", ".join(map(str, paths or [RESULTS]))
        raise UsageError(f"there is no result file in {where}: wsbench run --out FOLDER")
    if badge:
        if badge.suffix not in BADGES:
            raise UsageError(f"--badge {badge}: a badge is a picture, .svg, or for shields.io .json")
        try_out(badge, "--badge")
    try_forms(forms, [badge, *(file for file in files if isinstance(file, Path))])
    found = _history(files, wanted, since)
    give(forms, Shown(found, ()))
    if badge:
        write_out(badge, badge_for(found, badge.suffix))
    return FINE if found.series else INVALID


def since_when(text: str, now: datetime) -> datetime | None:
    """Return the time that `2026-01-31` or `30d` means, None for "". Raises `UsageError`."""
    if not text:
        return None
    days = re.fullmatch(r"(\d{1,5})d", text)
    try:
        return now - timedelta(days=int(days[1])) if days else time_of(text)
    except (ValueError, OverflowError):
        raise UsageError(f"--since {text!r}: write a date, as 2026-01-31, or days, as 30d") from None


def _history(files: Sequence[Path | Member], wanted: Wanted, since: datetime | None) -> History:
    """Return what the files say. Raises `UsageError` for servers that are in none of them."""
    copies: dict[bytes, tuple[int, list[Value | Unusable]]] = {}
    unreadable, machines = list[Unusable](), dict[str, str]()
    notices, twice = list[Notice](), 0
    older, labels = list[str](), dict[str, None]()
    for name, run in _read(files, since, unreadable, older):
        labels.update(dict.fromkeys(spec.label for spec in run.header.plan.servers))
        identity = msgspec.json.encode(run.header)
        rounds, _ = copies.get(identity, (-1, []))
        twice += rounds >= 0
        if len(run.rounds) <= rounds:
            continue
        environment = run.header.environment
        machines[fingerprint(environment)] = machine_words(environment)
        notices += _of_clock(name, run)
        found = list(values_of(run, name, against=wanted.against, metrics=wanted.metrics))
        copies[identity] = len(run.rounds), found
    if older and since:
        notices.append(Notice(f"{len(older)} of the files began before {since:%Y-%m-%d}: left out (--since)"))
    if labels and wanted.against != YARDSTICK:
        choose("server in these files", wanted.against, labels)
    if twice:
        copied = "a file is a copy of another" if twice == 1 else f"{twice} files are copies of others"
        notices.append(Notice(f"{copied}: each run counts once"))
    everything = [one for _, found in copies.values() for one in found]
    known = dict.fromkeys(one.key.server for one in everything if isinstance(one, Value))
    for server in wanted.servers if known else ():
        choose("server in these files", server, known)
    usable = [one for one in everything if isinstance(one, Value)]
    chosen = [one for one in usable if not wanted.servers or one.key.server in wanted.servers]
    unusable = [*unreadable, *(one for one in everything if isinstance(one, Unusable))]
    history = history_of(chosen, unusable, machines)
    return msgspec.structs.replace(history, notices=(*notices, *history.notices))


def _read(
    files: Sequence[Path | Member], since: datetime | None, unreadable: list[Unusable], older: list[str]
) -> Iterator[tuple[str, AnyRun]]:
    """Yield the runs that began in time, with their files' names; what can't be read is told instead."""
    for file in files:
        name = name_of(file)
        try:
            if since and file != STANDARD and (begun := began(file)) and time_of(begun) < since:
                older.append(name)
                continue
            run = read_any(file)
            if since and time_of(run.header.started) < since:
                older.append(name)
                continue
            time_of(run.header.started)
            yield name, run
        except StoreError as problem:
            unreadable.append(Unusable(name, "", _without(name, str(problem))))
        except ValueError:
            unreadable.append(Unusable(name, "", "its header says no time that can be read"))


def _without(name: str, problem: str) -> str:
    """Return what is the matter with a file that is named already: `it has …`, `its line 3 is …`."""
    if not problem.startswith(name):
        return problem.replace(name, "it", 1)
    rest = problem.removeprefix(name)
    if rest.startswith(", line"):
        return f"its {rest[2:]}".replace(", is", " is", 1)
    return rest.lstrip(": ") if rest.startswith(":") else f"it{rest}"


def _of_clock(name: str, run: AnyRun) -> Iterator[Notice]:
    """Say where the clock of a run can't have been right."""
    begun = time_of(run.header.started)
    if begun > datetime.now(UTC) + AHEAD:
        yield Notice(
            f"{name} began later than now ({run.header.started}): the clock was wrong there, or is here"
        )
    if run.closing and run.closing.finished < run.header.started:
        yield Notice(
            f"{name} ended before it began: its clock was set back meanwhile, and its place may be wrong"
        )
