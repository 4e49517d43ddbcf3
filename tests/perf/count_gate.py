"""Bench: how often the gate on counts is right, and how long it takes, where others keep the cores busy.

    python tests/perf/count_gate.py FOLDER          # go on where the last try stopped, then print the tables
    python tests/perf/count_gate.py FOLDER beside   # the last part alone: by counts and by time in turn
    python tests/perf/count_gate.py FOLDER tables   # print the tables of what is there

A busy loop of another session runs on each core meanwhile. Unchanged servers are counted again and again, and
all pairs of those counts are judged. Then handlers that run 1 % and 0.5 % more instructions (a loop of so
many passes, found by counting) are compared with unchanged ones. At last the same changes are judged by
counts and by time in turn.
Every step has a file in FOLDER.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from wsbench.facts.counts import CountFacts
from wsbench.plan.margins import Gates
from wsbench.records.count import CountRun
from wsbench.storage.results import read_any
from wsbench.verdicts.baseline import Names
from wsbench.verdicts.counts import judge_stored_counts

SERVERS = Path(__file__).parents[2] / "servers"
WSBENCH = str(Path(sys.executable).with_name("wsbench"))
UNCHANGED = dict.fromkeys(("tornado", "websockets", "aiohttp"), 40) | dict.fromkeys(
    ("picows", "uvicorn-websockets", "starlette", "granian"), 10
)
SEEDS = 5
"""Counts of a server take turns with so many seeds, so that some pairs have seeds in common and some not."""
HANDLERS = {
    "tornado": ("tornado_asyncio.py", "        self.write_message(message, binary"),
    "websockets": ("websockets_asyncio.py", "        await connection.send(message)\n"),
    "aiohttp": ("aiohttp_asyncio.py", "        if message.type is WSMsgType.TEXT:\n"),
}
INJECTED = {"+1 %": (0.01, "0.5"), "+0.5 %": (0.005, "0.2")}
"""What is added to the handler's instructions, as a share, and the margin in per cent."""
TIMES = 20
BESIDE = {"unchanged": 0.0, "+1 %": 0.01, "+10 %": 0.1}
"""What is judged by counts and by time in turn."""
MARGINS = {"count": "0.5", "time": "5"}
"""The margins in per cent there: what is left out says these, but for times of what is smaller."""
BESIDE_TIMES = 3
WORDS = ("REGRESSED", "IMPROVED", "NO REGRESSION", "INCONCLUSIVE")


@contextlib.contextmanager
def busy() -> Iterator[None]:
    """Keep all cores busy from a session of its own."""
    loops = []
    for core in sorted(os.sched_getaffinity(0)):
        words = f"import os; os.sched_setaffinity(0, [{core}])\nwhile True: pass"
        loops.append(subprocess.Popen([sys.executable, "-c", words], start_new_session=True))
    try:
        yield
    finally:
        for one in loops:
            one.kill()
            one.wait()


