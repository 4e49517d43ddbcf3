"""What each verb does, once its words are read: the calls that join runner, store, analysis and renderers."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from rich.console import Console
from rich.markup import escape

from . import __version__
from .exits import BROKEN, INVALID, STOPPED
from .faces.profile import load_profile, profile_lines
from .faces.progress import Bar, listener
from .faces.render import FORMATS
from .faces.store import Store, StoreError, read_run
from .machine.conformance import Check, verify
from .machine.conversation import converse
from .machine.cpus import can_keep_awake, choose_cores
from .machine.environment import describe, version_of
from .machine.installed import missing, require
from .machine.launcher import Server, Settings
from .machine.process import ChildError
from .machine.runner import Runner
from .values.analysis import analyse
from .values.catalogue import CLIENTS, FLOOR, LOOPS, SERVERS, UsageError, choose, read_specs
from .values.choice import Words, make_plan
from .values.contract import ECHO_PATH, SOCKET_PATH
from .values.judgement import judge
from .values.plan import PROFILES, Plan
from .values.recipe import fingerprint
from .values.schema import SCHEMA, Closing, Header, Round, Run


class Screen(Console):
    """A console whose reader may leave, as `| head` does: that is no failure of ours."""

    def on_broken_pipe(self) -> None:
        """Leave it to the command line."""
        raise BrokenPipeError


def run_and_report(words: Words, *, seed: int, label: str, out: Path, form: str, quiet: bool) -> int:
    """Measure, store, print; return the exit code. Raises `UsageError`."""
    choose("format", form, FORMATS)
    run = measured(make_plan(words, seed), label=label, out=out, quiet=quiet)
    code = show(run, form)
    return STOPPED if run.interrupted else code


def measured(plan: Plan, *, label: str, out: Path | None, quiet: bool) -> Run:
    """Measure a plan with a progress bar, storing each round in the folder `out`, if there is one.

    Raises `UsageError`.
    """
    require(plan.servers, dict.fromkeys(cell.client for cell in plan.cells))
    header = Header(
        schema=SCHEMA,
        wsbench=__version__,
        started=datetime.now(UTC).isoformat(timespec="seconds"),
        label=label,
        environment=describe(choose_cores()),
        plan=plan,
    )
    store, rounds = _open_store(out, header) if out else None, list[Round]()

    def save(line: Round | Closing) -> None:
        if store:
            store.append(line)
        if isinstance(line, Round):
            rounds.append(line)

    def decided() -> bool:
        judgement = judge(Run(header, tuple(rounds)))
        return judgement is not None and judgement.settled

    listen = listener(plan, Console(stderr=True), quiet=quiet)
    try:
        closing = Runner(plan, listen, save, decided).run()
    finally:
        if isinstance(listen, Bar):
            listen.stop()
    if store:
        print(f"stored as {store.path}", file=sys.stderr)
    return Run(header, tuple(rounds), closing)


def _open_store(out: Path, header: Header) -> Store:
    try:
        return Store(out, header)
    except OSError as problem:
        raise UsageError(f"can't write to {out}: {problem.strerror}") from None


def show(run: Run, form: str) -> int:
    """Print a run in a format; return the exit code its content calls for."""
    analysis = analyse(run)
    sys.stdout.write(FORMATS[form](analysis))
    sys.stdout.flush()
    return INVALID if analysis.invalid else 0


def report_file(file: Path | None, form: str) -> int:
    """Print a stored run, by default the newest; return the exit code. Raises `UsageError`."""
    choose("format", form, FORMATS)
    path = file or max(Path("results").glob("*.jsonl"), default=None)
    if path is None:
        raise UsageError("there is no result file in results/ yet: wsbench run")
    try:
        return show(read_run(path), form)
    except StoreError as problem:
        raise UsageError(str(problem)) from None


def verify_and_report(servers: Iterable[str], loops: Iterable[str], *, equal: bool) -> int:
    """Try every server's contract and print each line; return 1 if one is broken. Raises `UsageError`."""
    specs = read_specs(servers or SERVERS, loops or LOOPS[:1])
    require(specs)
    console = Screen(highlight=False)
    broken = 0
    for spec in specs:
        console.print(f"[bold]{escape(spec.label)}[/]")
        try:
            found = verify(spec, equal=equal)
        except ChildError as problem:
            found = [Check("start", "the server starts", "broken", str(problem))]
        for check in found:
            console.print(_line(check))
        broken += sum(check.outcome == "broken" for check in found)
    return BROKEN if broken else 0


