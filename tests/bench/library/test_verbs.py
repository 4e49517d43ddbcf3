"""The functions, on real servers: what they return, what they leave, and who may call them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest
import wsbench
from wsbench.api import Result

SHORT = {"client": "wire", "connections": 1, "rounds": 1, "keep_awake": False}
ROOT = Path(__file__).parents[3]
FILES = [str(ROOT / "results" / "reference" / "default.jsonl")] * 2

pytestmark = pytest.mark.usefixtures("nobody_left")


def test_a_run_in_a_thread(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Where no signal arrives; nothing is printed, the run is stored, and reading it says the same."""
    found: list[Result] = []
    options = {**SHORT, "out": tmp_path, "seed": 1}
    one = threading.Thread(target=lambda: found.append(wsbench.run("stdlib", **options)))  # type: ignore[arg-type]
    one.start()
    one.join()
    (result,) = found
    assert capfd.readouterr() == ("", "")
    assert result.exit_code == 0
    (file,) = tmp_path.glob("*-run.jsonl")
    assert any(str(file) in line for line in result.messages)
    again = wsbench.read(tmp_path)
    assert [row for row in again.rows if row.metric == "rtt_p50"]
    assert [(row.server, row.metric, row.value) for row in again.rows] == [
        (row.server, row.metric, row.value) for row in result.rows
    ]


def test_a_comparison_has_a_line_for_each_metric() -> None:
    """Of one round nothing is decided; with `strict` that is 3."""
    result = wsbench.compare("a=stdlib", "b=stdlib", strict=True, margin={"rtt_p50": 5}, **SHORT)
    assert {(one.base, one.candidate) for one in result.changes} == {("a", "b")}
    assert result.verdict == "INCONCLUSIVE"
    assert result.exit_code == 3


def test_files_are_compared_and_read_side_by_side() -> None:
    """As the command line does; what it refuses is refused."""
    assert wsbench.compare(*FILES).changes
    assert len({row.run for row in wsbench.read(*FILES).rows}) >= 1
    with pytest.raises(wsbench.UsageError, match="leave --client"):
        wsbench.compare(*FILES, size=64)
    with pytest.raises(wsbench.StoreError, match="nowhere"):
        wsbench.read("nowhere.jsonl")
    with pytest.raises(wsbench.UsageError, match="read\\(\\) needs"):
        wsbench.read()
    with pytest.raises(wsbench.UsageError, match="tcp speaks no WebSocket"):
        wsbench.count("tcp")


def test_importing_loads_nothing() -> None:
    """Names are known all the same, to whoever asks for them."""
    code = (
        "import sys, wsbench; assert {'run', 'compare', 'read', 'count', 'Row'} <= {*dir(wsbench)};"
        "assert not {'numpy', 'msgspec', 'typer', 'rich', 'wsbench.api'} & {*sys.modules};"
        "assert wsbench.run is wsbench.api.run; hasattr(wsbench, 'nothing') and sys.exit(1)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_a_ctrl_c_ends_every_process_and_is_raised(tmp_path: Path) -> None:
    """In the middle of a run, pressed twice, by a program whose frames are of polars (findings)."""
    code = (
        "import polars, wsbench\ntry:\n    wsbench.run('stdlib', client='wire', rounds=99)\n"
        "except KeyboardInterrupt:\n    print('interrupted')\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=tmp_path, stdout=subprocess.PIPE, text=True, env={**os.environ}
    ) as process:
        deadline, children = time.monotonic() + 30, list[psutil.Process]()
        while len(children) < 2 and time.monotonic() < deadline:
            time.sleep(0.05)
            children = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGINT)
        output = process.communicate(timeout=30)[0]
    assert (process.returncode, output) == (0, "interrupted\n")
    _, alive = psutil.wait_procs(children, timeout=10)
    assert [one for one in alive if one.is_running() and one.status() != psutil.STATUS_ZOMBIE] == []
