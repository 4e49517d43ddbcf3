"""docs/your-service.md, followed to the letter against the services it shows; what may go wrong is told."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
SERVICES = ROOT / "docs" / "examples" / "services"
GUIDE = (ROOT / "docs" / "your-service.md").read_text()
COMMAND = re.compile(r"^    (wsbench (?:run|load) .*)$", re.MULTILINE)
"""What measures by time; those that count are tried on a service in tests/bench/cli/test_count.py."""

BROKEN = ROOT / "tests" / "servers" / "broken"
SHORT = {"run": ["--connections", "1", "--rounds", "1"], "load": ["--duration", "0.5", "--rounds", "1"]}
RIGHT = "open sesame"
MEASURED = {"run": {0}, "load": {0, 4}}  # a client that other tests made late is no fault of a service
LOGIN = ["--first", '{"token": "${TOKEN}"}', "--skip", "2", "--reply", "json:to.id=id"]

pytestmark = pytest.mark.usefixtures("nobody_left")


@contextlib.contextmanager
def serving(program: Path) -> Iterator[int]:
    """Run a service of the guide; yields its port."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        free: int = sock.getsockname()[1]
    with subprocess.Popen([sys.executable, str(program), str(free)]) as service:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", free), 1.0).close()
                break
            except OSError:
                time.sleep(0.05)
        try:
            yield free
        finally:
            service.terminate()


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Run the chat of the guide."""
    with serving(SERVICES / "chat.py") as free:
        yield free


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Run the guarded service on a copy of the folder that the guide begins in; return the folder."""
    folder = tmp_path_factory.mktemp("guide")
    copy = folder / SERVICES.relative_to(ROOT)
    shutil.copytree(SERVICES, copy, ignore=shutil.ignore_patterns("pki"))
    with serving(copy / "guarded.py") as free:
        file = copy / "guarded.toml"
        file.write_text(file.read_text().replace("8443", str(free)))
        yield folder


def wsbench(
    tmp_path: Path, *words: str, token: str = RIGHT, cwd: Path = ROOT
) -> subprocess.CompletedProcess[str]:
    """Run the command, its result files going to a folder of the test's."""
    return subprocess.run(
        [sys.executable, "-m", "wsbench", *words, *SHORT[words[0]], "--out", str(tmp_path), "--quiet"],
        cwd=cwd,
        env={**os.environ, "TOKEN": token, "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


def lines_of(tmp_path: Path) -> list[dict[str, Any]]:
    """Return the lines of the only result file."""
    (path,) = tmp_path.glob("*.jsonl")
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.mark.parametrize("command", COMMAND.findall(GUIDE))
def test_every_command_of_the_guide_measures(tmp_path: Path, port: int, guarded: Path, command: str) -> None:
    """And the result file has neither the login nor the messages."""
    done = wsbench(tmp_path, *shlex.split(command.replace("8000", str(port)))[1:], cwd=guarded)
    assert done.returncode in MEASURED[command.split()[1]], done.stdout + done.stderr
    lines = lines_of(tmp_path)
    kinds = [line["line"].split("-")[-1] for line in lines]
    assert [kind for kind in kinds if kind != "step"][1:] == ["round", "closing"]
    stored = json.dumps(lines)
    assert "open sesame" not in stored
    assert not any(word in stored for word in ("braces", "sensor", "what is tea"))
    if "--reply none" in command:
        assert "one-way (--reply none): no reply was waited for or compared" in " ".join(done.stdout.split())
        assert not re.search("response p|service p|round trip", done.stdout)


def test_the_commands_of_the_guide_are_found() -> None:
    """None is lost to a change of its layout."""
    assert len(COMMAND.findall(GUIDE)) == 9


@pytest.mark.parametrize("verb", ["run", "load"])
def test_news_is_counted_and_not_timed(tmp_path: Path, port: int, verb: str) -> None:
    """Of ten messages one brings news besides; every reply is that to its message."""
    words = [f"chat=ws://127.0.0.1:{port}/chat", "--message", "@docs/examples/services/say.json", *LOGIN]
    done = wsbench(tmp_path, verb, *words, *(["--rate", "200"] if verb == "load" else []))
    assert done.returncode in MEASURED[verb], done.stdout
    assert re.search(r"known by json:to\.id=id; [\d,]+ messages more came", done.stdout)
    one = next(line for line in lines_of(tmp_path) if line["line"].endswith("round"))
    if verb == "run":
        cells = {cell["cell"]: cell for cell in one["cells"]}
        assert 0.09 < cells[0]["pushed"] / cells[0]["exchanged"] < 0.11
        assert cells[1]["pushed"] == 0  # the yardstick echoes
    else:
        assert one["steps"][0]["pushed"] > 0


@pytest.mark.parametrize(
    ("words", "token", "why"),
    [
        (
            [*LOGIN],
            "shut",
            "does not answer 63 B text of yours as it should: the server closed with code 4401",
        ),
        (
            LOGIN[:2],
            "open sesame",
            "does not answer 63 B text of yours as it should: ",
        ),
    ],
)
def test_what_a_service_minds_is_told(
    tmp_path: Path, port: int, words: list[str], token: str, why: str
) -> None:
    """A wrong login, and a greeting that is no reply."""
    message = ["--message", "@docs/examples/services/say.json"]
    done = wsbench(tmp_path, "run", f"chat=ws://127.0.0.1:{port}/chat", *message, *words, token=token)
    assert done.returncode == 4
    assert f"chat: {why}" in done.stdout


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--message", "@nowhere.txt"], "--message @nowhere.txt: can't be read: No such file or directory"),
        (["--message", "${NOBODY_SET_THIS}"], "--message: the variable NOBODY_SET_THIS is not set"),
        (["--message", "x", "--size", "3"], "--message says what is sent: leave out --size, --payload and"),
        (
            ["--message", "{n}", "--reply", "json:a=id"],
            "--reply json:a=id: message 1 is no JSON that has 'id'",
        ),
        (["--reply", "json:a=id"], "--reply json:a=id needs a --message: random payloads are no JSON"),
        (["--message", "{n}", "--client", "ws4py"], "ws4py fills nothing in, such as {n}: add --client wire"),
    ],
)
def test_words_that_are_off_get_one_line(tmp_path: Path, words: list[str], why: str) -> None:
    """Before anything is started."""
    done = wsbench(tmp_path, "run", "x=ws://127.0.0.1:1/", *words)
    assert done.returncode == 2
    assert why in done.stderr
    assert done.stderr.count("\n") == 1


