"""Runs wsbench as a user does, with one fault injected, and notes what came of it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from fault import BAD, GOOD, WORDS, Fault
from watching import SHARED, Watch, orphaned, shared, survivors

HOSTILE = Path(__file__).parents[1] / "servers" / "hostile"
WITH_DEFLATE = Path(__file__).parents[2] / "servers" / "websockets_asyncio.py"
WSBENCH = Path(sys.executable).with_name("wsbench")
LIMITED = Path(__file__).with_name("limited.py")
HANGS_S = 90.0
"""After so many seconds a run is ended, and hangs."""


class Outcome(NamedTuple):
    """What came of a run. `failed` are reasons by label, `measured` the labels with numbers in the file."""

    code: int
    seconds: float
    peak: int
    said: str
    failed: dict[str, str]
    measured: frozenset[str]
    status: str
    left: tuple[str, ...]


def inject(fault: Fault) -> Outcome:
    """Run wsbench with a fault."""
    with (
        tempfile.TemporaryDirectory(prefix="wsbench-faults-") as name,
        _results(fault, Path(name)) as results,
    ):
        work = Path(name)
        for folder in ("tmp", "home"):
            (work / folder).mkdir()
            (work / folder).chmod(0o777)
        return _run(fault, work, results)


@contextmanager
def _results(fault: Fault, work: Path) -> Iterator[Path]:
    """Return the folder for results: with `mount` a file system of its own, of 1 MiB."""
    results = work / "results"
    results.mkdir()
    for folder in (
        (work, results) if fault.limit else ()
    ):  # under a limit of processes another user writes there
        folder.chmod(0o777)
    if not fault.mount:
        yield results
        return
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size=1m,{fault.mount}", "none", results], check=True)
    try:
        yield results
    finally:
        subprocess.run(["umount", results], check=True)


def _words(fault: Fault) -> list[str]:
    """Return the verb's words, but those that the fault's own replace: an option may be given once."""
    words = [*WORDS[fault.verb], *fault.words]
    for name in ("--rounds", "--connections"):
        if name in fault.words:
            del words[words.index(name) : words.index(name) + 2]
    return [one for one in words if one != "--no-keep-awake" or "--keep-awake" not in words]


def _command(fault: Fault, results: Path) -> list[str]:
    if fault.kind == "build":
        return [
            str(WSBENCH),
            fault.verb,
            fault.server,
            *WORDS[fault.verb],
            *fault.words,
            "--out",
            str(results),
        ]
    polite = WITH_DEFLATE if "--deflate" in fault.words else HOSTILE / "polite.py"
    hostile = polite if fault.server == "polite" else HOSTILE / f"{fault.server}.py"
    servers = [
        f"{BAD}={hostile}",
        *([f"{GOOD}={polite}"] if fault.verb != "load" and not fault.alone else []),
    ]
    if fault.verb == "compare":
        servers.reverse()  # the candidate misbehaves
    words = [str(WSBENCH), fault.verb, *servers, *_words(fault), "--out", str(results)]
    if not fault.limit:
        return words
    return [sys.executable, str(LIMITED), fault.limit[0], str(fault.limit[1]), *words]


def _run(fault: Fault, work: Path, results: Path) -> Outcome:
    _heed_signals()
    mark = f"HOSTILE_RUN={work.name}"
    before, begun = shared(), time.monotonic()
    processes = [_start(fault, work, results, mark) for _ in range(1 + fault.twice)]
    watch = Watch(processes[0].pid)
    timers = [threading.Timer(HANGS_S, process.kill) for process in processes]
    for timer in timers:
        timer.start()
    if fault.signal[0]:
        threading.Thread(target=_send, args=(fault, processes[0], work / "stderr"), daemon=True).start()
    code = max(process.wait() for process in processes)
    seconds = time.monotonic() - begun
    for timer in timers:
        timer.cancel()
    watch.stop()
    said = (work / "stdout").read_text(errors="replace") + (work / "stderr").read_text(errors="replace")
    said = said.replace(str(work), "…")  # another folder each time
    litter = [one for one in _litter(work, results) if one.rpartition("/")[2] not in said]
    left = survivors(mark) + litter + [f"{SHARED}/{one}" for one in orphaned(shared() - before)]
    failed, measured, status = _stored(results)
    return Outcome(code, seconds, watch.peak, said, failed, measured, status, tuple(left))


def _heed_signals() -> None:
    """Ignore none: a shell has what it starts in the background ignore some, which is inherited."""
    for number in (signal.SIGINT, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)


def _send(fault: Fault, process: subprocess.Popen[bytes], stderr: Path) -> None:
    """Wait for the cue, then send the signal."""
    while fault.cue not in stderr.read_text(errors="replace") and process.poll() is None:
        time.sleep(0.02)
    time.sleep(fault.signal[1])
    process.send_signal(signal.Signals[fault.signal[0]])  # does nothing where it has ended


def _start(fault: Fault, work: Path, results: Path, mark: str) -> subprocess.Popen[bytes]:
    environment = {
        **os.environ,
        **dict(fault.variables),
        "HOSTILE_TURN": fault.turn or "0:0",
        "HOSTILE_STARTS": str(work / "starts"),
        "HOSTILE_FOLDER": str(results),
        "TMPDIR": str(work / "tmp"),
        "HOME": str(work / "home"),
        "WSBENCH_CACHE": str(work / "cache"),
        "COLUMNS": "1000",
        mark.partition("=")[0]: mark.partition("=")[2],
    }
    stdout = {"": work / "stdout", "closed": work / "stdout", "full": Path("/dev/full")}[fault.output]
    (work / "stdout").touch()
    with stdout.open("ab") as out, (work / "stderr").open("ab") as err:
        sink: Any = out
        if fault.output == "closed":
            reader, writer = os.pipe()
            os.close(reader)
            sink = writer
        process = subprocess.Popen(
            _command(fault, results),
            cwd=work,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=err,
        )
        if fault.output == "closed":
            os.close(sink)
    return process


def _litter(work: Path, results: Path) -> list[str]:
    """Return what lies about: in the folder for temporary files, beside results, and half-built."""
    found = [f"{one.relative_to(work)}" for one in sorted((work / "tmp").iterdir())]
    made = sorted((work / "cache" / "environments").glob("[!.]*/"))  # those with a dot hold locks
    built = [one for one in made if not _is_whole(one)]
    found += [f"half an environment: {one.name}" for one in built]
    with suppress(OSError):
        found += [one.name for one in sorted(results.iterdir()) if one.suffix not in {".jsonl", ""}]
    return found


def _is_whole(environment: Path) -> bool:
    return (environment / "ready.json").exists()


def _stored(results: Path) -> tuple[dict[str, str], frozenset[str], str]:
    """Return from the result file: who failed and why, whose numbers are there, and how the run ended."""
    lines = [
        json.loads(one)
        for path in results.glob("*.jsonl")
        for one in path.read_text().splitlines(True)
        if one.endswith("\n")
    ]
    if not lines:
        return {}, frozenset(), "nothing stored"
    head, rest = lines[0], lines[1:]
    cells = [cell["server"] for cell in head["plan"].get("cells", [])] or [head["plan"]["server"]["label"]]
    failed = {cells[one["cell"]]: one["reason"] for line in rest for one in line.get("failures", [])}
    measured = {cells[one["cell"]] for line in rest for one in line.get("cells", [])}
    measured |= {cells[0] for line in rest if line.get("steps")}
    status = next((line["status"] for line in rest if "status" in line), "no closing line")
    return failed, frozenset(measured), status


def has_mounts() -> bool:
    """Whether file systems may be mounted here."""
    return os.geteuid() == 0 and shutil.which("mount") is not None
