"""A secret in each place where one may be typed, in real runs whose servers tell all they are given."""

from __future__ import annotations

import contextlib
import socket
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import psutil
import pytest
import trustme
from cryptography.hazmat.primitives import serialization
from terminal import called
from wsbench.commands import run

TELLS = Path(__file__).parents[1] / "server_that_tells.py"
SHORT = ("--rounds", "1", "--client", "wire", "--connections", "1", "--no-keep-awake")

pytestmark = pytest.mark.usefixtures("nobody_left")


def secret(place: str) -> str:
    """Return the secret of a place; no two begin or end alike."""
    return f"{place}-Canary-{place[::-1]}42"


class Bench(NamedTuple):
    """Where a run is made, what its servers write down, and what a look at the machine has seen of it."""

    folder: Path
    heard: Path
    capfd: pytest.CaptureFixture[str]
    lines: set[str]
    lax: set[str]

    def call(self, *words: str, **variables: str) -> tuple[int, str, str]:
        """Run a command while somebody looks on; return its code, and all it has printed."""
        more = {"TMPDIR": tempfile.gettempdir(), **variables}
        with self._looked_on():
            done = called(*words, cwd=self.folder, capfd=self.capfd, variables=more)
        return done.returncode, done.stdout, done.stderr

    @contextlib.contextmanager
    def _looked_on(self) -> Iterator[None]:
        over = threading.Event()
        looker = threading.Thread(target=self._look, args=(over,))
        looker.start()
        try:
            yield
        finally:
            over.set()
            looker.join()

    def _look(self, over: threading.Event) -> None:
        """Read command lines of all children, and modes of files in the folder for temporary ones."""
        while not over.wait(0.02):
            for child in psutil.Process().children(recursive=True):
                with contextlib.suppress(psutil.Error):
                    if str(TELLS) not in (words := child.cmdline())[:2]:  # that is the user's own command
                        self.lines.add(" ".join(words))
            for path in Path(tempfile.gettempdir()).rglob("*"):
                with contextlib.suppress(OSError):
                    if stat.S_IMODE(path.stat().st_mode) & 0o077:
                        self.lax.add(str(path))

    def assert_told_nowhere(self, printed: str) -> None:
        """Assert that servers got secrets, and that no output, command line or file has one."""
        assert "Canary" in self.heard.read_text()
        assert "Canary" not in printed
        assert not [line for line in self.lines if "Canary" in line]
        written = [
            path for folder in (self.folder, Path(tempfile.gettempdir())) for path in folder.rglob("*")
        ]
        for path in written:
            if path.is_file():
                assert b"Canary" not in path.read_bytes(), path
        assert not self.lax


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Bench:
    """Return a folder for a run; what is the user's own is kept elsewhere."""
    for name in ("folder", "mine", "tmp"):
        (tmp_path / name).mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    return Bench(tmp_path / "folder", tmp_path / "heard.txt", capfd, set(), set())


def command(bench: Bench, **variables: str) -> str:
    """Return a target that is a command, with a secret before it and one in it."""
    before = " ".join(f"{name}={value}" for name, value in variables.items())
    word, token = secret("word"), secret("token")
    return f"cmd:WORD={word} {before} {sys.executable} {TELLS} {{port}} {bench.heard} --token {token}"


