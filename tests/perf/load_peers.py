"""Bench: what load tools report of the same server, side by side, and what of a stall of 200 ms.

    python tests/perf/load_peers.py [REPETITIONS [FOLDER]]

k6, a client of a few lines of Node with ws, Artillery, Locust and `wsbench load`, at pinned versions,
installed from the public registries into FOLDER (a temporary one if left out; one that has them is used as it
is); one that can't be had is left out, with the reason. Servers have a core of their own, tools the other;
both cores are kept awake. Tools take turns, in another order in each repetition. Four things are asked of
each, over 16 connections: how many msg/s it drives in a closed loop, against a server that is faster than
most of them (picows); and of tornado the response times at 1,000 msg/s, at 80 % of the capacity as wsbench
finds it, and at 1,000 msg/s while the server is stopped once for 200 ms. Prints Markdown: medians over
repetitions, each as its tool reports it.
"""

from __future__ import annotations

import json
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from contextlib import ExitStack
from pathlib import Path

from peers.tools import CONNECTIONS, TOOLS, Load, Seen, Tool, environment, install, version
from wsbench.machine.cpus import Cores, awake, choose_cores
from wsbench.machine.launcher import Server
from wsbench.machine.orders import Settings
from wsbench.targets.spec_parser import read_specs

FAST, PLAIN = "picows", "tornado"
LOW, SHARE, STALL_S = 1000.0, 0.8, 0.2
SECONDS = {"flat": 2, "low": 4, "high": 2, "stall": 5}
PATIENCE_S = 60.0
ESTABLISHED = "01"


def opened(port: int) -> int:
    """Return how many connections a server on loopback has."""
    lines = (line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:])
    return sum(int(one[1].split(":")[1], 16) == port and one[3] == ESTABLISHED for one in lines)


def stall(server: Server, child: subprocess.Popen[str], seconds: float) -> None:
    """Stop the server for a moment in the middle of what a client sends once it is connected."""
    while opened(server.port) < CONNECTIONS and child.poll() is None:
        time.sleep(0.02)
    time.sleep(seconds / 2)
    assert server.pid is not None
    os.kill(server.pid, signal.SIGSTOP)
    try:
        time.sleep(STALL_S)
    finally:
        os.kill(server.pid, signal.SIGCONT)


def on_core(tool: Tool, core: int | None) -> list[str]:
    """Return what pins a tool; wsbench pins its agent to that core by itself, and needs to see the other."""
    return [] if core is None or not tool.needs else ["taskset", "-c", str(core)]