def wsbench(folder: Path, *words: str) -> tuple[str, float]:
    """Run it in a folder; return what it printed, and how long it took in s."""
    begun = time.monotonic()
    done = subprocess.run([WSBENCH, *words, "-q"], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode not in {0, 1}:
        raise SystemExit(f"wsbench {' '.join(words)}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout, time.monotonic() - begun


def count_unchanged(folder: Path, server: str, number: int) -> None:
    """Count a server once, by instructions alone, into a file of its own."""
    path = folder / f"count-{server}-{number}.jsonl"
    if not path.exists():
        words = ("--instrument", "instructions", "--depth", "1", "--seed", str(1 + number % SEEDS))
        out, seconds = wsbench(folder, "count", server, *words, "--out", "-", "--format", "json")
        path.write_text(out)
        print(f"{path.name}: {seconds:.1f} s", flush=True)


def passes_for(folder: Path, server: str, share: float) -> int:
    """Return how many passes of a loop are such a share of a server's instructions more than one pass.

    It is counted once.
    """
    path = folder / f"loop-{server}.json"
    if not path.exists():
        counts = []
        for number in (1, 201):  # of 257 passes and more each would make an int, and the first one costs more
            write_server(folder, server, number)
            words = ("--instrument", "instructions", "--depth", "1", "--rounds", "1", "--format", "json")
            out, _ = wsbench(folder, "count", f"one=./{server}-{number}.py", *words, "--out", "runs")
            counts.append(json.loads(out)["rows"][0]["value"])
        path.write_text(json.dumps(counts))
    once, often = map(float, json.loads(path.read_text()))
    return 1 + round(share * once / ((often - once) / 200))


def write_server(folder: Path, server: str, number: int) -> str:
    """Write a server whose handler has a loop of so many passes; return its name."""
    file, line = HANDLERS[server]
    source = (SERVERS / file).read_text()
    assert line in source
    indent = line[: len(line) - len(line.lstrip())]
    (folder / f"{server}-{number}.py").write_text(
        source.replace(line, f"{indent}for _ in range({number}):\n{indent}    pass\n{line}", 1)
    )
    return f"./{server}-{number}.py"


def compare(path: Path, server: str, share: float) -> None:
    """Compare an unchanged server with one that does more, and keep what was decided in how long.

    The file's name says by what, and at which margin.
    """
    if path.exists():
        return
    folder, by, margin = path.parent, path.name.split()[0].removeprefix("by-"), path.stem.split()[-2]
    more = passes_for(folder, server, share)
    base, new = write_server(folder, server, 1), write_server(folder, server, more)
    words = ("compare", f"base={base}", f"new={new}", "--by", by, "--margin", margin)
    out, seconds = wsbench(folder, *words, "--out", "runs", "--format", "json")
    found = json.loads(out)
    path.write_text(json.dumps({"seconds": seconds, "share": share, "found": found}))
    print(f"{path.name}: {found['verdict']} in {seconds:.1f} s", flush=True)


def measure(folder: Path) -> None:
    """Do what is not done yet."""
    with busy():
        for number in range(max(UNCHANGED.values())):
            for server, times in UNCHANGED.items():
                if number < times:
                    count_unchanged(folder, server, number)
        for number, server in itertools.product(range(TIMES), HANDLERS):
            for label, (share, margin) in INJECTED.items():
                compare(folder / f"by-count {server} {label} {margin} {number}.json", server, share)
        beside(folder)


def beside(folder: Path) -> None:
    """Judge each change by counts and by time in turn."""
    for number, (label, share), by in itertools.product(range(BESIDE_TIMES), BESIDE.items(), MARGINS):
        margin = "0.5" if share == 0.01 else MARGINS[by]
        compare(folder / f"by-{by} tornado {label} beside {margin} {number}.json", "tornado", share)


def head(*columns: str) -> None:
    """Print the head of a table; columns after a blank one are of numbers."""
    blank = columns.index("")
    names = [*columns[:blank], *columns[blank + 1 :]]
    print(f"\n| {' | '.join(names)} |")
    print(f"| {' | '.join(['---'] * blank + ['---:'] * (len(names) - blank))} |")


def row(*cells: object) -> None:
    """Print a row."""
    print(f"| {' | '.join(map(str, cells))} |")


def pairs(folder: Path) -> None:
    """Print what all pairs of counts of an unchanged server are judged to be."""
    head("server", "", "counted", "pairs", "with seeds in common", *WORDS, "largest change")
    for server in UNCHANGED:
        paths = sorted(folder.glob(f"count-{server}-[0-9]*.jsonl"))
        runs = [CountFacts(run) for run in map(read_any, paths) if isinstance(run, CountRun)]
        words, changes, common = Counter[str](), [0.0], 0
        for one, other in itertools.permutations(runs, 2):
            (verdict,) = judge_stored_counts(one, other, Gates(), Names("then", "now")).gated
            words[verdict.verdict] += 1
            changes.append(abs(verdict.change or 0.0))
            common += one.plan.seed == other.plan.seed
        told = [words[name] for name in WORDS]
        row(server, len(runs), words.total(), common, *told, f"{max(changes):.2%}")


def verdicts(folder: Path) -> None:
    """Print how often what was decided, and how long it took."""
    head("decided by", "server", "change", "", "margin", "runs", *WORDS, "s, median", "s, most")
    rows: dict[tuple[str, str, str, str], list[dict[str, Any]]] = {}
    for path in sorted(folder.glob("by-*.json")):
        by, server, *label, margin, _ = path.stem.removeprefix("by-").split(" ")
        rows.setdefault((by, server, " ".join(label), margin), []).append(json.loads(path.read_text()))
    for (by, server, label, margin), found in rows.items():
        words = Counter(one["found"]["verdict"] for one in found)
        seconds = [one["seconds"] for one in found]
        took = f"{statistics.median(seconds):.0f}", f"{max(seconds):.0f}"
        row(by, server, label, f"{margin} %", len(found), *(words[name] for name in WORDS), *took)


def main() -> None:
    """Read the words and go."""
    folder = Path(sys.argv[1])
    folder.mkdir(exist_ok=True, parents=True)
    if sys.argv[2:] == ["beside"]:
        with busy():
            beside(folder)
    elif sys.argv[2:] != ["tables"]:
        measure(folder)
    pairs(folder)
    verdicts(folder)


if __name__ == "__main__":
    main()
