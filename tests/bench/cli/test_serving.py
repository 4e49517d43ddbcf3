"""The commands that measure nothing, as their users meet them: verify, serve, hello, list, env, and help."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from terminal import BROKEN, WSBENCH, children_of, left_of, started, wsbench
from wsbench.cli.parser import ORDER
from wsbench.conformance.verify import requirements_for
from wsbench.targets.spec_parser import read_spec
from wsbench.websocket.handshake import get
from wsbench.websocket.trust import client_context

ROOT = Path(__file__).parents[3]
REPLY = "Received from server: Msg is Hello"


def test_verify_reports_every_line_of_the_contract(tmp_path: Path) -> None:
    """Each line with its outcome, exit 0 where all hold."""
    done = wsbench("verify", "stdlib", cwd=tmp_path, columns=200)
    assert done.returncode == 0
    name, *lines = done.stdout.splitlines()
    assert name == "stdlib"
    titles = [one.title for one in requirements_for(read_spec("stdlib")[0], equal=True)]
    for line, title in zip(lines, titles, strict=True):
        assert line.startswith((f"  ok       {title}", f"  deviates {title}: "))


def test_verify_tries_what_is_asked_for(tmp_path: Path) -> None:
    """Over TLS and with deflate, on the loop that is named; a server that can't is told in one line."""
    words = ["verify", "websockets", "--tls", "--deflate", "--loop", "uvloop"]
    done = wsbench(*words, cwd=tmp_path, columns=200)
    assert done.returncode == 0, done.stdout
    assert "permessage-deflate" in done.stdout
    (tmp_path / "plain.py").write_text("LIBRARY, VERSION = '', '1'\ndef serve(sock, ready): ready()")
    done = wsbench("verify", "./plain.py", "--tls", cwd=tmp_path, columns=200)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.splitlines()[1:] == [
        "  broken   the server starts: plain: it can't serve over TLS: its serve() has no parameter tls"
    ]


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
    done = wsbench("verify", "mine=./tornado.py", cwd=tmp_path, columns=200)
    assert "  ok       text on /echo comes back as text, 1 to 65,535 bytes" in done.stdout.splitlines()


@pytest.mark.parametrize("server", ["tornado", "websockets", "aiohttp", "stdlib"])
def test_every_server_holds_the_reference_conversation(tmp_path: Path, server: str) -> None:
    """Servers print and answer alike; a library may add a line of its own."""
    lines = iter(wsbench("hello", server, cwd=tmp_path).stdout.splitlines())
    assert all(line in lines for line in ("Socket opened", REPLY, "Socket closed", "Closed down 1000"))


def test_serve_answers_until_it_is_stopped(tmp_path: Path) -> None:
    """It says where, answers GET /, and leaves nothing behind."""
    process = started("serve", "tornado", "--port", "0", cwd=tmp_path)
    assert process.stdout
    line = process.stdout.readline()
    assert line.startswith("tornado ")
    assert get(*served(line), "/", 5.0)[1] == b"It Works!"
    children = children_of(process, 1)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=10)
    assert process.returncode == 130
    assert left_of(children) == []


def served(line: str) -> tuple[str, int]:
    """Return host and port of what `serve` says first."""
    parts = urlsplit(line.rsplit(maxsplit=1)[-1])
    assert parts.hostname
    assert parts.port
    return parts.hostname, parts.port


def test_serve_over_tls_says_whom_to_trust(tmp_path: Path) -> None:
    """Clients that trust the authority get their answer; its file goes with the server."""
    process = started("serve", "tornado@tls", "--port", "0", cwd=tmp_path)
    assert process.stdout
    first, second, third = (process.stdout.readline() for _ in range(3))
    host, port = served(first)
    assert first.rstrip().endswith(f"on https://{host}:{port}/")
    assert second.startswith(f"wss://{host}:{port}/socket and wss://{host}:{port}/echo; ")
    authority = third.removeprefix("clients have to trust ").rstrip()
    response, body = get(host, port, "/", 5.0, tls=client_context(authority))
    assert (response.status, body) == (200, b"It Works!")
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=10)
    assert process.returncode == 130
    assert not Path(authority).exists()


def test_serve_runs_a_command_on_its_port(tmp_path: Path) -> None:
    """Whatever it is: it is reached where it says, and ends with us."""
    command = f"web=cmd:{sys.executable} -m http.server {{port}} --bind {{host}}"
    process = started("serve", command, "--port", "0", cwd=tmp_path)
    assert process.stdout
    line = process.stdout.readline()
    while not line.startswith("web "):
        line = process.stdout.readline()  # what the command prints is printed
    response, _ = get(*served(line), "/", 5.0)
    assert response.status == 200
    children = children_of(process, 2)
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
    "words",
    [["list"], ["env"], *([*verb, "--help"] for verb in ([], *([one] for one in ORDER)))],
    ids=" ".join,
)
def test_what_is_shown_fits_80_columns(tmp_path: Path, words: list[str]) -> None:
    """Lists and help do not wrap on a small terminal."""
    done = wsbench(*words, cwd=tmp_path)
    assert done.returncode == 0
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_help_lists_measuring_first(tmp_path: Path) -> None:
    """The commands stand in the order in which they are needed, wherever they are defined."""
    shown = wsbench("--help", cwd=tmp_path).stdout.partition("Commands:")[2].partition("wsbench VERB")[0]
    lines = shown.splitlines()
    assert [line.split()[0] for line in lines if line.startswith("  ") and line[2:3].isalpha()] == [
        *("run", "compare", "check", "load", "count", "bisect", "report", "history"),
        *("verify", "calibrate", "selftest", "list", "env", "serve", "hello"),
    ]


def test_help_imports_nothing_heavy() -> None:
    """`wsbench --help` answers before numpy could be imported."""
    heavy = {"numpy", "rich", "aiohttp", "tornado", "psutil", "hdrh"}
    code = f"import sys, wsbench.cli.main; sys.exit(bool({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
