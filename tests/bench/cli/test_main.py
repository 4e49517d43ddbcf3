"""The command line as its users meet it: real processes, real servers, exit codes and single lines."""

from __future__ import annotations

import importlib.metadata
import json
import re
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest
from terminal import BROKEN, assert_usage_error, called, children_of, left_of, one_a_verb, started, wsbench
from wsbench import __version__
from wsbench.cli.help import WAY_IN

WEBSOCKETS = importlib.metadata.version("websockets")
SMALL = ["tornado", "--client", "wire", "--rounds", "1", "--connections", "1", "--profile", "quick"]


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
    assert done.stdout.startswith("64 B text, driven by wire; 1 round, complete\n")
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


USAGE_ERRORS = [
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
    (["run", "tornado@3.99"], "there is no Python 3.99 here"),
    (["run", "tornado@path:./none"], "./none"),
    (["run", "--python", "pypy"], "'pypy' is no interpreter: write 3.13, 3.13.1 or a path"),
    (
        ["run", "--reply", "ehco"],
        "--reply 'ehco': choose echo, same-bytes, any, none, prefix:TEXT, contains",
    ),
    (["run", "--header", "nothing"], "--header without a colon: write it as 'Name: value', in one line"),
    (["run", "--payload", "wrods"], "unknown payload 'wrods'; did you mean words? choose from random,"),
    (["run", "--fragments", "0"], "--fragments 0: at least 1"),
    (["run", "tornado", "-c", "ws4py", "--deflate"], "ws4py has no permessage-deflate"),
    (["run", "-c", "aiohttp", "--fragments", "2"], "aiohttp can't send fragments: add --client wire"),
    (["run", "tcp@tls"], "'tcp@tls': tcp can't serve over TLS; these can: tornado, "),
    (
        ["run", "x=cmd:node server.js"],
        "a command says where its port goes, as in mine='cmd:node server.js",
    ),
    (["run", "x=cmd:a {port}", "--tls"], "a command gets no certificate; serve it yourself and write"),
    (["verify", "x=wss://h:none/"], "a target is ws://host[:port]/path, wss://host[:port]/path or ws+unix:"),
    (["verify", "--loop", "trio"], "unknown loop 'trio'; choose from asyncio, "),
    (["serve", "tornado", "--loop", "asyncio,uvloop"], "one server is served at a time: name one event"),
    (["serve", "ws://host/"], "ws://host/ is a URL: there is nothing to start"),
    (["hello", "tornado@tls"], "tornado@tls does not hold the reference conversation"),
    (["hello", "x=ws://host/"], "x=ws://host/ does not hold the reference conversation"),
    (["run", "--size", "many"], "Invalid value for '--size'"),
    (["verify", "nobody"], "unknown server 'nobody'"),
    (["serve", "nobody"], "unknown server 'nobody'"),
    (
        ["serve", "tornado", "--port", "99999"],
        "Invalid value for '--port': Input should be less than or equal to 65535",
    ),
    (["check", "--save", "--baseline-python", "p"], "--baseline-python: --save measures what is here"),
    (["check", "--save", "--by", "time,count"], "--save --by count: a session has times"),
    (
        ["report", "a", "b", "--format", "csv"],
        "--format csv can't be had of several files side by side:",
    ),
    (["compare", "a.jsonl", "b.jsonl", "--null"], "say themselves what was measured: leave --null out"),
    (["hello", "tornado", "--client", "nobody"], "unknown client 'nobody'"),
    (["report", "none.jsonl"], "can't read none.jsonl: No such file or directory"),
    (["report"], "there is no result file in results/ yet: wsbench run"),
    (["hello", "tcp"], "tcp does not hold the reference conversation: choose a server of ours"),
    (["run", "x=./none.py", "--loop", "nonsense"], "unknown loop 'nonsense'"),
    (["verify", "tornado", "websockets==9.1"], "websockets 9.1 is too old: this server needs 10.4 or newer"),
    (["run", "aiohttp@with:yarl"], "'with:yarl' is no companion: write with:NAME==VERSION"),
    (["list", "--versions", "tornadoo"], "unknown server or client 'tornadoo'; did you mean tornado?"),
    (["list", "--versions", "wire"], "wire is part of wsbench and has no versions"),
    (["run", "--client", "websockets==9.1"], "websockets 9.1 is too old: this client needs 10.4 or newer"),
    (["run", "--client", "aiohttp@tls"], "'aiohttp@tls': a client drives on wsbench's own Python and loop"),
    (["compare", "tornado", "-c", "wire,aiohttp", "--null"], "leave it out where clients are compared"),
    (["list", "--versions", "tcp"], "tcp is part of wsbench and has no versions"),
    (["list", "--versions", "robyn"], "robyn can't be run: "),
    (["frobnicate"], "No such command 'frobnicate'"),
    (["run", "--out", "/proc/nowhere", "tornado"], "can't write to /proc/nowhere"),
]


@pytest.mark.parametrize(("words", "line"), USAGE_ERRORS)
def test_words_that_are_off_get_one_line_and_exit_2(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], words: list[str], line: str
) -> None:
    """The line names the nearest word and the list."""
    assert_usage_error(called(*words, cwd=tmp_path, capfd=capfd), line)


