"""What can be named on the command line, and what this machine offers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
from rich.console import Console

from .. import output
from ..environments import kept
from ..environments.availability import missing
from ..environments.interpreters import version_of
from ..environments.provision import folder
from ..environments.releases import marked_versions_of
from ..errors import UsageError
from ..escaping import terminal
from ..facts.conditions import fingerprint
from ..machine.cpus import can_keep_awake, choose_cores
from ..machine.system import describe
from ..planning.profiles import PROFILES
from ..report.calibration import profile_lines
from ..storage.machine_profile import load_profile
from ..targets.catalogue import CLIENTS, LOOPS, SERVERS, Contestant, choose


def list_contestants() -> None:
    """Print what can be named on the command line."""
    console = Console(highlight=False)
    for title, table in (("servers", SERVERS), ("clients", CLIENTS)):
        console.print(f"[bold]{title}[/]")
        width = max(map(len, table))
        for one in table.values():
            console.print(terminal(f"  {one.word:{width}} {_state(one)}"), soft_wrap=True, markup=False)
    console.print("[bold]loops[/]")
    for loop in LOOPS:
        version = "Python's own" if loop == "asyncio" else version_of(loop) or missing((loop,))
        console.print(terminal(f"  {loop:11} {version}"), markup=False)
    console.print("[bold]profiles[/]")
    for name, profile in PROFILES.items():
        console.print(f"  {name:11} {profile.about}")


def list_versions(word: str) -> None:
    """Print the versions of the library of a server or a client that the package index has, the newest first.

    Raises `UsageError` where there is no such server, client or library, or the index can't be asked.
    """
    choose("server or client", word, {**SERVERS, **CLIENTS})
    roles = {role: table[word] for role, table in (("server", SERVERS), ("client", CLIENTS)) if word in table}
    known = next(iter(roles.values()))
    if known.obstacle:
        raise UsageError(f"{word} can't be run: {known.obstacle}")
    if not known.library:
        raise UsageError(f"{word} is part of wsbench and has no versions")
    roles = {role: one for role, one in roles.items() if one.library == known.library}
    console = Console(highlight=False)
    for version, mark in marked_versions_of(roles):
        console.print(terminal(f"{version:12} {mark}".rstrip()), markup=False)


def _state(one: Contestant) -> str:
    if one.obstacle:
        return f"can't be run: {one.obstacle}"
    oldest = f"; from {one.oldest} on" if one.oldest else ""
    version = version_of(one.library) if one.library else "–"
    return missing(one.distributions) or f"{version:9} {one.about}{oldest}"


def show_environment() -> None:
    """Print machine, cores and versions."""
    console = Console(highlight=False)
    environment = describe(choose_cores())
    for name, value in msgspec.structs.asdict(environment).items():
        shown = ", ".join(f"{k} {v}" for k, v in value.items()) if isinstance(value, dict) else value
        shown = f"{value:g} cores" if name == "quota" and value else None if name == "quota" else shown
        line = f"{name.replace('_', ' '):14} {'none' if shown in {None, ''} else shown}"
        console.print(terminal(line), markup=False)
    console.print(f"{'keep awake':14} {'yes, SCHED_IDLE' if can_keep_awake() else 'not on this platform'}")
    console.print(f"{'environments':14} {_taken(kept.kept())}", markup=False)
    profile = load_profile(fingerprint(environment))
    lines = profile_lines(profile) if profile else ["not calibrated: wsbench calibrate takes a minute"]
    console.print("", *map(terminal, lines), sep="\n", markup=False)


def clear_environments() -> None:
    """Remove all environments that are kept, and say what they were. Raises `UsageError`."""
    found = kept.kept()
    told = _taken(found)
    kept.remove(found, output.tell)
    output.say(f"removed from {folder()}: {told}")


def _taken(environments: Sequence[Path]) -> str:
    """Return how many environments there are, and what they take."""
    taken = f", {kept.size_of(environments) / 1e6:,.0f} MB" if environments else ""
    return f"{len(environments) or 'none'}{taken}"
