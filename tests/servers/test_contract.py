"""Every server keeps the whole contract in both classes; every broken one is caught at its line."""

import queue
from collections.abc import Callable
from pathlib import Path

import pytest
from wsbench.machine.conformance import ECHO_LINES, EQUAL_LINES, Check, lines_for, verify
from wsbench.machine.launcher import Server, Settings
from wsbench.machine.process import ChildError
from wsbench.measuring.peer import Peer
from wsbench.values import frames
from wsbench.values.catalogue import SERVERS, read_spec

BROKEN = Path(__file__).with_name("broken")
CLASSES = pytest.mark.parametrize("equal", [True, False], ids=["equal", "as shipped"])
ALL = pytest.mark.parametrize("name", SERVERS)
SPEAKERS = pytest.mark.parametrize("name", [name for name in SERVERS if name != "tcp"])
DEVIATIONS = {"tornado": {"bad-utf8"}}
CAUGHT = {
    "prefix": {"reference": "14 bytes|16 bytes|byte|came back for"},
    "text_for_binary": dict.fromkeys(("echo-binary", "fragments", "largest"), "text came back for binary"),
    "truncated": {
        "echo-text": "65,535 bytes came back for 65,536",
        "echo-binary": "65,535 bytes came back for 65,536",
        "largest": "65,535 bytes came back for 16,777,216",
    },
    "no_pong": {"ping": "no answer within 5 s"},
    "flipped": {"echo-repeated": "byte 7 of 8 came back as 0x38, sent was 0x39"},
    "hangs": {"echo-repeated": "no answer within 5 s"},
    "dies": {
        "echo-repeated": "the connection ended without an answer|reset by peer",
        **dict.fromkeys(
            [
                "ping",
                "close",
                "fragments",
                "bad-utf8",
                "largest",
                "too-large",
                "plain-get",
                "unknown-path",
                "no-deflate",
                "nodelay",
            ],
            "Connection refused|reset by peer|ended",
        ),
    },
    "noisy": {},
}

pytestmark = pytest.mark.usefixtures("nobody_left")


def server_of(name: str, on_stderr: Callable[[str], None] | None = None, **settings: object) -> Server:
    """Return a server of ours that is not ready yet."""
    return Server(read_spec(name)[0], Settings(**settings), on_stderr=on_stderr)


def peer_of(server: Server, path: str = "/echo", **options: object) -> Peer:
    """Return a raw connection."""
    return Peer((server.host, server.port, path), **options)


def _found(checks: list[Check], outcome: str) -> dict[str, str]:
    return {check.name: check.detail for check in checks if check.outcome == outcome}


@CLASSES
@ALL
def test_every_server_keeps_the_contract(name: str, equal: bool):
    """Nothing is broken, and only what a server declares deviates."""
    (spec,) = read_spec(name)
    found = verify(spec, equal=equal)
    assert [check.name for check in found] == [line[0] for line in lines_for(spec, equal=equal)]
    assert _found(found, "broken") == {}
    assert set(_found(found, "deviates")) == DEVIATIONS.get(name, set())


@SPEAKERS
def test_every_server_keeps_it_on_uvloop(name: str):
    """The other event loop changes nothing about what is answered."""
    (spec,) = read_spec(f"{name}@uvloop")
    assert _found(verify(spec, equal=True), "broken") == {}


@pytest.mark.parametrize("name", CAUGHT)
def test_broken_servers_are_caught(name: str):
    """Exactly the lines that are broken are told, and how."""
    found = _found(verify(read_spec(str(BROKEN / f"{name}.py"))[0], equal=True), "broken")
    assert set(found) == set(CAUGHT[name])
    for line, detail in found.items():
        assert any(part in detail for part in CAUGHT[name][line].split("|")), detail


def test_every_line_has_its_own_name():
    """The equal class asks the most; no two lines share a name, and a URL is asked for the echo alone."""
    names = [line[0] for line in lines_for(read_spec("tornado")[0], equal=True)]
    assert len(set(names)) == len(names)
    assert lines_for(read_spec("x=ws://h/")[0], equal=True) == ECHO_LINES
    assert not {line[0] for line in EQUAL_LINES} & {
        line[0] for line in lines_for(read_spec("tornado")[0], equal=False)
    }


def test_a_server_behind_a_url_is_verified():
    """What somebody else runs is asked for the echo, over its URL."""
    with Server(read_spec("stdlib")[0], Settings()) as server:
        (spec,) = read_spec(f"theirs=ws://127.0.0.1:{server.port}/echo")
        found = verify(spec, equal=True)
    assert {check.outcome for check in found} == {"ok"}
    assert len(found) == len(ECHO_LINES)


@CLASSES
@SPEAKERS
def test_compression_by_class(name: str, equal: bool):
    """An offer of deflate is declined in the equal class; as shipped, websockets and aiohttp accept it."""
    with (
        server_of(name, equal=equal) as server,
        peer_of(server, extensions="permessage-deflate") as peer,
    ):
        agreed = peer.response.headers.get("sec-websocket-extensions", "")
    assert agreed.startswith("permessage-deflate") == (not equal and name in {"websockets", "aiohttp"})


@CLASSES
@SPEAKERS
def test_nodelay_by_class(name: str, equal: bool):
    """TCP_NODELAY is on in the equal class; as shipped, Tornado alone leaves it off."""
    with (
        server_of(name, equal=equal) as server,
        peer_of(server) as peer,
    ):
        peer.send(frames.TEXT, b"x")
        peer.message()
        found = server.nodelay()
        assert found == {str(peer.sock.getsockname()[1]): equal or name != "tornado"}


@SPEAKERS
def test_a_smaller_limit_is_kept(name: str):
    """The limit is the launcher's to say: one byte more is refused with 1009, the limit comes back."""
    with (
        server_of(name, limit=1_000) as server,
        peer_of(server) as peer,
    ):
        peer.send(frames.BINARY, bytes(1_000))
        assert peer.message() == (frames.BINARY, bytes(1_000))
        peer.send(frames.BINARY, bytes(1_001))
        frame = peer.receive()
    assert (frame.opcode, frames.close_code(frame.payload)) == (frames.CLOSE, 1009)


@SPEAKERS
def test_the_reference_conversation_is_printed(name: str):
    """On /socket a server prints when it is opened and closed."""
    lines: queue.Queue[str] = queue.Queue()
    with server_of(name, on_stderr=lines.put) as server:
        with peer_of(server, "/socket") as peer:
            peer.send(frames.TEXT, b"Hello")
            assert peer.message() == (frames.TEXT, b"Msg is Hello")
            assert lines.get(timeout=20) == "Socket opened"
        assert lines.get(timeout=20) == "Socket closed"


def test_a_missing_library_is_told():
    """The line says what to install, and which server wants it."""
    (spec,) = read_spec(str(BROKEN / "missing_library.py"))
    with pytest.raises(ChildError) as caught:
        verify(spec, equal=True)
    assert (
        str(caught.value) == "missing_library: no_such_library is not installed: pip install no_such_library"
    )
