"""Servers of a user's, started by whatever command there is: measured by `run` and `load`, and gone after."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
PYTHON = sys.executable
ECHO = """
import asyncio, os, sys, time
from websockets.asyncio.server import serve
async def echo(connection):
    if greeting := os.environ.get("GREETING"):
        await connection.send(greeting)
    async for message in connection:
        await connection.send(message)
async def flood(connection):
    async def ping():
        while True:
            await connection.ping()
            await asyncio.sleep(0.01)
    task = asyncio.create_task(ping())
    await echo(connection)
    task.cancel()
async def main(port, host="127.0.0.1", how="echo"):
    async with serve(globals()[how], host, int(port), compression=None, ping_interval=None):
        await asyncio.get_running_loop().create_future()
asyncio.run(main(*sys.argv[1:]))
"""
LATE = """
import os, socket, sys, time
with socket.create_server(("127.0.0.1", int(sys.argv[2]))) as sock:  # accepts, and says nothing
    time.sleep(2)
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""
WORKERS = """
from fastapi import FastAPI, WebSocket, WebSocketDisconnect
app = FastAPI()
@app.websocket("/echo")
async def echo(socket: WebSocket):
    await socket.accept()
    try:
        while True:
            await socket.send_text(await socket.receive_text())
    except WebSocketDisconnect:
        return
"""
COMMANDS = {
    "pings every 10 ms": "{python} echo.py {port} 127.0.0.1 flood",
    "sh -c": "sh -c '{python} echo.py {port} & wait'",
    "setsid": "setsid {python} echo.py {port}",
    "on ::1 only": "{python} echo.py {port} ::1",
    "starts late behind an accepting port": "{python} late.py echo.py {port}",
    "two workers": "{python} -m uvicorn workers:app --workers 2 --port {port} --log-level warning",
    "greets": "GREETING=hello {python} echo.py {port}",
}
VERBS = {
    "run": ["--client", "wire", "--connections", "1", "--rounds", "1", "--no-keep-awake"],
    "load": ["--rate", "100", "--duration", "0.4", "--connections", "2", "--rounds", "1", "--no-keep-awake"],
}

pytestmark = pytest.mark.usefixtures("nobody_left")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with the programs."""
    for name, text in {"echo.py": ECHO, "late.py": LATE, "workers.py": WORKERS}.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def measured(folder: Path, verb: str, command: str) -> dict[str, Any]:
    """Measure a command; return the round that was stored."""
    spec = "mine=cmd:" + command.replace("{python}", shlex.quote(PYTHON))
    words = [*VERBS[verb], *(["--skip", "1"] if "GREETING" in command else [])]
    done = subprocess.run(
        [PYTHON, "-m", "wsbench", verb, spec, *words, "--quiet", "--out", "."],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in {"run": {0}, "load": {0, 4}}[verb], done.stdout + done.stderr
    (path,) = folder.glob("*.jsonl")
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert lines[-1]["failures"] == []
    found: dict[str, Any] = next(line for line in lines if line["line"].endswith("round"))
    return found


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("name", COMMANDS)
def test_whatever_starts_it_it_is_measured(folder: Path, verb: str, name: str) -> None:
    """Every reply is compared, CPU time and memory are those of all its processes, and none is left."""
    one = measured(folder, verb, COMMANDS[name])
    if verb == "run":
        cells = {cell["cell"]: cell for cell in one["cells"]}
        assert cells[0]["latencies"] > 100
        assert cells[0]["server_cpu_ns"] > 0
        assert one["rss"]["mine"] > 10_000_000
        assert one["processes"]["mine"] == (2 if name == "two workers" else 1)
    else:
        assert one["steps"][0]["unanswered"] == 0
        assert one["steps"][0]["achieved"] > 0


def test_who_never_answers_is_told_in_time(folder: Path) -> None:
    """What came last is in the line."""
    silent = f"mine=cmd:{PYTHON} -m http.server {{port}} --bind 127.0.0.1"
    done = subprocess.run(
        [
            PYTHON,
            "-m",
            "wsbench",
            "run",
            silent,
            "--quiet",
            "--out",
            ".",
            "--start-timeout",
            "3s",
            *VERBS["run"],
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 4
    assert "mine: the handshake on /echo was answered with HTTP 404" in " ".join(done.stdout.split())