@pytest.fixture
def url(bench: Bench) -> Iterator[str]:
    """Serve over TLS for who has a certificate; return the URL, with a secret. The keys lie beside it."""
    mine, authority = bench.folder.parent / "mine", trustme.CA()
    authority.cert_pem.write_to_path(str(mine / "ca.pem"))
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(str(mine / "server.pem"))
    client = authority.issue_cert("client")
    client.cert_chain_pems[0].write_to_path(str(mine / "c.pem"))
    whole = serialization.load_pem_private_key(client.private_key_pem.bytes(), None)
    how = serialization.BestAvailableEncryption(secret("password").encode())
    pem = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    (mine / "k.pem").write_bytes(whole.private_bytes(*pem, how))
    with socket.create_server(("127.0.0.1", 0)) as sock:
        port = sock.getsockname()[1]
    words = [str(port), str(bench.heard), str(mine / "server.pem"), str(mine / "ca.pem")]
    with subprocess.Popen(
        [sys.executable, str(TELLS), *words], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as service:
        assert service.stdout
        assert service.stdout.readline()
        try:
            yield f"wss://127.0.0.1:{port}/?room=5&access_token={secret('query')}"
        finally:
            service.kill()


def scenario(bench: Bench, url: str) -> str:
    """Write a scenario file with a secret in each place that it has; return its path."""
    file = bench.folder.parent / "mine" / "s.toml"
    file.write_text(f"""
message = '{{"say": "{secret("message")}"}}'
first = "{secret("first")}"
skip = 1
insecure = true
[targets.it]
url = "{url}"
certificate = "c.pem"
key = "k.pem"
password = "{secret("password")}"
headers = {{ Authorization = "Bearer {secret("header")}" }}
""")
    return str(file)


def test_run(bench: Bench, url: str) -> None:
    """All of a scenario file; what it measured is for its owner alone, and says whom it trusted."""
    code, out, err = bench.call("run", "--scenario", scenario(bench, url), *SHORT)
    assert code in {0, 4}, out + err  # a busy machine is no fault of theirs
    heard = bench.heard.read_text()
    for place in ("query", "message", "first", "header"):
        assert secret(place) in heard
    (file,) = bench.folder.glob("results/*.jsonl")
    assert "/?room=5&access_token=…" in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "it: its certificate was not verified (--insecure)" in out
    assert any("wsbench.driver.main" in line for line in bench.lines)  # somebody looked
    bench.assert_told_nowhere(out + err)


def test_load(bench: Bench, url: str) -> None:
    """A server that quotes a message when it closes, in the line that says why nothing was measured."""
    words = ["--scenario", scenario(bench, f"{url}&break=5"), "--rate", "50", "--rounds", "1"]
    code, out, err = bench.call("load", "it", *words)
    assert code == 4
    why = "the server closed with code 4001 (no: '…')"
    assert f"does not answer 35 B text of yours as it should: {why}" in " ".join(out.split())
    bench.assert_told_nowhere(out + err)


def test_compare(bench: Bench) -> None:
    """What a server printed before it gave up is in the result, the verdicts, JUnit, summary and annotations.

    The summary names the command that was typed, and what has to be filled in.
    """
    login = bench.folder.parent / "mine" / "login.txt"
    login.write_text(secret("first"))
    target, summary = command(bench, BREAK="400"), bench.folder / "summary.md"
    code, out, err = bench.call(
        *("compare", f"a={target}", f"b={target}", *SHORT, "--junit", "junit.xml", "--format", "markdown"),
        *("--comment", "comment.md"),
        *("--first", f"@{login}", "--skip", "1", "--message", secret("message"), "--header", "X-Id: ${MINE}"),
        MINE=secret("variable"),
        GITHUB_ACTIONS="true",
        GITHUB_STEP_SUMMARY=str(summary),
    )
    assert code == 4
    for place in ("word", "token", "message", "first", "variable"):
        assert secret(place) in bench.heard.read_text()
    assert "::error title=wsbench::" in err
    (file,) = bench.folder.glob("results/*.jsonl")
    for path in (file, bench.folder / "junit.xml", bench.folder / "comment.md", summary):
        assert "the server closed with code 4001 (no: " in path.read_text()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert '"command":"WORD=… BREAK=… ' in file.read_text()
    assert "\"stderr\":[\"started with ['--token', '…'] …\"," in file.read_text()
    told = summary.read_text().partition("```sh\n")[2]
    assert f"wsbench compare 'a=cmd:WORD=… BREAK=… {sys.executable}" in told
    assert "--token …' " in told
    assert f"--first @{login} --skip 1 --message '…' --header 'X-Id: ${{MINE}}'" in told
    assert "… is not shown: fill in" in told
    assert ", --message." in told
    assert any('"role": "command"' in line for line in bench.lines)  # somebody looked at what starts them
    bench.assert_told_nowhere(out + err)


@pytest.mark.parametrize(
    "words",
    [
        ["x=ws://h/", "--header", secret("a")],
        ["x=ws://h/", "--header", f"A b: {secret('a')}"],
        ["x=ws://h/", "--reply", "json:a=b", "--message", secret("a")],
        [f"x=ws://me:{secret('a')}@h/"],
        [f"x=http://me:{secret('a')}@h/?token={secret('b')}"],
        [f"x=ws://h:none/?token={secret('a')}"],
        [f"x=cmd:T={secret('a')} node s.js --token {secret('b')}"],
        [f"x=cmd:node {{port}} --token {secret('a')}", "--tls"],
        [f"tornado@git:https://me:{secret('a')}@h/r#main"],
        ["x=cmd:node {port}", "--token", secret("a")],
        [f"x=ws://h/?token={secret('a')}", f"x=ws://h/?token={secret('b')}"],
    ],
)
def test_lines_about_wrong_words(bench: Bench, words: list[str]) -> None:
    """They name what is wrong, and not what it holds."""
    code, out, err = bench.call("run", *words)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "Canary" not in err


@pytest.mark.parametrize(
    "text", ["headers = {A = '''a\n%s'''}", "headers = {A = '%s', B = 5}", "first = '%s"]
)
def test_lines_about_a_wrong_scenario(bench: Bench, text: str) -> None:
    """Nor of files."""
    file = bench.folder.parent / "mine" / "s.toml"
    file.write_text(f"[targets.x]\nurl = 'ws://h/'\n{text % secret('a')}")
    code, _, err = bench.call("run", "--scenario", str(file))
    assert (code, err.count("\n")) == (2, 1)
    assert "Canary" not in err


def test_a_traceback(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """What fails quotes what it was given; neither the line nor the report does, which is its owner's."""

    def fail(*given: object) -> None:
        raise ValueError(given)

    monkeypatch.setattr(run, "make_plan", fail)
    words = [
        f"x=ws://h/?token={secret('query')}",
        f"y={command(bench)}",
        "--header",
        f"A: {secret('header')}",
    ]
    login = ["--first", "${MINE}", "--message", secret("message")]
    code, out, err = bench.call("run", *words, *login, WSBENCH_DEBUG="1", MINE=secret("variable"))
    assert code == 5
    assert "Traceback" in err
    (report,) = Path(tempfile.gettempdir()).iterdir()
    assert "ValueError: (Words(servers=('x=ws://h/?token=…', 'y=cmd:WORD=…" in report.read_text()
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    assert "Canary" not in out + err + report.read_text()