@pytest.mark.parametrize(("words", "line"), one_a_verb(USAGE_ERRORS))
def test_a_process_of_its_own_says_the_same(tmp_path: Path, words: list[str], line: str) -> None:
    """One case of each verb."""
    assert_usage_error(wsbench(*words, cwd=tmp_path), line)


def test_no_words_at_all_get_the_way_in(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Line by line; the exit code is that of words that are off."""
    done = called(cwd=tmp_path, capfd=capfd)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", WAY_IN)


def test_it_tells_its_version(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """And nothing else."""
    done = called("--version", cwd=tmp_path, capfd=capfd)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"wsbench {__version__}\n", "")


def test_a_dry_run_measures_and_stores_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """It says what would be done."""
    done = called("run", "aiohttp", "--client", "wire", "--dry-run", cwd=tmp_path, capfd=capfd)
    assert (done.returncode, done.stderr, [*tmp_path.iterdir()]) == (0, "", [])
    assert done.stdout.startswith("servers: aiohttp\nbeside them: stdlib, tcp\n")


def test_a_server_that_dies_is_an_error_row_and_exit_4(tmp_path: Path) -> None:
    """Its last words are shown; the others have their numbers, on the screen and on the disk."""
    done = wsbench("run", f"doomed={BROKEN}", *SMALL, cwd=tmp_path)
    assert done.returncode == 4, done.stderr
    assert re.search(r"^doomed +error +error", done.stdout, re.MULTILINE)
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


def test_a_run_with_everything_is_stored_without_secrets(tmp_path: Path) -> None:
    """TLS, deflate, words in fragments: all of it is in the plan; of headers the names alone."""
    words = ["websockets@tls@deflate", "mine=ws://127.0.0.1:1/x", "--header", "X-Key: sesame"]
    sent = ["--size", "2000", "--payload", "words", "--fragments", "2", "--binary"]
    done = wsbench("run", *words, *sent, *SMALL[1:], cwd=tmp_path, columns=120)
    assert done.returncode == 4, done.stderr  # nobody listens there
    title = "2,000 B binary of words in 2 fragments, driven by wire; 1 round, incomplete"
    assert title in done.stdout
    (file,) = (tmp_path / "results").glob("*.jsonl")
    assert "sesame" not in file.read_text() + done.stdout + done.stderr
    header, first, _ = map(json.loads, file.read_text().splitlines())
    mine = header["plan"]["servers"][1]
    assert (mine["url"], mine["access"]["headers"]) == ("ws://127.0.0.1:1/x", [["X-Key", "…"]])
    agreed = first["cells"][0]["handshake"]
    assert agreed["extensions"].startswith("permessage-deflate")
    assert agreed["tls"].startswith("TLSv1.3 ")


def test_the_versions_of_a_library_are_listed(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The newest first, with what is here and what is too old; without network it is one line."""
    done = called("list", "--versions", "websockets-sync", cwd=tmp_path, capfd=capfd)
    lines = done.stdout.splitlines()
    assert [line for line in lines if "installed here" in line] == [f"{WEBSOCKETS:12} installed here"]
    assert lines.index("11.0") < lines.index("10.4         too old for this server")
    assert (done.returncode, done.stderr, lines[-1]) == (0, "", "1.0          too old for this server")
    switched_off = {"UV_OFFLINE": "1", "UV_CACHE_DIR": str(tmp_path / "uv")}
    done = wsbench("list", "--versions", "tornado", cwd=tmp_path, variables=switched_off)
    assert_usage_error(done, "tornado could not be fetched: the network is switched off (UV_OFFLINE)")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_stopping_a_run_ends_its_children_and_keeps_finished_rounds(
    tmp_path: Path, number: signal.Signals
) -> None:
    """Exit 130, the table of what there is, a closing line that says interrupted, and no key is left."""
    words = ["tornado@tls", "--client", "wire", "--connections", "1", "--profile", "quick", "--rounds", "50"]
    (tmp_path / "tmp").mkdir()
    process = started("run", *words, cwd=tmp_path, variables={"TMPDIR": str(tmp_path / "tmp")})
    file = None
    for _ in range(1200):
        file = next(iter((tmp_path / "results").glob("*.jsonl")), None)
        if file and file.read_text().count('"line":"round"') >= 1:
            break
        time.sleep(0.05)
    children = children_of(process, 4)
    keys = [*(tmp_path / "tmp").rglob("key.pem")]
    for _ in range(20):  # somebody may be impatient
        process.send_signal(number)
        time.sleep(0.01)
    out, _ = process.communicate(timeout=20)
    assert process.returncode == 130
    assert left_of(children) == []
    assert len(keys) == 1
    assert [*(tmp_path / "tmp").iterdir()] == []
    assert "round trip" in out
    assert file
    assert json.loads(file.read_text().splitlines()[-1])["status"] == "interrupted"


def test_killing_the_parent_leaves_no_process(tmp_path: Path) -> None:
    """SIGKILL can't be handled; servers, drivers and spinners go all the same."""
    process = started("run", "tornado", "--client", "wire,ws4py", cwd=tmp_path)
    children = children_of(process, 6)
    process.kill()
    process.wait(10)
    assert left_of(children) == []