def test_texts_alone_are_enough_for_texts(tmp_path: Path, port: int) -> None:
    """A service that knows no binary messages is refused those, in the words of what happened."""
    done = wsbench(tmp_path, "run", f"text=ws://127.0.0.1:{port}/text", "--binary", "--client", "wire")
    assert done.returncode == 4
    assert "text: does not answer 64 B binary as it should: the server closed the connection" in done.stdout


@pytest.mark.parametrize(("reply", "code"), [("same-bytes", 0), ("echo", 4)])
def test_bytes_of_another_type_are_right_where_that_is_said(tmp_path: Path, reply: str, code: int) -> None:
    """As a server does that sends text for binary."""
    argv = [sys.executable, "-m", "wsbench", "serve", str(BROKEN / "text_for_binary.py"), "--port", "0"]
    with subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as one:
        assert one.stdout
        found = re.search(r":(\d+)", one.stdout.readline())
        assert found
        url = f"x=ws://127.0.0.1:{found[1]}/echo"
        done = wsbench(tmp_path, "run", url, "--binary", "--client", "wire", "--reply", reply)
        one.terminate()
    assert done.returncode == code, done.stdout


@pytest.mark.parametrize("verb", ["run", "load"])
def test_who_only_has_news_is_given_up(tmp_path: Path, port: int, verb: str) -> None:
    """What came is no reply, however much of it, and is told."""
    words = [f"chat=ws://127.0.0.1:{port}/chat", "--message", "@docs/examples/services/say.json", *LOGIN[:4]]
    more = ["--rate", "100"] if verb == "load" else []
    done = wsbench(tmp_path, verb, *words, "--reply", "json:to.name=id", "--timeout", "1s", *more)
    assert done.returncode == 4
    why = "no reply within 1 s: 1 messages came that are no replies by json:to.name=id, the latest beginning"
    assert why in done.stdout


def test_what_is_said_of_servers_of_yours_needs_one(tmp_path: Path) -> None:
    """Nothing is left out in silence."""
    done = wsbench(tmp_path, "run", "tornado", "--first", "hi")
    assert done.returncode == 2
    assert "are for a server of yours: name one by its URL, or as cmd:" in done.stderr


def test_a_refusal_right_after_the_handshake_is_told(tmp_path: Path) -> None:
    """With its code, and not as silence."""
    program = tmp_path / "refuses.py"
    program.write_text(
        "import asyncio\nfrom websockets.asyncio.server import serve\n"
        "async def refuse(connection):\n    await connection.close(4003, 'not you')\n"
        "async def main():\n    async with serve(refuse, '127.0.0.1', 0) as server:\n"
        "        print(server.sockets[0].getsockname()[1], flush=True)\n"
        "        await asyncio.get_running_loop().create_future()\n"
        "asyncio.run(main())\n"
    )
    with subprocess.Popen([sys.executable, str(program)], stdout=subprocess.PIPE, text=True) as one:
        assert one.stdout
        url = f"x=ws://127.0.0.1:{one.stdout.readline().strip()}/echo"
        done = wsbench(tmp_path, "run", url, "--client", "wire")
        one.terminate()
    assert done.returncode == 4
    assert "the server closed with code 4003" in done.stdout