def ask(
    tool: Tool, folder: Path, server: Server, load: Load, core: int | None, *, stalls: bool
) -> Seen | str:
    """Have a tool load a server; returns what it reported, or in words why it did not."""
    argv = [*on_core(tool, core), *tool.argv(folder, load)]
    with tempfile.TemporaryFile("w+") as errors:
        child = subprocess.Popen(
            argv,
            cwd=folder,
            env=environment(folder, load),
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        try:
            if stalls:
                stall(server, child, load.seconds)
            out, _ = child.communicate(timeout=PATIENCE_S)
            return tool.read(folder, out, load)
        except subprocess.TimeoutExpired:
            return f"no report in {PATIENCE_S:g} s"
        except (ValueError, KeyError, IndexError, OSError) as problem:
            errors.seek(0)
            last = (errors.read().strip().splitlines() or [""])[-1]
            return f"{type(problem).__name__}: {problem} ({last})"
        finally:
            child.kill()
            child.wait()


def capacity_of(server: Server, folder: Path) -> float:
    """Return the highest msg/s that keep p99 within 5 ms as wsbench finds it, or the ceiling if it can't."""
    url = Load(server.port, 0, 0).url
    words = [url, "--slo", "p99=5ms", "--duration", "500ms", "--rounds", "1", "--no-keep-awake"]
    argv = [sys.executable, "-m", "wsbench", "load", *words, "--format", "json"]
    out = subprocess.run(argv, cwd=folder, check=False, capture_output=True, text=True).stdout
    rows = {row["metric"]: float(row["value"]) for row in json.loads(out)["rows"]}
    found = rows.get("capacity", rows["ceiling"])
    what = "capacity with p99 within 5 ms" if "capacity" in rows else "ceiling (no capacity was found)"
    name = f"{PLAIN} {server.proof.version}"
    print(f"{name}: {found:,.0f} msg/s, {what}, as wsbench finds it\n", flush=True)
    return found


def middle(found: list[Seen], name: str) -> float | None:
    """Return the median over repetitions of what a tool reported."""
    values = [value for one in found if (value := getattr(one, name)) is not None]
    return statistics.median(values) if values else None


def shown(found: list[Seen], names: tuple[str, ...], rate: float = 0) -> str:
    """Return times in ms for a cell; before them what was reached, where that is less than 95 % of a rate."""
    values = [middle(found, name) for name in names]
    cell = " / ".join("–" if value is None else f"{value:,.4g}" for value in values)
    reached = middle(found, "rate")
    short = reached is not None and reached < 0.95 * rate
    return f"{cell} (at {reached:,.0f} msg/s)" if short else cell


def table(found: dict[tuple[str, str], list[Seen]], tools: list[Tool], high: float) -> list[str]:
    """Return the lines of the table."""
    heads = ["tool", "msg/s flat out", "1,000 msg/s: p50 / p99", f"{high:,.0f} msg/s: p50 / p99"]
    heads += ["stall of 200 ms: p99 / max", "time from; next message", "replies checked"]
    lines = [f"| {' | '.join(heads)} |", "| --- | ---: | ---: | ---: | ---: | --- | --- |"]
    for tool in tools:
        flat = middle(found[tool.name, "flat"], "rate")
        cells = [f"{tool.name} {version(tool)}".strip(), "–" if flat is None else f"{flat:,.0f}"]
        cells += [
            shown(found[tool.name, "low"], ("p50", "p99"), LOW),
            shown(found[tool.name, "high"], ("p50", "p99"), high),
            shown(found[tool.name, "stall"], ("p99", "max"), LOW),
        ]
        lines.append(f"| {' | '.join([*cells, tool.times, tool.checks])} |")
    return lines


def started(stack: ExitStack, word: str, cores: Cores) -> Server:
    """Start a server on its core for as long as the stack lasts."""
    (spec,) = read_specs([word])
    return stack.enter_context(Server(spec, Settings(core=cores.server), dict(os.environ)))


def measure(repetitions: int, folder: Path, tools: list[Tool]) -> list[str]:
    """Return the lines of the table, and below it what went wrong."""
    cores, rng = choose_cores(), random.Random(1)
    found: dict[tuple[str, str], list[Seen]] = defaultdict(list)
    problems: list[str] = []
    with ExitStack() as stack:
        stack.enter_context(awake(cores, wanted=True, polite=(cores.server, cores.client)))
        fast, plain = started(stack, FAST, cores), started(stack, PLAIN, cores)
        high = round(SHARE * capacity_of(plain, folder), -2)
        rates = {"flat": 0.0, "low": LOW, "high": high, "stall": LOW}
        for number in range(repetitions):
            for kind, rate in rates.items():
                for tool in rng.sample(tools, len(tools)):
                    server = fast if kind == "flat" else plain
                    load = Load(server.port, rate, SECONDS[kind])
                    seen = ask(tool, folder, server, load, cores.client, stalls=kind == "stall")
                    print(f"{number + 1} {kind:5} {tool.name:12} {seen}", file=sys.stderr, flush=True)
                    if isinstance(seen, Seen):
                        found[tool.name, kind].append(seen)
                    else:
                        problems.append(f"{tool.name}, {kind}, repetition {number + 1}: {seen}")
    return [*table(found, tools, high), "", *problems]


def main() -> None:
    """Print the table."""
    repetitions = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(sys.argv[2] if len(sys.argv) > 2 else temporary).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        reasons = {tool.name: install(tool, folder) for tool in TOOLS}
        for name, reason in reasons.items():
            if reason:
                print(f"{name} is left out: {reason}", flush=True)
        print("\n".join(measure(repetitions, folder, [tool for tool in TOOLS if not reasons[tool.name]])))


if __name__ == "__main__":
    main()
