"""The command line as its users meet it: real processes, real servers, exit codes and single lines."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

WSBENCH = [sys.executable, "-m", "wsbench"]
SMALL = ["tornado", "--client", "wire", "--rounds", "1", "--connections", "1", "--profile", "quick"]
ROOT = Path(__file__).parents[2]
REPLY = "Received from server: Msg is Hello"
BROKEN = Path(__file__).parent / "server_that_dies.py"


QUIET = {name: value for name, value in os.environ.items() if not name.startswith("GITHUB_")}
"""What our commands see: nothing of the CI that may run these tests, or they would write into its summary."""


def wsbench(
    *words: str, cwd: Path, columns: int = 80, variables: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, with more environment variables."""
    return subprocess.run(
        [*WSBENCH, *words],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**QUIET, "COLUMNS": str(columns), **(variables or {})},
        timeout=100,
        check=False,
    )


def started(*words: str, cwd: Path) -> subprocess.Popen[str]:
    """Start a command with its own output pipes."""
    return subprocess.Popen(
        [*WSBENCH, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=cwd, env=QUIET
    )


def children_of(process: subprocess.Popen[str], least: int) -> list[psutil.Process]:
    """Wait until a command has so many children, and return them."""
    me = psutil.Process(process.pid)
    for _ in range(600):
        found = me.children(recursive=True)
        if len(found) >= least:
            return found
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    raise AssertionError(f"only {len(found)} children came")


def left_of(children: list[psutil.Process]) -> list[psutil.Process]:
    """Return those still alive after they had time to go."""
    _, alive = psutil.wait_procs(children, timeout=10)
    return [one for one in alive if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> tuple[subprocess.CompletedProcess[str], Path]:
    """Return a small real run and the folder it was stored in."""
    folder = tmp_path_factory.mktemp("run")
    return wsbench("run", *SMALL, "--seed", "1", "--label", "small", cwd=folder), folder


def test_a_run_prints_its_table_and_stores_its_rounds(
    measured: tuple[subprocess.CompletedProcess[str], Path],
) -> None:
    """Tornado, yardstick and floor are measured; the table fits 80 columns."""
    done, folder = measured
    assert done.returncode == 0, done.stderr
    assert "Round trip, 64 B text, 1 connection, depth 1, driven by wire" in done.stdout
    assert all(name in done.stdout for name in ("tornado", "stdlib", "tcp"))
    assert max(map(len, done.stdout.splitlines())) <= 80
    (file,) = (folder / "results").glob("*-small.jsonl")
    assert [json.loads(line)["line"] for line in file.read_text().splitlines()] == [
        "header",
        "round",
        "closing",
    ]


def test_a_report_of_the_newest_file_shows_the_same_table(
    measured: tuple[subprocess.CompletedProcess[str], Path],
) -> None:
    """Nothing is measured for it."""
    done, folder = measured
    assert wsbench("report", cwd=folder).stdout == done.stdout


def test_a_report_as_json_has_plausible_rows(measured: tuple[subprocess.CompletedProcess[str], Path]) -> None:
    """Every server has a p50, and Nagle's algorithm was off."""
    _, folder = measured
    rows = json.loads(wsbench("report", "--format", "json", cwd=folder).stdout)["rows"]
    p50 = {row["server"]: row for row in rows if row["metric"] == "rtt_p50"}
    assert set(p50) == {"tornado", "stdlib", "tcp"}
    assert all(row["value"] > 0 and row["unit"] == "ns" and row["n"] == 1 for row in p50.values())
    (file,) = (folder / "results").glob("*-small.jsonl")
    cells = json.loads(file.read_text().splitlines()[1])["cells"]
    assert {cell["handshake"]["nodelay"] for cell in cells} == {True}


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (
            ["run", "tornadoo"],
            "unknown server 'tornadoo'; did you mean tornado? choose from tornado, websockets,",
        ),
        (["run", "--client", "wier"], "unknown client 'wier'; did you mean wire? choose from wire, ws4py,"),
        (["run", "--loop", "uvlop"], "unknown loop 'uvlop'; did you mean uvloop?"),
        (["run", "--profile", "quik"], "unknown profile 'quik'; did you mean quick?"),
        (["run", "--format", "tabel"], "unknown format 'tabel'; did you mean table?"),
        (["run", "tornado", "tornado"], "tornado is named twice; give labels: a=tornado b=tornado"),
        (["run", "x=./none.py"], "x: there is no file ./none.py"),
        (["run", "tornado==1.0"], "tornado==1.0 is not installed, "),
        (["run", "--size", "many"], "Invalid value for '--size'"),
        (["verify", "nobody"], "unknown server 'nobody'"),
        (["serve", "nobody"], "unknown server 'nobody'"),
        (["hello", "tornado", "--client", "nobody"], "unknown client 'nobody'"),
        (["report", "none.jsonl"], "can't read none.jsonl: No such file or directory"),
        (["report"], "there is no result file in results/ yet: wsbench run"),
        (["hello", "tcp"], "tcp does not hold the reference conversation: choose a server of ours"),
        (["run", "x=./none.py", "--loop", "nonsense"], "unknown loop 'nonsense'"),
        (["frobnicate"], "No such command 'frobnicate'"),
        (["run", "--out", "/proc/nowhere", "tornado"], "can't write to /proc/nowhere"),
    ],
)
def test_words_that_are_off_get_one_line_and_exit_2(tmp_path: Path, words: list[str], line: str) -> None:
    """The line names the nearest word and the list."""
    done = wsbench(*words, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("wsbench: ")
    assert line in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_server_that_dies_is_an_error_row_and_exit_4(tmp_path: Path) -> None:
    """Its last words are shown; the others have their numbers, on the screen and on the disk."""
    done = wsbench("run", f"doomed={BROKEN}", *SMALL, cwd=tmp_path)
    assert done.returncode == 4, done.stderr
    assert "error  doomed" in done.stdout
    assert "doomed: doomed exited with code 3" in done.stdout
    assert "| these are my last words" in done.stdout
    (file,) = (tmp_path / "results").glob("*.jsonl")
    cells = json.loads(file.read_text().splitlines()[1])["cells"]
    assert len(cells) == 3


def test_a_target_that_refuses_is_an_error_row_and_exit_4(tmp_path: Path) -> None:
    """Nobody listens there; the others go on."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        port = sock.getsockname()[1]
    done = wsbench("run", f"mine=ws://127.0.0.1:{port}/echo", *SMALL, cwd=tmp_path)
    assert done.returncode == 4
    assert "mine: " in done.stdout
    assert "refused" in done.stdout


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopping_a_run_ends_its_children_and_keeps_finished_rounds(
    tmp_path: Path, number: signal.Signals
) -> None:
    """Exit 130, the table of what there is, and a closing line that says interrupted."""
    words = ["tornado", "--client", "wire", "--connections", "1", "--profile", "quick", "--rounds", "50"]
    process = started("run", *words, cwd=tmp_path)
    file = None
    for _ in range(1200):
        file = next(iter((tmp_path / "results").glob("*.jsonl")), None)
        if file and file.read_text().count('"line":"round"') >= 1:
            break
        time.sleep(0.05)
    children = children_of(process, 4)
    process.send_signal(number)
    out, _ = process.communicate(timeout=20)
    assert process.returncode == 130
    assert left_of(children) == []
    assert "Round trip" in out
    assert file
    assert json.loads(file.read_text().splitlines()[-1])["status"] == "interrupted"


def test_killing_the_parent_leaves_no_process(tmp_path: Path) -> None:
    """SIGKILL can't be handled; servers, drivers and spinners go all the same."""
    process = started("run", "tornado", "--client", "wire,ws4py", cwd=tmp_path)
    children = children_of(process, 6)
    process.kill()
    process.wait(10)
    assert left_of(children) == []


def test_verify_reports_every_line_of_the_contract(tmp_path: Path) -> None:
    """Each line with its outcome, exit 0 where all hold."""
    done = wsbench("verify", "stdlib", cwd=tmp_path)
    assert done.returncode == 0
    assert done.stdout.count("ok ") == 16
    assert "close 1009" in done.stdout


def test_verify_of_a_broken_server_exits_1(tmp_path: Path) -> None:
    """A server that dies breaks the contract."""
    done = wsbench("verify", str(BROKEN), cwd=tmp_path)
    assert done.returncode == 1
    assert "broken" in done.stdout


@pytest.mark.parametrize("client", ["ws4py", "websockets", "aiohttp", "tornado", "picows", "wire"])
def test_hello_prints_what_each_side_sees(tmp_path: Path, client: str) -> None:
    """The reference conversation, line by line, whoever speaks."""
    done = wsbench("hello", "--client", client, cwd=tmp_path)
    assert done.stdout.splitlines() == [
        "Socket opened",
        REPLY,
        "Socket closed",
        "Closed down 1000",
    ]


@pytest.mark.parametrize("verb", ["list", "env", "verify"])
def test_a_reader_that_leaves_is_no_failure(tmp_path: Path, verb: str) -> None:
    """`| head -1` gets its line, and the command does not exit as if a contract were broken."""
    words = " ".join([*WSBENCH, verb, *(["stdlib"] if verb == "verify" else [])])
    done = subprocess.run(
        ["bash", "-c", f"{words} | head -1; exit ${{PIPESTATUS[0]}}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.count("\n"), done.stderr) == (0, 1, "")


def test_a_user_file_may_have_the_name_of_its_library(tmp_path: Path) -> None:
    """`tornado.py` imports tornado, not itself."""
    (tmp_path / "tornado.py").write_text((ROOT / "servers" / "tornado_asyncio.py").read_text())
    done = wsbench("verify", "mine=./tornado.py", cwd=tmp_path)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("server", ["tornado", "websockets", "aiohttp", "stdlib"])
def test_every_server_holds_the_reference_conversation(tmp_path: Path, server: str) -> None:
    """Servers print and answer alike; a library may add a line of its own."""
    lines = iter(wsbench("hello", server, cwd=tmp_path).stdout.splitlines())
    assert all(line in lines for line in ("Socket opened", REPLY, "Socket closed", "Closed down 1000"))


def test_serve_answers_until_it_is_stopped(tmp_path: Path) -> None:
    """It says where, answers GET /, and leaves nothing behind."""
    from urllib.request import urlopen

    process = started("serve", "tornado", "--port", "0", cwd=tmp_path)
    assert process.stdout
    line = process.stdout.readline()
    assert line.startswith("tornado ")
    with urlopen(line.split()[-1]) as answer:  # noqa: S310  # it is our own address
        assert answer.read() == b"It Works!"
    children = children_of(process, 1)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=10)
    assert process.returncode == 130
    assert left_of(children) == []


def test_serving_on_a_taken_port_gets_one_line(tmp_path: Path) -> None:
    """The line names the port, exit 4."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        port = str(sock.getsockname()[1])
        done = wsbench("serve", "tornado", "--port", port, cwd=tmp_path)
    assert done.returncode == 4
    assert f"can't listen on 127.0.0.1:{port}: Address already in use" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "words", [["list"], ["env"], ["--help"], ["run", "--help"], ["compare", "--help"], ["check", "--help"]]
)
def test_what_is_shown_fits_80_columns(tmp_path: Path, words: list[str]) -> None:
    """Lists and help do not wrap on a small terminal."""
    done = wsbench(*words, cwd=tmp_path)
    assert done.returncode == 0
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_help_lists_measuring_first(tmp_path: Path) -> None:
    """The commands stand in the order in which they are needed, wherever they are defined."""
    shown = wsbench("--help", cwd=tmp_path).stdout.partition("Commands:")[2].partition("Examples:")[0]
    lines = shown.splitlines()
    assert [line.split()[0] for line in lines if line.startswith("  ") and line[2:3].isalpha()] == [
        *("run", "compare", "check", "report", "verify", "calibrate", "selftest"),
        *("list", "env", "serve", "hello"),
    ]


def test_help_imports_nothing_heavy() -> None:
    """`wsbench --help` answers before numpy could be imported."""
    heavy = {"numpy", "rich", "aiohttp", "tornado", "psutil", "hdrh"}
    code = f"import sys, wsbench.cli; sys.exit(bool({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
