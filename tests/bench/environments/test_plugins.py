"""Contestants of other distributions: found, read without being imported, and refused by their obstacle."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from wsbench.environments import plugins
from wsbench.errors import UsageError
from wsbench.machine.orders import contestant_file
from wsbench.targets.catalogue import CLIENTS, SERVERS
from wsbench.targets.spec_parser import read_spec

ABLE = 'LIBRARY = "theirs"\nasync def serve(sock, ready, *, equal, limit, tls=None, deflate=False): ...\n'
PLAIN = "LIBRARY: str = 'other'\ndef serve(sock, ready, *, equal, limit, certificate=None): ...\n"
CLIENT = "LIBRARY = ''\nasync def connect(url, *, tls=None): ...\n"
Install = Callable[[str, dict[str, str]], None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Return what installs a distribution `theirs` with entry points and files; the catalogue is restored."""
    monkeypatch.syspath_prepend(tmp_path)
    before = {id(table): set(table) for table in (SERVERS, CLIENTS)}

    def begin(points: str, files: dict[str, str]) -> None:
        folder = tmp_path / "theirs-1.0.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: theirs\nVersion: 1.0\n")
        (folder / "entry_points.txt").write_text(points)
        for name, content in files.items():
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text(content)

    yield begin
    for table in (SERVERS, CLIENTS):
        for word in set(table) - before[id(table)]:
            del table[word]


def test_a_server_becomes_a_word(install: Install, tmp_path: Path):
    """What its file says is known, and nothing of it is imported: the package would raise."""
    install("[wsbench.servers]\ntheirs = pack.server\n", {"pack/__init__.py": "1/0", "pack/server.py": ABLE})
    assert plugins.register() == []
    found = SERVERS["theirs"]
    assert (found.library, found.can, found.about) == ("theirs", ("loop", "tls", "deflate"), "from theirs")
    assert contestant_file(read_spec("theirs@uvloop@tls")[0]) == str(tmp_path / "pack" / "server.py")
    assert "pack" not in sys.modules


def test_abilities_are_those_of_its_parameters(install: Install):
    """A plain function has no loop, `certificate` is TLS, a client has no loop to be given."""
    install(
        "[wsbench.servers]\nplain = plain_server\n[wsbench.clients]\ntheir-client = their_client\n",
        {"plain_server.py": PLAIN, "their_client.py": CLIENT},
    )
    plugins.register()
    assert (SERVERS["plain"].library, SERVERS["plain"].can) == ("other", ("tls",))
    assert CLIENTS["their-client"].can == ("tls",)
    with pytest.raises(UsageError, match="plain has no permessage-deflate; these can: "):
        read_spec("plain@deflate")


@pytest.mark.parametrize(
    ("files", "obstacle"),
    [
        ({}, "theirs has no module gone"),
        ({"gone.py": "def serve(:"}, "gone of theirs can't be read: invalid syntax"),
        ({"gone.py": "\0"}, "gone of theirs can't be read: source code string cannot contain null bytes"),
        ({"gone.py": "serve = print"}, "gone.py has no function serve"),
    ],
)
def test_what_can_not_be_run_says_why(install: Install, files: dict[str, str], obstacle: str):
    """It is listed, and naming it is one line."""
    install("[wsbench.servers]\ngone = gone\n", files)
    plugins.register()
    assert SERVERS["gone"].obstacle == obstacle
    with pytest.raises(UsageError, match=f"gone can't be run: {obstacle}"):
        read_spec("gone")


def test_a_word_of_ours_stays_ours(install: Install):
    """Nobody can put their own server in the place of the reference."""
    install("[wsbench.servers]\ntornado = theirs\n", {"theirs.py": ABLE})
    before = SERVERS["tornado"]
    assert plugins.register() == ["theirs brings a server called tornado, a word that is taken"]
    assert SERVERS["tornado"] is before


def test_registering_twice_changes_nothing(install: Install):
    """The second time its word is its own."""
    install("[wsbench.servers]\ntheirs = theirs\n", {"theirs.py": ABLE})
    assert plugins.register() == plugins.register() == []


@pytest.mark.parametrize(
    ("points", "line"),
    [
        (
            "[wsbench.servers]\nodd = not a module!!\n",
            "theirs brings a server called odd, which is left out: write NAME = package.module ('not a mo",
        ),
        (
            "[wsbench.clients]\na b = plain_server\n",
            "theirs brings a client called a b, which is left out: write NAME = package.module ('plain_se",
        ),
        ("[wsbench.servers]\nno equals sign\n", "what theirs brings can't be read, and is left out: "),
        ("[[[\n\xff", "what theirs brings can't be read, and is left out: "),
    ],
)
def test_what_can_not_be_read_is_one_line(
    install: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, points: str, line: str
):
    """It costs nobody else: what other distributions bring is there."""
    install("", {"plain_server.py": PLAIN})
    (tmp_path / "theirs-1.0.dist-info" / "entry_points.txt").write_bytes(points.encode("latin-1"))
    other = tmp_path / "other-1.0.dist-info"
    other.mkdir()
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: other\nVersion: 1.0\n")
    (other / "entry_points.txt").write_text("[wsbench.servers]\nplain = plain_server\n")
    (told,) = plugins.register()
    assert told.startswith(line)
    assert SERVERS["plain"].about == "from other"