def _line(check: Check) -> str:
    style = {"ok": "green", "broken": "bold red", "deviates": "yellow"}[check.outcome]
    detail = f": {escape(check.detail)}" if check.detail else ""
    return f"  [{style}]{check.outcome:8}[/] {check.title}{detail}"


def list_contestants() -> None:
    """Print what can be named on the command line."""
    console = Screen(highlight=False)
    for title, table in (("servers", SERVERS), ("clients", CLIENTS)):
        console.print(f"[bold]{title}[/]")
        for one in table.values():
            version = version_of(one.library) if one.library else "–"
            console.print(
                f"  {one.word:11} {version:9} {one.about}"
                if version
                else f"  {one.word:11} {missing(one.library)}"
            )
    console.print(f"[bold]loops[/]\n  asyncio\n  uvloop      {version_of('uvloop') or missing('uvloop')}")
    console.print("[bold]profiles[/]")
    for name, profile in PROFILES.items():
        console.print(f"  {name:11} {profile.about}")


def show_environment() -> None:
    """Print machine, cores and versions."""
    console = Screen(highlight=False)
    environment = describe(choose_cores())
    for name, value in msgspec.structs.asdict(environment).items():
        shown = ", ".join(f"{k} {v}" for k, v in value.items()) if isinstance(value, dict) else value
        console.print(f"{name.replace('_', ' '):14} {'none' if shown in {None, ''} else shown}")
    console.print(f"{'keep awake':14} {'yes, SCHED_IDLE' if can_keep_awake() else 'not on this platform'}")
    profile = load_profile(fingerprint(environment))
    lines = profile_lines(profile) if profile else ["not calibrated: wsbench calibrate takes a minute"]
    console.print("", *lines, sep="\n", markup=False)


def serve_in_foreground(server: str, loop: str, *, host: str, port: int, equal: bool) -> int:
    """Run one server until Ctrl-C; what it prints is printed. Raises `UsageError`."""
    (spec,) = read_specs([server], [loop])
    require([spec])
    if spec.url:
        raise UsageError(f"{server} is served by somebody else")
    settings = Settings(equal=equal, host=host, port=port)
    try:
        with Server(spec, settings, on_stderr=lambda line: print(line, flush=True)) as running:
            address = f"{host}:{running.port}"
            print(f"{spec.label} {running.proof.version} on http://{address}/", flush=True)
            print(f"ws://{address}{SOCKET_PATH} and ws://{address}{ECHO_PATH}; Ctrl-C ends it", flush=True)
            while running.child and running.child.settles():
                time.sleep(0.1)
            print(f"wsbench: {spec.label} ended by itself", file=sys.stderr)
            return INVALID
    except ChildError as problem:
        print(f"wsbench: {problem}", file=sys.stderr)
        return INVALID


def play_hello(server: str, client: str) -> int:
    """Play the reference conversation. Raises `UsageError`."""
    (spec,) = read_specs([server])
    require([spec], [choose("client", client, CLIENTS)])
    if spec.name == FLOOR or spec.url:
        raise UsageError(f"{server} does not hold the reference conversation: choose a server of ours")
    try:
        converse(spec, client, print)
    except Exception as problem:  # noqa: BLE001  # each client has exceptions of its own
        print(f"wsbench: {server} and {client} could not talk: {problem}", file=sys.stderr)
        return INVALID
    return 0
